using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>How factors are learned from comparisons.</summary>
public sealed record BprOptions
{
    /// <summary>Factors k of each user and item, 1..1,024. Default 64. Raising it tells finer tastes apart.</summary>
    public int Factors { get; init; } = 64;

    /// <summary>Passes over the cells, 1..10,000. Default 40.</summary>
    public int Epochs { get; init; } = 40;

    /// <summary>Length of a step, 0.0001..1. Default 0.05. Raising it learns faster, up to where it no longer settles.</summary>
    public double LearningRate { get; init; } = 0.05;

    /// <summary>Penalty on the squared length of factors, 0..1. Default 0.005. Raising it forgets what few have done.</summary>
    public double Regularisation { get; init; } = 0.005;

    /// <summary>Items drawn for each comparison, of which the one that scores highest is compared, 1..1,000. Default 4. Raising it works on the top of the list.</summary>
    public int Candidates { get; init; } = 4;

    /// <summary>Items are drawn by their number of users to this power, 0..1. Default 0 (all alike). Raising it pushes popular items down.</summary>
    public double PopularityExponent { get; init; }

    /// <summary>What an unseen item counts in the fold-in, beside 1 of a seen one, above 0. Default 0.1.</summary>
    public double FoldInUnobservedWeight { get; init; } = 0.1;

    /// <summary>Penalty of the fold-in, above 0. Default 0.1; as <see cref="ImplicitAlsOptions.Regularisation"/> with exponent 1, for items whose mean squared length is 1.</summary>
    public double FoldInRegularisation { get; init; } = 0.1;

    /// <summary>Seed of the start, the order and the items drawn. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    internal void Validate()
    {
        OptionGuard.Within(Factors, 1, 1_024);
        OptionGuard.Within(Epochs, 1, 10_000);
        OptionGuard.Within(LearningRate, 1e-4, 1);
        OptionGuard.Within(Regularisation, 0, 1);
        OptionGuard.Within(Candidates, 1, 1_000);
        OptionGuard.Within(PopularityExponent, 0, 1);
        OptionGuard.Within(FoldInUnobservedWeight, 1e-9, 1e6);
        OptionGuard.Within(FoldInRegularisation, 1e-9, 1e9);
    }
}
