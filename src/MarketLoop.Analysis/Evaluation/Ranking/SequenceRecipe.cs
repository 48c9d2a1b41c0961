using System.Globalization;
using MarketLoop.Domain;
using MarketLoop.Learning.Recommending;
using MarketLoop.Learning.Sequences;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>A model that learns from the order of what people took, with its settings by name.</summary>
internal sealed class SequenceRecipe : ITunableRecipe
{
    private static readonly Dictionary<string, Kind> Kinds = new(StringComparer.Ordinal)
    {
        ["sequential-neighbours"] = new(
            new(StringComparer.Ordinal)
            {
                ["window"] = 10,
                ["backward"] = 0.3,
                ["gapDecay"] = 0.5,
                ["damping"] = 0.3,
                ["sourceDamping"] = 0.3,
                ["shrinkage"] = 5,
                ["historyDecay"] = 0.5,
                ["linksItself"] = 0,
            },
            (split, s, token) => SequentialNeighboursTrainer.Fit(split.Known, Sequential(s), token)),
        ["transitions"] = new(new(StringComparer.Ordinal) { ["damping"] = 0 }, (split, s, token) =>
            SequentialNeighboursTrainer.Fit(split.Known, SequentialNeighboursOptions.Transitions with { PopularityDamping = s["damping"] }, token)),
        ["v-sknn"] = new(
            new(StringComparer.Ordinal) { ["neighbours"] = 500, ["sample"] = 1_000, ["lengthDamping"] = 0, ["idf"] = 0, ["itself"] = 1 },
            (split, s, token) => SessionNeighboursTrainer.Fit(split.Known, SessionNeighboursOptions.VectorMultiplication with
            {
                Neighbours = (int)s["neighbours"],
                Sample = (int)s["sample"],
                LengthDamping = s["lengthDamping"],
                IdfWeight = s["idf"],
                Itself = s["itself"],
            }, token)),
        ["stan"] = new(
            new(StringComparer.Ordinal)
            {
                ["neighbours"] = 500,
                ["sample"] = 1_000,
                ["positionSteps"] = 1,
                ["halfLifeDays"] = 14,
                ["lengthDamping"] = 0.5,
                ["distanceSteps"] = 2,
                ["before"] = 0.75,
                ["itself"] = 1,
                ["idf"] = 0,
            },
            (split, s, token) => SessionNeighboursTrainer.Fit(split.Known, Session(s), token)),
        ["next-basket"] = new(
            new(StringComparer.Ordinal) { ["groupSize"] = 7, ["within"] = 0.95, ["across"] = 0.8, ["neighbours"] = 500, ["personal"] = 0.5 },
            (split, s, token) => NextBasketTrainer.Fit(split.Known, Basket(s), token))
        {
            Weigh = (question, s) => Habits(question, Basket(s)),
        },
        ["personal-frequency"] = new(new(StringComparer.Ordinal), (split, _, token) => NextBasketTrainer.Fit(split.Known, PlainFrequency, token)),
        ["personal-then-popular"] = new(new(StringComparer.Ordinal), (split, _, token) => new PreferenceBlend(
            NextBasketTrainer.Fit(split.Known, PlainFrequency, token), DecayedPopularityTrainer.Fit(split.Matrix, new DecayedPopularityOptions { HalfLifeDays = double.PositiveInfinity }, token), 0)),
    };

    private readonly Kind kind;
    private readonly SortedDictionary<string, double> settings;

    private SequenceRecipe(string model, Kind kind, SortedDictionary<string, double> settings)
    {
        Model = model;
        this.kind = kind;
        this.settings = settings;
        Parameters = Describe(settings);
    }

    /// <summary>All families, by name.</summary>
    public static IReadOnlyCollection<string> Models => Kinds.Keys;

    public string Model { get; }

    public IReadOnlyDictionary<string, string> Parameters { get; }

    private static NextBasketOptions PlainFrequency { get; } = new() { PersonalShare = 1, WithinDecay = 1, AcrossDecay = 1, GroupSize = 1, Neighbours = 0 };

    /// <summary>A family with its usual settings.</summary>
    public static SequenceRecipe Of(string model) => new(model, Kinds[model], new SortedDictionary<string, double>(Kinds[model].Usual, StringComparer.Ordinal));

