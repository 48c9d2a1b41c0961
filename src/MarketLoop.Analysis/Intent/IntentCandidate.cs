using System.Globalization;
using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Trees;

namespace MarketLoop.Analysis.Intent;

/// <summary>A fitted single model. Immutable, thread-safe.</summary>
/// <param name="Linear">The model, when it is a linear one.</param>
/// <param name="Trees">The model, when it is made of trees.</param>
internal sealed record SingleModel(LogisticRegressionModel? Linear, TreeEnsembleModel? Trees)
{
    /// <summary>Probabilities of prepared rows.</summary>
    public double[] Predict(DesignedRows rows)
    {
        double[] probabilities = new double[rows.Count];
        for (int row = 0; row < probabilities.Length; row++)
        {
            probabilities[row] = Linear is not null
                ? Linear.Predict(rows.Linear.AsSpan(row * rows.LinearColumns, rows.LinearColumns))
                : Trees?.Predict(rows.Trees.AsSpan(row * rows.TreeColumns, rows.TreeColumns)) ?? 0.5;
        }

        return probabilities;
    }

    /// <summary>What each feature that the model sees adds to the score of the first row.</summary>
    public double[] Contributions(DesignedRows rows)
    {
        double[] effects = new double[Linear is not null ? rows.LinearColumns : rows.TreeColumns];
        Linear?.Contributions(rows.Linear.AsSpan(0, rows.LinearColumns), effects);
        Trees?.Contributions(rows.Trees.AsSpan(0, rows.TreeColumns), effects);
        return effects;
    }
}

/// <summary>A kind of model with its settings, which the inner cross-validation may choose.</summary>
/// <param name="Family">The kind: logistic, tree, forest, extraTrees or boosting.</param>
/// <param name="Settings">The settings, in words.</param>
/// <param name="Fit">Fits it on prepared rows, with a seed; alone asks for the full size where a smaller one serves the blend.</param>
internal sealed record IntentCandidate(string Family, string Settings, Func<DesignedRows, ulong, bool, CancellationToken, SingleModel> Fit)
{
    private const int Many = 50_000;
    private const int Few = 5_000;
    private const int LeavesOfMany = 4_096;
    private const double RowsOfFullRounds = 10_000;

    /// <summary>The candidates for so many training rows. Which they are depends on the number of rows only, so that the work is counted in fits and not in seconds.</summary>
    public static IReadOnlyList<IntentCandidate> For(int rows, bool isHurried)
    {
        int leaf = Math.Clamp(rows / 50, 2, 20);

        // Few rows are learned by heart sooner.
        double patience = Math.Clamp(Math.Sqrt(rows / RowsOfFullRounds), 0.2, 1);
        int Rounds(int full) => (int)(full * patience);
        GradientBoostingOptions random = new()
        {
            Rounds = Rounds(500),
            LearningRate = 0.03,
            MaxLeaves = 20,
            MaxDepth = 6,
            MinRowsPerLeaf = leaf,
            RowShare = 0.7,
            ColumnShare = 1,
            SplitColumnShare = 0.5,
            L2 = 0,
            HasRandomThresholds = true,
        };
        GradientBoostingOptions shallow = random with { Rounds = Rounds(400), LearningRate = 0.05, MaxLeaves = 8, MaxDepth = 3 };
        if (isHurried)
        {
            return [Logistic(30), Tree(32, 6, leaf), Boosting(shallow)];
        }

        List<IntentCandidate> candidates =
        [
            Logistic(5),
            Logistic(60),
            Tree(32, 6, Math.Clamp(rows / 200, 5, 50)),
            Tree(14, 5, Math.Clamp(rows / 100, 5, 100)),
            Forest(Math.Min(8, leaf), rows),
            ExtraTrees(Math.Min(4, leaf)),
            Boosting(random),
            Boosting(shallow),
            Boosting(random with { Rounds = Rounds(350), HasRandomThresholds = false, MaxLeaves = 15, MaxDepth = 4, SplitColumnShare = 0.4 }),
        ];
        if (rows < Few)
        {
            candidates.Add(Logistic(400));
            candidates.Add(Boosting(shallow with { MaxLeaves = 4, L2 = 10, MinRowsPerLeaf = Math.Max(5, leaf) }));
        }

        if (rows > Many)
        {
            candidates.Add(Boosting(random with { Rounds = 400, LearningRate = 0.06, MaxLeaves = 63, MaxDepth = 0, MinRowsPerLeaf = 50 }));
        }

        return candidates;
    }

    private static IntentCandidate Logistic(double l2)
    {
        LogisticRegressionOptions options = new() { L2 = l2, MaxIterations = 20, Tolerance = 1e-5, Preparation = new StandardiserOptions { WinsorisedShare = 0.001 } };
        return new IntentCandidate("logistic", string.Create(CultureInfo.InvariantCulture, $"l2 {l2}"), (rows, _, _, ct) =>
            new SingleModel(LogisticRegressionTrainer.Fit(rows.Linear, rows.Count, rows.LinearColumns, rows.Labels, options, cancellationToken: ct), null));
    }

    private static IntentCandidate Tree(int leaves, int depth, int leaf)
    {
        DecisionTreeOptions options = new() { MaxLeaves = leaves, MaxDepth = depth, MinRowsPerLeaf = leaf, Threads = 1 };
        return new IntentCandidate("tree", string.Create(CultureInfo.InvariantCulture, $"{leaves} leaves, depth {depth}, {leaf} rows a leaf"), (rows, _, _, ct) =>
            new SingleModel(null, DecisionTreeTrainer.Fit(rows.Trees, rows.Count, rows.TreeColumns, rows.Labels, options, cancellationToken: ct)));
    }

    private static IntentCandidate Forest(int leaf, int rows) =>
        Bagged("forest", new RandomForestOptions { MinRowsPerLeaf = leaf, MaxLeaves = rows > Many ? LeavesOfMany : new RandomForestOptions().MaxLeaves, Threads = 1 });

    private static IntentCandidate ExtraTrees(int leaf) =>
        Bagged("extraTrees", new RandomForestOptions { MinRowsPerLeaf = leaf, ColumnShare = 0.7, RowShare = 0.9, HasRandomThresholds = true, Threads = 1 });

    // In the blend the folds' forests are averaged, so each may be smaller.
    private static IntentCandidate Bagged(string family, RandomForestOptions options) =>
        new(family, string.Create(CultureInfo.InvariantCulture, $"{options.MinRowsPerLeaf} rows a leaf"), (rows, seed, alone, ct) =>
            new SingleModel(null, RandomForestTrainer.Fit(
                rows.Trees, rows.Count, rows.TreeColumns, rows.Labels, options with { Seed = seed, Trees = alone ? 300 : 80 }, cancellationToken: ct)));

    private static IntentCandidate Boosting(GradientBoostingOptions options)
    {
        string thresholds = options.HasRandomThresholds ? ", random thresholds" : "";
        string settings = string.Create(CultureInfo.InvariantCulture, $"{options.Rounds} rounds at {options.LearningRate}, {options.MaxLeaves} leaves{thresholds}");
        return new IntentCandidate("boosting", settings, (rows, seed, _, ct) =>
            new SingleModel(null, GradientBoostingTrainer.Fit(rows.Trees, rows.Count, rows.TreeColumns, rows.Labels, options with { Seed = seed, Threads = 1 }, cancellationToken: ct)));
    }
}
