using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>How far two clusters are apart.</summary>
public enum Linkage
{
    /// <summary>By how much joining them raises the sum of squares: compact clusters of like spread. Height sqrt(2 |A| |B| / (|A| + |B|)) |mean A - mean B|.</summary>
    Ward = 0,

    /// <summary>Mean distance of their rows.</summary>
    Average = 1,

    /// <summary>Largest distance of their rows: clusters of like diameter.</summary>
    Complete = 2,

    /// <summary>Smallest distance of their rows: finds long shapes, and chains through noise.</summary>
    SingleLink = 3,

    /// <summary>Mean of the distances of the two clusters a cluster was made of, whatever their sizes (McQuitty).</summary>
    Weighted = 4,
}

/// <summary>How a hierarchical clustering is made and cut.</summary>
public sealed record HierarchicalOptions
{
    /// <summary>Most rows of a tree by Ward's linkage, which needs memory for the rows only; the time grows with the square.</summary>
    public const int MostWardRows = 50_000;

    /// <summary>Most rows of a tree by another linkage, which needs 4 n^2 bytes: 1.6 GB.</summary>
    public const int MostMatrixRows = 20_000;

    /// <summary>Distance of clusters. Default Ward.</summary>
    public Linkage Linkage { get; init; }

    /// <summary>Clusters of the cut, at least 1. Default 5. Fewer come out when the data has fewer distinct rows.</summary>
    public int Clusters { get; init; } = 5;

    /// <summary>
    /// Rows of which the tree is made, from 2 to the most that the linkage allows; the others join the nearest centroid of the cut. Default 5,000.
    /// Raising it costs with the square.
    /// </summary>
    public int SampleRows { get; init; } = 5_000;

    /// <summary>Seed of the sample.</summary>
    public ulong Seed { get; init; }

    internal void Validate()
    {
        OptionGuard.Within((int)Linkage, (int)Linkage.Ward, (int)Linkage.Weighted);
        OptionGuard.Within(Clusters, 1, int.MaxValue);
        OptionGuard.Within(SampleRows, 2, MostRows(Linkage));
    }

    internal static int MostRows(Linkage linkage) => linkage == Linkage.Ward ? MostWardRows : MostMatrixRows;
}
