using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>How k-means is run.</summary>
public sealed record KMeansOptions
{
    /// <summary>Clusters wanted, at least 1. Default 5. Fewer come out when the data has fewer distinct rows.</summary>
    public int Clusters { get; init; } = 5;

    /// <summary>Independent starts, of which the one with the least inertia is kept; at least 1. Default 4. Raising it costs time and avoids poor local optima.</summary>
    public int Restarts { get; init; } = 4;

    /// <summary>Most Lloyd iterations of a start, at least 1. Default 100.</summary>
    public int MaxIterations { get; init; } = 100;

    /// <summary>
    /// A start ends when the centroids together move less than this share of the mean column variance (squared distances); at least 0.
    /// Default 1e-4. Raising it ends earlier.
    /// </summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Seed of the starts. The same seed and data give the same model bytes, also in parallel.</summary>
    public ulong Seed { get; init; }

    internal void Validate()
    {
        OptionGuard.Within(Clusters, 1, int.MaxValue);
        OptionGuard.Within(Restarts, 1, int.MaxValue);
        OptionGuard.Within(MaxIterations, 1, int.MaxValue);
        OptionGuard.Within(Tolerance, 0, double.MaxValue);
    }
}
