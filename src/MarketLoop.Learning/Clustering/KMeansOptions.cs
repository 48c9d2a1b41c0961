using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>How centroids are moved.</summary>
public enum KMeansMethod
{
    /// <summary>Lloyd's iterations, and mini-batches from <see cref="KMeansOptions.LargeWork"/> rows x clusters.</summary>
    Auto = 0,

    /// <summary>Every iteration looks at every row: the best optimum, and a centred copy of the data.</summary>
    Lloyd = 1,

    /// <summary>Random batches: a few passes' worth of work and little memory, for an inertia some percent higher.</summary>
    MiniBatch = 2,
}

/// <summary>How the first centroids are found.</summary>
public enum KMeansStart
{
    /// <summary>Greedy k-means++, and k-means|| from 200 clusters among <see cref="KMeansOptions.LargeWork"/> / 10 rows x clusters.</summary>
    Auto = 0,

    /// <summary>Greedy k-means++: one pass over the rows for each cluster.</summary>
    PlusPlus = 1,

    /// <summary>k-means||: five passes for any number of clusters.</summary>
    Parallel = 2,
}

/// <summary>How k-means is run.</summary>
public sealed record KMeansOptions
{
    /// <summary>Rows x clusters from which <see cref="KMeansMethod.Auto"/> takes mini-batches: where an iteration of Lloyd's takes about a second on two cores.</summary>
    public const long LargeWork = 500_000_000;

    private const int FewestClustersInParallel = 200;

    /// <summary>Clusters wanted, at least 1. Default 5. Fewer come out when the data has fewer distinct rows.</summary>
    public int Clusters { get; init; } = 5;

    /// <summary>Independent starts, of which the one with the least inertia is kept; at least 1. Default 4. Raising it costs time and avoids poor local optima.</summary>
    public int Restarts { get; init; } = 4;

    /// <summary>Most Lloyd iterations of a start, at least 1; with mini-batches most passes' worth of rows. Default 100.</summary>
    public int MaxIterations { get; init; } = 100;

    /// <summary>
    /// A start ends when the centroids together move less than this share of the mean column variance (squared distances); at least 0.
    /// Default 1e-4. Raising it ends earlier. Mini-batches end by their inertia instead.
    /// </summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>How centroids are moved. Default: by size.</summary>
    public KMeansMethod Method { get; init; }

    /// <summary>How the first centroids are found. Default: by size.</summary>
    public KMeansStart Start { get; init; }

    /// <summary>Rows of a mini-batch, at least 1; never fewer than 5 for each cluster. Default 10,000. Raising it steadies the way and slows each step.</summary>
    public int BatchRows { get; init; } = 10_000;

    /// <summary>Seed of the starts. The same seed and data give the same model bytes, also in parallel.</summary>
    public ulong Seed { get; init; }

    internal void Validate()
    {
        OptionGuard.Within(Clusters, 1, int.MaxValue);
        OptionGuard.Within(Restarts, 1, int.MaxValue);
        OptionGuard.Within(MaxIterations, 1, int.MaxValue);
        OptionGuard.Within(Tolerance, 0, double.MaxValue);
        OptionGuard.Within((int)Method, (int)KMeansMethod.Auto, (int)KMeansMethod.MiniBatch);
        OptionGuard.Within((int)Start, (int)KMeansStart.Auto, (int)KMeansStart.Parallel);
        OptionGuard.Within(BatchRows, 1, int.MaxValue);
    }

    internal bool UsesBatches(int rows) => Method == KMeansMethod.MiniBatch || (Method == KMeansMethod.Auto && (long)rows * Clusters >= LargeWork);

    internal bool StartsInParallel(int rows) =>
        Start == KMeansStart.Parallel || (Start == KMeansStart.Auto && Clusters >= FewestClustersInParallel && (long)rows * Clusters >= LargeWork / 10);
}
