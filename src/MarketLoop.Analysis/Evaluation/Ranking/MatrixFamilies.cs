using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>Families that learn from who took what, without order.</summary>
internal static class MatrixFamilies
{
    /// <summary>Catalogues beyond this are too large for EASE's closed form within a few minutes.</summary>
    public const int MostItemsForEase = 6_000;

    public static IReadOnlyDictionary<string, RecipeFamily> All { get; } = new Dictionary<string, RecipeFamily>(StringComparer.Ordinal)
    {
        ["popularity"] = new(new(StringComparer.Ordinal) { ["halfLifeDays"] = double.PositiveInfinity }, (split, s, token) =>
            DecayedPopularityTrainer.Fit(split.Matrix, new DecayedPopularityOptions { HalfLifeDays = s["halfLifeDays"] }, token)),
        ["item-neighbours"] = new(new(StringComparer.Ordinal) { ["neighbours"] = 200, ["shrinkage"] = 0.3, ["damping"] = 0.5, ["userDamping"] = 0.5, ["halfLifeDays"] = double.PositiveInfinity, ["weighted"] = 0 }, (split, s, token) =>
            ItemNeighboursTrainer.Fit(split.Matrix, new ItemNeighboursOptions { Neighbours = (int)s["neighbours"], Shrinkage = s["shrinkage"], PopularityDamping = s["damping"], UserDamping = s["userDamping"], HalfLifeDays = s["halfLifeDays"], Scale = ScaleOf(s) }, token)),
        ["user-neighbours"] = new(new(StringComparer.Ordinal) { ["neighbours"] = 100, ["amplification"] = 2, ["itemDamping"] = 0.5, ["damping"] = 0.3 }, (split, s, token) =>
            UserNeighboursTrainer.Fit(split.Matrix, new UserNeighboursOptions { Neighbours = (int)s["neighbours"], Amplification = s["amplification"], ItemDamping = s["itemDamping"], PopularityDamping = s["damping"] }, token)),
        ["rp3beta"] = new(new(StringComparer.Ordinal) { ["neighbours"] = 200, ["alpha"] = 1, ["beta"] = 0.4 }, (split, s, token) =>
            Rp3BetaTrainer.Fit(split.Matrix, new Rp3BetaOptions { Neighbours = (int)s["neighbours"], Alpha = s["alpha"], Beta = s["beta"] }, token)),
        ["graph-filter"] = new(new(StringComparer.Ordinal) { ["vectors"] = 256, ["lowPass"] = 0.3, ["userExponent"] = 0.4, ["itemExponent"] = 0.4, ["sharpening"] = 2, ["powerIterations"] = 6 }, (split, s, token) =>
            GraphFilterTrainer.Fit(split.Matrix, new GraphFilterOptions { Vectors = (int)s["vectors"], LowPassWeight = s["lowPass"], UserExponent = s["userExponent"], ItemExponent = s["itemExponent"], SharpeningTime = s["sharpening"], PowerIterations = (int)s["powerIterations"] }, token)),
        ["als"] = new(new(StringComparer.Ordinal) { ["factors"] = 128, ["sweeps"] = 10, ["unobserved"] = 0.1, ["regularisation"] = 0.003, ["exponent"] = 1 }, (split, s, token) =>
            ImplicitAlsTrainer.Fit(split.Matrix, new ImplicitAlsOptions { Factors = (int)s["factors"], Sweeps = (int)s["sweeps"], UnobservedWeight = s["unobserved"], Regularisation = s["regularisation"], RegularisationExponent = s["exponent"] }, token)),
        ["bpr"] = new(new(StringComparer.Ordinal) { ["factors"] = 64, ["epochs"] = 40, ["rate"] = 0.05, ["regularisation"] = 0.005, ["candidates"] = 4, ["popularity"] = 0, ["unobserved"] = 0.1, ["foldIn"] = 0.1 }, (split, s, token) =>
            BprTrainer.Fit(split.Matrix, new BprOptions { Factors = (int)s["factors"], Epochs = (int)s["epochs"], LearningRate = s["rate"], Regularisation = s["regularisation"], Candidates = (int)s["candidates"], PopularityExponent = s["popularity"], FoldInUnobservedWeight = s["unobserved"], FoldInRegularisation = s["foldIn"] }, token)),
        ["ease"] = new(new(StringComparer.Ordinal) { ["lambda"] = 500, ["neighbours"] = MostItemsForEase, ["halfLifeDays"] = double.PositiveInfinity, ["weighted"] = 0 }, (split, s, token) =>
            EaseTrainer.Fit(split.Matrix, new EaseOptions { Lambda = s["lambda"], Neighbours = (int)s["neighbours"], MostItems = MostItemsForEase, HalfLifeDays = s["halfLifeDays"], Scale = ScaleOf(s) }, token)),
        ["habits"] = new(new(StringComparer.Ordinal), (split, _, _) => new HabitScorer(split.Known.Items)),
    };

    private static WeightScale ScaleOf(IReadOnlyDictionary<string, double> s) => s["weighted"] != 0 ? WeightScale.Linear : WeightScale.Binary;
}
