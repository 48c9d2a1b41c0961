using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Trees;

/// <summary>How gradient-boosted trees are fitted.</summary>
public sealed record GradientBoostingOptions
{
    /// <summary>Trees, 1..10,000; with <see cref="Stopping"/> the most. Default 500. Raising it fits closer: lower <see cref="LearningRate"/> along with it.</summary>
    public int Rounds { get; init; } = 500;

    /// <summary>Share of each tree's answer that is taken, above 0 to 1. Default 0.02. Raising it needs fewer rounds and generalises worse.</summary>
    public double LearningRate { get; init; } = 0.02;

    /// <summary>Most leaves of a tree, 2..4,096. Default 15. Raising it lets more columns act on each other.</summary>
    public int MaxLeaves { get; init; } = 15;

    /// <summary>Most questions in a row, 0..64; 0 is no bound. Default 0.</summary>
    public int MaxDepth { get; init; }

    /// <summary>Fewest training rows in a leaf, at least 1. Default 20. Raising it smooths.</summary>
    public int MinRowsPerLeaf { get; init; } = 20;

    /// <summary>Penalty on the size of leaves, at least 0. Default 0. Raising it sets weak leaves to 0.</summary>
    public double L1 { get; init; }

    /// <summary>Penalty on the square of leaves, at least 0. Default 1. Raising it shrinks leaves of few rows.</summary>
    public double L2 { get; init; } = 1;

    /// <summary>Share of rows that each tree sees, 0.01..1. Default 0.8. Lowering it makes trees differ more.</summary>
    public double RowShare { get; init; } = 0.8;

    /// <summary>Share of columns that each tree may use, 0.01..1. Default 0.4. Lowering it makes trees differ more.</summary>
    public double ColumnShare { get; init; } = 0.4;

    /// <summary>Share of the tree's columns that each split may choose from, 0.01..1. Default 1. Lowering it makes splits differ within a tree; with random thresholds about a half serves well.</summary>
    public double SplitColumnShare { get; init; } = 1;

    /// <summary>Tries one random threshold for each column in place of all. Default false. True smooths, and wants more rounds.</summary>
    public bool HasRandomThresholds { get; init; }

    /// <summary>
    /// Share of earlier trees that is left out while the next one is grown (DART), 0..0.9. Default 0: none. Raising it keeps late trees from being
    /// trifles; slower, and not together with <see cref="Stopping"/>. Source: Rashmi and Gilad-Bachrach, AISTATS 2015.
    /// </summary>
    public double DropShare { get; init; }

    /// <summary>Weight of a positive row, above 0. Default 1.</summary>
    public double PositiveWeight { get; init; } = 1;

    /// <summary>Weight of a negative row, above 0. Default 1.</summary>
    public double NegativeWeight { get; init; } = 1;

    /// <summary>Also weighs both classes to half of the rows each. Default false: probabilities are then the shop's own rates.</summary>
    public bool IsBalanced { get; init; }

    /// <summary>Rows that decide when to stop; null grows all rounds. Default null.</summary>
    public EarlyStopping? Stopping { get; init; }

    /// <summary>Seed of the shares of rows and columns. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Threads, 0..1,024; 0 is one for each core, or one where the table has less than a million values. Default 0. The model is the same for any number.</summary>
    public int Threads { get; init; }

    internal ClassWeights ClassWeights => new(PositiveWeight, NegativeWeight, IsBalanced);

    internal void Validate(int columns)
    {
        OptionGuard.Within(Rounds, 1, 10_000);
        OptionGuard.Within(LearningRate, double.Epsilon, 1);
        OptionGuard.Within(MaxLeaves, 2, 4_096);
        OptionGuard.Within(MaxDepth, 0, 64);
        OptionGuard.Within(MinRowsPerLeaf, 1, int.MaxValue);
        OptionGuard.Within(L1, 0, double.MaxValue);
        OptionGuard.Within(L2, 0, double.MaxValue);
        OptionGuard.Within(RowShare, 0.01, 1);
        OptionGuard.Within(ColumnShare, 0.01, 1);
        OptionGuard.Within(SplitColumnShare, 0.01, 1);
        OptionGuard.Within(DropShare, 0, 0.9);
        OptionGuard.Within(PositiveWeight, double.Epsilon, double.MaxValue);
        OptionGuard.Within(NegativeWeight, double.Epsilon, double.MaxValue);
        OptionGuard.Within(Threads, 0, 1_024);
        Stopping?.Validate(columns);
    }
}

/// <summary>Rows apart from the training rows on which growing is watched: it ends when their log-loss has not fallen for a while, and the best trees are kept.</summary>
/// <param name="RowMajor">n x d values, finite.</param>
/// <param name="Labels">n labels, at least one.</param>
public sealed record EarlyStopping(ReadOnlyMemory<float> RowMajor, ReadOnlyMemory<bool> Labels)
{
    /// <summary>Rounds without a lower log-loss after which growing ends, at least 1. Default 50. Raising it overlooks chance.</summary>
    public int Patience { get; init; } = 50;

    internal void Validate(int columns)
    {
        OptionGuard.Within(Patience, 1, int.MaxValue);
        Tabular.ThrowIfUnusable(RowMajor.Span, Labels.Length, columns);
    }
}
