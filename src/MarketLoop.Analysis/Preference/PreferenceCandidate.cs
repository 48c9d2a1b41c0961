using System.Globalization;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Preference;

/// <summary>One way to rank products, with all its settings.</summary>
internal sealed record PreferenceCandidate
{
    public required LinkModel Links { get; init; }

    /// <summary>EASE: penalty. Neighbours: shrinkage.</summary>
    public double Penalty { get; init; }

    /// <summary>Neighbours: exponent on the recommended item's norm.</summary>
    public double Damping { get; init; } = 0.5;

    /// <summary>Neighbours: how much less customers who buy everything say.</summary>
    public double CustomerDamping { get; init; } = 0.5;

    /// <summary>Neighbours kept for each product.</summary>
    public int Kept { get; init; } = 300;

    /// <summary>Half-life of a purchase when links are learned.</summary>
    public double LearningHalfLifeDays { get; init; } = double.PositiveInfinity;

    public double PopularityWeight { get; init; } = 0.1;

    public double PopularityHalfLifeDays { get; init; } = 14;

    public HistoryWeights History { get; init; } = new(0.3, 0.6, 1.0, double.PositiveInfinity);

    public string Model => Links switch
    {
        LinkModel.None => "decayed popularity",
        LinkModel.Neighbours => "item neighbours + decayed popularity",
        _ => "EASE + decayed popularity",
    };

    /// <summary>True when both are fitted on the same links, so that these can be fitted once.</summary>
    public bool SharesLinksWith(PreferenceCandidate other) =>
        Links == other.Links && Penalty == other.Penalty && Damping == other.Damping && CustomerDamping == other.CustomerDamping && Kept == other.Kept
        && LearningHalfLifeDays == other.LearningHalfLifeDays && History with { HalfLifeDays = 1 } == other.History with { HalfLifeDays = 1 };

    public IReadOnlyDictionary<string, string> Describe()
    {
        SortedDictionary<string, string> all = new(StringComparer.Ordinal)
        {
            ["popularityHalfLifeDays"] = Text(PopularityHalfLifeDays),
        };
        if (Links == LinkModel.None)
        {
            return all;
        }

        all["popularityWeight"] = Text(PopularityWeight);
        all["learningHalfLifeDays"] = Text(LearningHalfLifeDays);
        all["historyHalfLifeDays"] = Text(History.HalfLifeDays);
        all["weights"] = $"view {Text(History.View)}, cart {Text(History.Add)}, purchase {Text(History.Purchase)}";
        all["kept"] = Text(Kept);
        all[Links == LinkModel.Ease ? "lambda" : "shrinkage"] = Text(Penalty);
        if (Links == LinkModel.Neighbours)
        {
            all["popularityDamping"] = Text(Damping);
            all["customerDamping"] = Text(CustomerDamping);
        }

        return all;
    }

    public ItemNeighboursModel FitLinks(PreferenceData data, CancellationToken cancellationToken) => Links switch
    {
        LinkModel.Neighbours => ItemNeighboursTrainer.Fit(
            data.Matrix(History, goodsOnly: true),
            new ItemNeighboursOptions
            {
                Neighbours = Kept,
                Shrinkage = Penalty,
                PopularityDamping = Damping,
                UserDamping = CustomerDamping,
                Scale = WeightScale.Linear,
                HalfLifeDays = LearningHalfLifeDays,
                AsOfDay = 0,
            },
            cancellationToken),
        LinkModel.Ease => EaseTrainer.Fit(
            data.Matrix(History, goodsOnly: true),
            new EaseOptions { Lambda = Penalty, Neighbours = Kept, Scale = WeightScale.Linear, HalfLifeDays = LearningHalfLifeDays, AsOfDay = 0 },
            cancellationToken),
        _ => ItemNeighboursTrainer.Fit(new InteractionMatrixBuilder(0, data.Products.Length).Build(), cancellationToken: cancellationToken),
    };

    public PreferenceBlend Blend(PreferenceData data, ItemNeighboursModel links, CancellationToken cancellationToken)
    {
        InteractionMatrix purchases = data.Matrix(new HistoryWeights(0, 0, 1, double.PositiveInfinity), goodsOnly: true);
        if (purchases.Count == 0)
        {
            purchases = data.Matrix(new HistoryWeights(1, 1, 1, double.PositiveInfinity), goodsOnly: true); // a shop that has sold nothing yet
        }

        DecayedPopularityOptions options = new() { HalfLifeDays = PopularityHalfLifeDays, AsOfDay = 0 };
        return new PreferenceBlend(links, DecayedPopularityTrainer.Fit(purchases, options, cancellationToken), PopularityWeight);
    }

    private static string Text(double value) => double.IsPositiveInfinity(value) ? "infinite" : value.ToString("0.###", CultureInfo.InvariantCulture);
}

/// <summary>What links products.</summary>
internal enum LinkModel
{
    None,
    Neighbours,
    Ease,
}
