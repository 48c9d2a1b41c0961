using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Trees;

/// <summary>How a random forest is fitted.</summary>
public sealed record RandomForestOptions
{
    /// <summary>Trees, 1..10,000. Default 300. Raising it steadies the mean and costs time in proportion.</summary>
    public int Trees { get; init; } = 300;

    /// <summary>Most leaves of a tree, 2..65,536. Default 512. Raising it lets trees look closer, at the price of memory and of serving.</summary>
    public int MaxLeaves { get; init; } = 512;

    /// <summary>Most questions in a row, 0..64; 0 is no bound. Default 0.</summary>
    public int MaxDepth { get; init; }

    /// <summary>Fewest training rows in a leaf, at least 1. Default 8. Raising it smooths the probabilities.</summary>
    public int MinRowsPerLeaf { get; init; } = 8;

    /// <summary>Rows at the mean rate that are added to each leaf, at least 0. Default 0. Raising it draws leaves of few rows to the mean.</summary>
    public double Smoothing { get; init; }

    /// <summary>Share of rows that each tree sees, drawn without replacement, 0.01..0.99. Default 0.632, as many as a bootstrap finds distinct.</summary>
    public double RowShare { get; init; } = 0.632;

    /// <summary>Share of columns from which each split is chosen, 0..1; 0 is the square root of their number and at least 0.3 of them. Default 0. Raising it makes trees better alone and more alike.</summary>
    public double ColumnShare { get; init; }

    /// <summary>Most bins that a column is cut into, 2..255. Default 255. Lowering it is faster where trees have many leaves of few rows, and looks less closely.</summary>
    public int Bins { get; init; } = 255;

    /// <summary>Tries one random threshold for each column in place of all (extra trees). Default false. True smooths and needs larger trees.</summary>
    public bool HasRandomThresholds { get; init; }

    /// <summary>Weight of a positive row, above 0. Default 1.</summary>
    public double PositiveWeight { get; init; } = 1;

    /// <summary>Weight of a negative row, above 0. Default 1.</summary>
    public double NegativeWeight { get; init; } = 1;

    /// <summary>Also weighs both classes to half of the rows each. Default false: probabilities are then the shop's own rates.</summary>
    public bool IsBalanced { get; init; }

    /// <summary>Seed of the shares of rows and columns. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Threads, 0..1,024; 0 is one for each core; more than four do not help. Default 0. The model is the same for any number.</summary>
    public int Threads { get; init; }

    internal ClassWeights ClassWeights => new(PositiveWeight, NegativeWeight, IsBalanced);

    internal void Validate()
    {
        OptionGuard.Within(Trees, 1, 10_000);
        OptionGuard.Within(MaxLeaves, 2, 65_536);
        OptionGuard.Within(MaxDepth, 0, 64);
        OptionGuard.Within(MinRowsPerLeaf, 1, int.MaxValue);
        OptionGuard.Within(Smoothing, 0, double.MaxValue);
        OptionGuard.Within(RowShare, 0.01, 0.99);
        OptionGuard.Within(ColumnShare, 0, 1);
        OptionGuard.Within(Bins, 2, 255);
        OptionGuard.Within(PositiveWeight, double.Epsilon, double.MaxValue);
        OptionGuard.Within(NegativeWeight, double.Epsilon, double.MaxValue);
        OptionGuard.Within(Threads, 0, 1_024);
    }
}