    /// <summary>A family that learns from order or from the matrix, some of its settings changed.</summary>
    /// <exception cref="MarketLoopException">The family or a setting is unknown; the message names what there is.</exception>
    public static ITunableRecipe Find(string model, params ReadOnlySpan<(string Setting, double Value)> changes)
    {
        if (!Kinds.ContainsKey(model))
        {
            return MatrixRecipe.Models.Contains(model, StringComparer.Ordinal)
                ? MatrixRecipe.Of(model, changes)
                : throw new MarketLoopException($"--models: '{model}' is no model; there are {string.Join(", ", Models.Concat(MatrixRecipe.Models).Order(StringComparer.Ordinal))}.");
        }

        ITunableRecipe recipe = Of(model);
        foreach ((string setting, double value) in changes)
        {
            recipe = recipe.With(setting, value);
        }

        return recipe;
    }

    /// <summary>Settings as a report shows them.</summary>
    public static IReadOnlyDictionary<string, string> Describe(IEnumerable<KeyValuePair<string, double>> settings) => new SortedDictionary<string, string>(
        settings.ToDictionary(pair => pair.Key, pair => double.IsInfinity(pair.Value) ? "infinite" : pair.Value.ToString("0.####", CultureInfo.InvariantCulture), StringComparer.Ordinal), StringComparer.Ordinal);

    public ITunableRecipe With(string setting, double value)
    {
        if (!settings.ContainsKey(setting))
        {
            throw new MarketLoopException($"--models: {Model} has no setting '{setting}'; it has {string.Join(", ", settings.Keys)}.");
        }

        return new SequenceRecipe(Model, kind, new SortedDictionary<string, double>(settings, StringComparer.Ordinal) { [setting] = value });
    }

    public IItemScorer Fit(RankingSplit split, CancellationToken cancellationToken) => kind.Fit(split, settings, cancellationToken);

    public float[] Weigh(RankingCase question) => kind.Weigh?.Invoke(question, settings) ?? question.Weights;

    private static SequentialNeighboursOptions Sequential(SortedDictionary<string, double> s) => new()
    {
        Window = (int)s["window"],
        Backward = s["backward"],
        GapDecay = s["gapDecay"],
        PopularityDamping = s["damping"],
        SourceDamping = s["sourceDamping"],
        Shrinkage = s["shrinkage"],
        HistoryDecay = s["historyDecay"],
        LinksItself = s["linksItself"] != 0,
    };

    private static SessionNeighboursOptions Session(SortedDictionary<string, double> s) => new()
    {
        Neighbours = (int)s["neighbours"],
        Sample = (int)s["sample"],
        Position = PositionDecay.Exponential,
        PositionSteps = s["positionSteps"],
        HalfLifeDays = s["halfLifeDays"],
        LengthDamping = s["lengthDamping"],
        DistanceSteps = s["distanceSteps"],
        Before = s["before"],
        Itself = s["itself"],
        IdfWeight = s["idf"],
    };

    private static NextBasketOptions Basket(SortedDictionary<string, double> s) => new()
    {
        GroupSize = (int)s["groupSize"],
        WithinDecay = s["within"],
        AcrossDecay = s["across"],
        Neighbours = (int)s["neighbours"],
        PersonalShare = s["personal"],
    };

    // Where days are not known, each entry is a basket of its own.
    private static float[] Habits(RankingCase question, NextBasketOptions options)
    {
        double[] days = question.Days.Length > 0 ? question.Days : [.. Enumerable.Range(0, question.History.Length).Select(i => (double)i)];
        float[] weights = new float[days.Length];
        options.Weigh(days, weights);
        return question.Weights.Length == 0 ? weights : [.. weights.Zip(question.Weights, (habit, weight) => habit * weight)];
    }

    private sealed record Kind(Dictionary<string, double> Usual, Func<RankingSplit, SortedDictionary<string, double>, CancellationToken, IItemScorer> Fit)
    {
        /// <summary>How a history is weighed; null leaves it as it is.</summary>
        public Func<RankingCase, SortedDictionary<string, double>, float[]>? Weigh { get; init; }
    }
}
