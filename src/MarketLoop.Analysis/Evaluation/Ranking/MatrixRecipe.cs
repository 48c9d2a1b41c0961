using MarketLoop.Domain;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>A model that learns from who took what, without order, with its settings by name.</summary>
internal sealed class MatrixRecipe : ITunableRecipe
{
    private static readonly Dictionary<string, Kind> Kinds = new(StringComparer.Ordinal)
    {
        ["popularity"] = new(new(StringComparer.Ordinal) { ["halfLifeDays"] = double.PositiveInfinity }, (matrix, s, token) =>
            DecayedPopularityTrainer.Fit(matrix, new DecayedPopularityOptions { HalfLifeDays = s["halfLifeDays"] }, token)),
        ["item-neighbours"] = new(new(StringComparer.Ordinal) { ["neighbours"] = 200, ["shrinkage"] = 0.3, ["damping"] = 0.5, ["userDamping"] = 0.5 }, (matrix, s, token) =>
            ItemNeighboursTrainer.Fit(matrix, new ItemNeighboursOptions { Neighbours = (int)s["neighbours"], Shrinkage = s["shrinkage"], PopularityDamping = s["damping"], UserDamping = s["userDamping"] }, token)),
        ["user-neighbours"] = new(new(StringComparer.Ordinal) { ["neighbours"] = 100, ["amplification"] = 2, ["itemDamping"] = 0.5, ["damping"] = 0.3 }, (matrix, s, token) =>
            UserNeighboursTrainer.Fit(matrix, new UserNeighboursOptions { Neighbours = (int)s["neighbours"], Amplification = s["amplification"], ItemDamping = s["itemDamping"], PopularityDamping = s["damping"] }, token)),
        ["rp3beta"] = new(new(StringComparer.Ordinal) { ["neighbours"] = 200, ["alpha"] = 1, ["beta"] = 0.4 }, (matrix, s, token) =>
            Rp3BetaTrainer.Fit(matrix, new Rp3BetaOptions { Neighbours = (int)s["neighbours"], Alpha = s["alpha"], Beta = s["beta"] }, token)),
        ["graph-filter"] = new(new(StringComparer.Ordinal) { ["vectors"] = 256, ["lowPass"] = 0.3, ["userExponent"] = 0.4, ["itemExponent"] = 0.4, ["sharpening"] = 2, ["powerIterations"] = 6 }, (matrix, s, token) =>
            GraphFilterTrainer.Fit(matrix, new GraphFilterOptions { Vectors = (int)s["vectors"], LowPassWeight = s["lowPass"], UserExponent = s["userExponent"], ItemExponent = s["itemExponent"], SharpeningTime = s["sharpening"], PowerIterations = (int)s["powerIterations"] }, token)),
        ["als"] = new(new(StringComparer.Ordinal) { ["factors"] = 128, ["sweeps"] = 10, ["unobserved"] = 0.1, ["regularisation"] = 0.003, ["exponent"] = 1 }, (matrix, s, token) =>
            ImplicitAlsTrainer.Fit(matrix, new ImplicitAlsOptions { Factors = (int)s["factors"], Sweeps = (int)s["sweeps"], UnobservedWeight = s["unobserved"], Regularisation = s["regularisation"], RegularisationExponent = s["exponent"] }, token)),
        ["ease"] = new(new(StringComparer.Ordinal) { ["lambda"] = 500, ["neighbours"] = MostItemsForEase }, (matrix, s, token) =>
            EaseTrainer.Fit(matrix, new EaseOptions { Lambda = s["lambda"], Neighbours = (int)s["neighbours"], MostItems = MostItemsForEase }, token)),
    };

    private readonly Kind kind;
    private readonly SortedDictionary<string, double> settings;

    private MatrixRecipe(string model, Kind kind, SortedDictionary<string, double> settings)
    {
        Model = model;
        this.kind = kind;
        this.settings = settings;
        Parameters = SequenceRecipe.Describe(settings);
    }

    /// <summary>Catalogues beyond this are too large for the closed form within a few minutes.</summary>
    public const int MostItemsForEase = 6_000;

    /// <summary>All families, by name.</summary>
    public static IReadOnlyCollection<string> Models => Kinds.Keys;

    public string Model { get; }

    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>A family with its usual settings, some of them changed.</summary>
    /// <exception cref="MarketLoopException">The family or a setting is unknown; the message names what there is.</exception>
    public static MatrixRecipe Of(string model, params ReadOnlySpan<(string Setting, double Value)> changes)
    {
        if (!Kinds.TryGetValue(model, out Kind? kind))
        {
            throw new MarketLoopException($"--models: '{model}' is no model; there are {string.Join(", ", Models)}.");
        }

        SortedDictionary<string, double> changed = new(kind.Usual, StringComparer.Ordinal);
        foreach ((string setting, double value) in changes)
        {
            changed[setting] = changed.ContainsKey(setting) ? value : throw new MarketLoopException($"--models: {model} has no setting '{setting}'; it has {string.Join(", ", changed.Keys)}.");
        }

        return new MatrixRecipe(model, kind, changed);
    }

    /// <summary>The same with some settings changed.</summary>
    public MatrixRecipe With(params ReadOnlySpan<(string Setting, double Value)> changes)
    {
        SortedDictionary<string, double> changed = new(settings, StringComparer.Ordinal);
        foreach ((string setting, double value) in changes)
        {
            changed[setting] = value;
        }

        return new MatrixRecipe(Model, kind, changed);
    }

    ITunableRecipe ITunableRecipe.With(string setting, double value) => With((setting, value));

    public double this[string setting] => settings[setting];

    public IItemScorer Fit(RankingSplit split, CancellationToken cancellationToken) => kind.Fit(split.Matrix, settings, cancellationToken);

    private sealed record Kind(Dictionary<string, double> Usual, Func<InteractionMatrix, SortedDictionary<string, double>, CancellationToken, IItemScorer> Fit);
}
