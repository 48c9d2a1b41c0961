using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>How a row of factors is solved for.</summary>
public enum AlsSolver
{
    /// <summary>Exactly, by Cholesky: O(n k^2 + k^3) a row of n cells.</summary>
    Exact,

    /// <summary>By a few steps of conjugate gradient from the last sweep's row: O(steps (n k + k^2)).</summary>
    ConjugateGradient,
}

/// <summary>How factors are learned by alternating least squares.</summary>
public sealed record ImplicitAlsOptions
{
    /// <summary>Factors k of each user and item, 1..1,024. Default 64. Raising it tells finer tastes apart and costs k^2 time.</summary>
    public int Factors { get; init; } = 64;

    /// <summary>Sweeps over both sides, 1..1,000. Default 12.</summary>
    public int Sweeps { get; init; } = 12;

    /// <summary>What a pair that was not seen counts, above 0, beside 1 of a seen one. Default 0.1. Raising it believes more that unseen is unwanted.</summary>
    public double UnobservedWeight { get; init; } = 0.1;

    /// <summary>Penalty on the squared length of factors, above 0. Default 0.003; it is multiplied by (n + unobserved weight x the other side's size)^exponent of each row.</summary>
    public double Regularisation { get; init; } = 0.003;

    /// <summary>Exponent of that, 0..1. Default 1. Lowering it penalises active users and popular items less.</summary>
    public double RegularisationExponent { get; init; } = 1;

    /// <summary>Solver. Default <see cref="AlsSolver.Exact"/>.</summary>
    public AlsSolver Solver { get; init; } = AlsSolver.Exact;

    /// <summary>Steps of conjugate gradient, 1..100. Default 3.</summary>
    public int GradientSteps { get; init; } = 3;

    /// <summary>What a cell counts for. Default <see cref="WeightScale.Binary"/>.</summary>
    public WeightScale Scale { get; init; } = WeightScale.Binary;

    /// <summary>Half-life of a cell in days, above 0. Default infinity (no decay). Lowering it forgets faster.</summary>
    public double HalfLifeDays { get; init; } = double.PositiveInfinity;

    /// <summary>Day from which ages are counted; null (default) means the matrix's latest.</summary>
    public double? AsOfDay { get; init; }

    /// <summary>Seed of the start. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    internal void Validate()
    {
        OptionGuard.Within(Factors, 1, 1_024);
        OptionGuard.Within(Sweeps, 1, 1_000);
        OptionGuard.Within(UnobservedWeight, 1e-9, 1e6);
        OptionGuard.Within(Regularisation, 1e-9, 1e9);
        OptionGuard.Within(RegularisationExponent, 0, 1);
        OptionGuard.Within((int)Solver, 0, 1);
        OptionGuard.Within(GradientSteps, 1, 100);
        CellWeighting.Validate(Scale, HalfLifeDays, userDamping: 0);
    }
}
