using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Clustering;

/// <summary>Fitted clusters, largest first (equal sizes: the lexicographically smaller centroid first). Immutable, thread-safe.</summary>
public sealed class KMeansModel
{
    private const string Kind = "KMNS";
    private const ushort FormatVersion = 1;

    private readonly float[] _centroids;
    private readonly int[] _sizes;

    internal KMeansModel(float[] centroids, int columns, int[] sizes, double inertia, int iterations, bool hasConverged)
    {
        _centroids = centroids;
        _sizes = sizes;
        Columns = columns;
        Inertia = inertia;
        Iterations = iterations;
        HasConverged = hasConverged;
    }

    /// <summary>Clusters found; at most those asked for.</summary>
    public int Clusters => _sizes.Length;

    /// <summary>Columns of a row.</summary>
    public int Columns { get; }

    /// <summary>Centroids, clusters x columns, row-major.</summary>
    public ReadOnlySpan<float> Centroids => _centroids;

    /// <summary>Training rows in each cluster, descending.</summary>
    public ReadOnlySpan<int> Sizes => _sizes;

    /// <summary>Sum of squared distances of the training rows to their centroids.</summary>
    public double Inertia { get; }

    /// <summary>Lloyd iterations (or mini-batches) of the start that was kept.</summary>
    public int Iterations { get; }

    /// <summary>Whether that start settled before the iterations ran out.</summary>
    public bool HasConverged { get; }

    /// <summary>The centroid of one cluster.</summary>
    public ReadOnlySpan<float> Centroid(int cluster) => _centroids.AsSpan(cluster * Columns, Columns);

    /// <summary>The cluster of one row (nearest centroid, ties to the lower index). O(k d), allocates nothing.</summary>
    /// <exception cref="ArgumentException">The row has another length or holds NaN.</exception>
    public int Assign(ReadOnlySpan<float> row)
    {
        if (row.Length != Columns)
        {
            throw new ArgumentException($"The row has {row.Length} values, the model {Columns} columns.", nameof(row));
        }

        var best = -1;
        var least = float.PositiveInfinity;
        for (var cluster = 0; cluster < Clusters; cluster++)
        {
            var distance = TensorPrimitives.Distance(row, Centroid(cluster));
            if (distance < least)
            {
                least = distance;
                best = cluster;
            }
        }

        return best >= 0 ? best : throw new ArgumentException("The row holds a value that is not finite.", nameof(row));
    }

    /// <summary>The clusters of many rows. O(n k d).</summary>
    /// <param name="rowMajor">n rows of <see cref="Columns"/> values.</param>
    /// <param name="destination">n cluster indices are written.</param>
    /// <exception cref="ArgumentException">Lengths do not fit or a row holds NaN.</exception>
    public void AssignAll(ReadOnlySpan<float> rowMajor, Span<int> destination)
    {
        if ((long)destination.Length * Columns != rowMajor.Length)
        {
            throw new ArgumentException($"{rowMajor.Length} values are not {destination.Length} rows of {Columns} columns.", nameof(rowMajor));
        }

        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = Assign(rowMajor.Slice(i * Columns, Columns));
        }
    }

    /// <summary>Writes the model; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Clusters);
        writer.Write(Columns);
        writer.Write(Inertia);
        writer.Write(Iterations);
        writer.Write(HasConverged);
        writer.Write<int>(_sizes);
        writer.Write<float>(_centroids);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole k-means model of a known version.</exception>
    public static KMeansModel Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var clusters = reader.ReadCount(1);
        var columns = reader.ReadCount(1);
        var inertia = reader.ReadFiniteDouble();
        var iterations = reader.ReadCount();
        var hasConverged = reader.ReadBoolean();
        var sizes = reader.ReadArray<int>(clusters);
        var centroids = reader.ReadArray<float>((long)clusters * columns);
        reader.Complete();
        reader.Require(TensorPrimitives.IsFiniteAll<float>(centroids), "a centroid is not finite");
        return new KMeansModel(centroids, columns, sizes, inertia, iterations, hasConverged);
    }

    /// <summary>Puts clusters into their canonical order, so that labels do not depend on the start.</summary>
    internal static KMeansModel Ordered(ClusterFit fit, int columns)
    {
        var centroids = new float[fit.Centroids.Length];
        for (var i = 0; i < centroids.Length; i++)
        {
            centroids[i] = (float)(fit.Centroids[i] + fit.Offset[i % columns]);
        }

        // A cluster that is still empty when the iterations ran out describes nobody.
        var order = Enumerable.Range(0, fit.Sizes.Length).Where(c => fit.Sizes[c] > 0).ToArray();
        Array.Sort(order, (a, b) =>
        {
            var bySize = fit.Sizes[b].CompareTo(fit.Sizes[a]);
            return bySize != 0 ? bySize : centroids.AsSpan(a * columns, columns).SequenceCompareTo(centroids.AsSpan(b * columns, columns));
        });
        var sorted = new float[order.Length * columns];
        for (var c = 0; c < order.Length; c++)
        {
            centroids.AsSpan(order[c] * columns, columns).CopyTo(sorted.AsSpan(c * columns));
        }

        return new KMeansModel(sorted, columns, Array.ConvertAll(order, c => fit.Sizes[c]), fit.Inertia, fit.Iterations, fit.HasConverged);
    }
}
