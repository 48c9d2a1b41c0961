using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Classification;

/// <summary>How a logistic regression is fitted.</summary>
public sealed record LogisticRegressionOptions
{
    /// <summary>
    /// Penalty on the standardised coefficients: L2/2 |w|^2 is added to the summed log-loss; the intercept is free. Range: at least 0.
    /// Default 1. Raising it shrinks coefficients; 0 lets separable data run away (the report then says it did not converge).
    /// </summary>
    public double L2 { get; init; } = 1;

    /// <summary>Weight of a positive row, above 0. Default 1.</summary>
    public double PositiveWeight { get; init; } = 1;

    /// <summary>Weight of a negative row, above 0. Default 1.</summary>
    public double NegativeWeight { get; init; } = 1;

    /// <summary>
    /// Also weighs both classes to half of the rows each (n / 2 n_class). Default false: probabilities are then the shop's own rates.
    /// </summary>
    public bool IsBalanced { get; init; }

    /// <summary>Most Newton steps, at least 1. Default 50; 5 to 8 are usual.</summary>
    public int MaxIterations { get; init; } = 50;

    /// <summary>Converged when the largest gradient entry per unit of weight is below this, above 0. Default 1e-8.</summary>
    public double Tolerance { get; init; } = 1e-8;

    /// <summary>What happens to columns before the fit; z-scores always.</summary>
    public StandardiserOptions Preparation { get; init; } = new();

    internal void Validate()
    {
        OptionGuard.Within(L2, 0, double.MaxValue);
        OptionGuard.Within(PositiveWeight, double.Epsilon, double.MaxValue);
        OptionGuard.Within(NegativeWeight, double.Epsilon, double.MaxValue);
        OptionGuard.Within(MaxIterations, 1, int.MaxValue);
        OptionGuard.Within(Tolerance, double.Epsilon, 1);
    }
}

/// <summary>How a fit went.</summary>
/// <param name="HasConverged">The gradient fell below the tolerance.</param>
/// <param name="Iterations">Newton steps taken.</param>
/// <param name="GradientNorm">Largest gradient entry per unit of weight at the end.</param>
/// <param name="Objective">Penalised log-loss per unit of weight at the end.</param>
/// <param name="IsSeparated">Every training row ended on its side of 0.5: the classes are (nearly) separable and only L2 bounds the coefficients.</param>
/// <param name="HasOneClass">All labels were equal: the model is the smoothed rate (positives + 0.5) / (rows + 1) for everybody.</param>
public sealed record ConvergenceReport(bool HasConverged, int Iterations, double GradientNorm, double Objective, bool IsSeparated, bool HasOneClass);
