using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>What a view, a cart and a buy count, when learning and in the history that is asked with.</summary>
/// <param name="View">Weight of a view, at least 0.</param>
/// <param name="Cart">Weight of a cart, at least 0.</param>
/// <param name="Buy">Weight of a buy, at least 0.</param>
internal sealed record EventWeights(double View, double Cart, double Buy)
{
    public static EventWeights Equal { get; } = new(1, 1, 1);

    /// <summary>The kinds in their order; an entry holds the number of its kind, from 1.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["view", "cart", "buy"];

    public float Of(float kind) => (float)(kind switch { 1 => View, 2 => Cart, _ => Buy });
}

/// <summary>A recipe over entries whose weights are the numbers of their kinds, which it turns into what the kinds count.</summary>
internal sealed class EventRecipe(ITunableRecipe inner, EventWeights weights) : ITunableRecipe
{
    public string Model => inner.Model;

    public EventWeights Weights => weights;

    public IReadOnlyDictionary<string, string> Parameters { get; } = new SortedDictionary<string, string>(
        inner.Parameters.Concat(Recipe.Describe([new("view", weights.View), new("cart", weights.Cart), new("buy", weights.Buy)])).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);

    public IItemScorer Fit(RankingSplit split, CancellationToken cancellationToken) => inner.Fit(new RankingSplit(split.Known.Reweigh(weights.Of), split.Cases), cancellationToken);

    public float[] Weigh(RankingCase question) => inner.Weigh(question with { Weights = Array.ConvertAll(question.Weights, weights.Of) });

    public ITunableRecipe With(string setting, double value) => setting switch
    {
        "view" => new EventRecipe(inner, weights with { View = value }),
        "cart" => new EventRecipe(inner, weights with { Cart = value }),
        "buy" => new EventRecipe(inner, weights with { Buy = value }),
        _ => new EventRecipe(inner.With(setting, value), weights),
    };

    public EventRecipe With(EventWeights other) => new(inner, other);
}

/// <summary>A recipe that is only known once the contest has chosen: the best of those tried that meet a condition.</summary>
internal sealed class BestTried(Func<IRankerRecipe> choose) : IRankerRecipe
{
    private readonly Lazy<IRankerRecipe> chosen = new(choose);

    public string Model => chosen.Value.Model;

    public IReadOnlyDictionary<string, string> Parameters => chosen.Value.Parameters;

    public IItemScorer Fit(RankingSplit split, CancellationToken cancellationToken) => chosen.Value.Fit(split, cancellationToken);

    public float[] Weigh(RankingCase question) => chosen.Value.Weigh(question);
}
