using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Clustering;

/// <summary>Two clusters that became one. Clusters below the number of leaves are single rows; leaves + i is what merge i made.</summary>
/// <param name="Left">One of them: the lower number.</param>
/// <param name="Right">The other.</param>
/// <param name="Height">Their distance, by the linkage.</param>
/// <param name="Size">Rows in both.</param>
public readonly record struct ClusterMerge(int Left, int Right, double Height, int Size);

/// <summary>The tree of a hierarchical clustering: merges from the nearest pair up to everything. Immutable, thread-safe.</summary>
public sealed class Dendrogram
{
    private const string Kind = "DEND";
    private const ushort FormatVersion = 1;

    private readonly ClusterMerge[] _merges;

    private Dendrogram(int leaves, ClusterMerge[] merges)
    {
        Leaves = leaves;
        _merges = merges;
    }

    /// <summary>Rows clustered, n.</summary>
    public int Leaves { get; }

    /// <summary>The n - 1 merges, heights ascending.</summary>
    public ReadOnlySpan<ClusterMerge> Merges => _merges;

    /// <summary>The rows from left to right as a drawing without crossing lines has them: every cluster is one stretch. O(n).</summary>
    public int[] LeafOrder()
    {
        var order = new List<int>(Leaves);
        var open = new Stack<int>();
        open.Push(Leaves + _merges.Length - 1);
        while (open.TryPop(out var cluster))
        {
            if (cluster < Leaves)
            {
                order.Add(cluster);
                continue;
            }

            open.Push(_merges[cluster - Leaves].Right);
            open.Push(_merges[cluster - Leaves].Left);
        }

        return [.. order];
    }

    /// <summary>The cluster of each row when the tree is cut into k, numbered largest first (equal sizes: the one with the lower row first). O(n).</summary>
    /// <param name="clusters">k, 1..<see cref="Leaves"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is not in that range.</exception>
    public int[] Cut(int clusters)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clusters, Leaves);
        return LabelsAfter(Leaves - clusters);
    }

    /// <summary>The cluster of each row when only merges up to a height count; numbered like <see cref="Cut"/>. O(n).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The height is NaN.</exception>
    public int[] CutAt(double height) =>
        double.IsNaN(height) ? throw new ArgumentOutOfRangeException(nameof(height), height, "The height must be a number.") : LabelsAfter(MergesUpTo(height));

    /// <summary>Clusters left when only merges up to a height count.</summary>
    public int CountAt(double height) => Leaves - MergesUpTo(height);

    /// <summary>Writes the tree; the same tree gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Leaves);
        writer.Write<int>([.. _merges.SelectMany(merge => (int[])[merge.Left, merge.Right])]);
        writer.Write<double>(Array.ConvertAll(_merges, merge => merge.Height));
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole tree of a known version.</exception>
    public static Dendrogram Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var leaves = reader.ReadCount(1);
        var parts = reader.ReadArray<int>(2L * (leaves - 1));
        var heights = reader.ReadArray<double>(leaves - 1);
        reader.Complete();
        var sizes = new int[(2 * leaves) - 1];
        var merges = new ClusterMerge[leaves - 1];
        sizes.AsSpan(0, leaves).Fill(1);
        for (var i = 0; i < merges.Length; i++)
        {
            var (left, right) = (parts[2 * i], parts[(2 * i) + 1]);
            var isWhole = left >= 0 && left < right && right < leaves + i && sizes[left] > 0 && sizes[right] > 0;
            reader.Require(isWhole, "a merge joins what is not there");
            reader.Require(double.IsFinite(heights[i]) && heights[i] >= (i == 0 ? 0 : heights[i - 1]), "heights do not ascend");
            merges[i] = new ClusterMerge(left, right, heights[i], sizes[left] + sizes[right]);
            sizes[leaves + i] = merges[i].Size;
            (sizes[left], sizes[right]) = (0, 0); // joined once
        }

        return new Dendrogram(leaves, merges);
    }

    /// <summary>Brings joins of rows that stand for their clusters, in any order, into a tree of ascending heights.</summary>
    internal static Dendrogram FromJoins(int leaves, IEnumerable<(int First, int Second, double Height)> joins)
    {
        var parents = Enumerable.Range(0, (2 * leaves) - 1).ToArray();
        var sizes = new int[parents.Length];
        sizes.AsSpan(0, leaves).Fill(1);
        var merges = new ClusterMerge[leaves - 1];
        foreach (var (i, (first, second, height)) in joins.OrderBy(join => join.Height).Index())
        {
            var (a, b) = (Root(parents, first), Root(parents, second));
            var made = leaves + i;
            sizes[made] = sizes[a] + sizes[b];
            (parents[a], parents[b]) = (made, made);
            merges[i] = new ClusterMerge(Math.Min(a, b), Math.Max(a, b), height, sizes[made]);
        }

        return new Dendrogram(leaves, merges);
    }

    private static int Root(int[] parents, int cluster)
    {
        while (parents[cluster] != cluster)
        {
            parents[cluster] = parents[parents[cluster]];
            cluster = parents[cluster];
        }

        return cluster;
    }

    private int MergesUpTo(double height)
    {
        var count = 0;
        while (count < _merges.Length && _merges[count].Height <= height)
        {
            count++;
        }

        return count;
    }

    private int[] LabelsAfter(int merges)
    {
        var parents = Enumerable.Range(0, Leaves + merges).ToArray();
        for (var i = 0; i < merges; i++)
        {
            parents[_merges[i].Left] = Leaves + i;
            parents[_merges[i].Right] = Leaves + i;
        }

        var roots = Enumerable.Range(0, Leaves).Select(row => Root(parents, row)).ToArray();
        var numbers = roots
            .Index()
            .GroupBy(row => row.Item, row => row.Index)
            .OrderByDescending(cluster => cluster.Count())
            .ThenBy(cluster => cluster.First())
            .Select((cluster, number) => (cluster.Key, number))
            .ToDictionary(pair => pair.Key, pair => pair.number);
        return Array.ConvertAll(roots, root => numbers[root]);
    }
}
