using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Trees;

/// <summary>How a single decision tree is fitted.</summary>
public sealed record DecisionTreeOptions
{
    /// <summary>Most leaves, 2..4,096. Default 32. Raising it looks closer and is harder to read.</summary>
    public int MaxLeaves { get; init; } = 32;

    /// <summary>Most questions in a row, 0..64; 0 is no bound. Default 6.</summary>
    public int MaxDepth { get; init; } = 6;

    /// <summary>Fewest training rows in a leaf, at least 1. Default 50. Raising it smooths.</summary>
    public int MinRowsPerLeaf { get; init; } = 50;

    /// <summary>Rows at the mean rate that are added to each leaf, at least 0. Default 5. Raising it draws leaves of few rows to the mean.</summary>
    public double Smoothing { get; init; } = 5;

    /// <summary>Weight of a positive row, above 0. Default 1.</summary>
    public double PositiveWeight { get; init; } = 1;

    /// <summary>Weight of a negative row, above 0. Default 1.</summary>
    public double NegativeWeight { get; init; } = 1;

    /// <summary>Also weighs both classes to half of the rows each. Default false: probabilities are then the shop's own rates.</summary>
    public bool IsBalanced { get; init; }

    /// <summary>Threads, 0..1,024; 0 is one for each core, or one where the table has less than a million values. Default 0. The model is the same for any number.</summary>
    public int Threads { get; init; }

    internal ClassWeights ClassWeights => new(PositiveWeight, NegativeWeight, IsBalanced);

    internal void Validate()
    {
        OptionGuard.Within(MaxLeaves, 2, 4_096);
        OptionGuard.Within(MaxDepth, 0, 64);
        OptionGuard.Within(MinRowsPerLeaf, 1, int.MaxValue);
        OptionGuard.Within(Smoothing, 0, double.MaxValue);
        OptionGuard.Within(PositiveWeight, double.Epsilon, double.MaxValue);
        OptionGuard.Within(NegativeWeight, double.Epsilon, double.MaxValue);
        OptionGuard.Within(Threads, 0, 1_024);
    }
}
