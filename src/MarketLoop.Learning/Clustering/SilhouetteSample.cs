using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>
/// A bounded sample of rows with all its pairwise distances, so that many clusterings can be judged on it. s^2 floats.
/// Silhouette of a row: (b - a) / max(a, b), a its mean distance to its own cluster, b to the nearest other; 0 for a lone row.
/// </summary>
internal sealed class SilhouetteSample
{
    private readonly float[] _rows;
    private readonly int _columns;
    private readonly float[] _distances;

    public SilhouetteSample(ReadOnlySpan<float> rowMajor, int columns, int wanted, SeededRandom random)
    {
        _columns = columns;
        var indices = random.Sample(rowMajor.Length / columns, wanted);
        Count = indices.Length;
        _rows = new float[Count * columns];
        for (var i = 0; i < Count; i++)
        {
            rowMajor.Slice(indices[i] * columns, columns).CopyTo(_rows.AsSpan(i * columns));
        }

        _distances = new float[Count * Count];
        Parallel.For(0, Count, i =>
        {
            for (var j = 0; j < i; j++)
            {
                // Each pair has one writer: the worker of its larger index.
                var distance = TensorPrimitives.Distance(Row(i), Row(j));
                _distances[(i * Count) + j] = distance;
                _distances[(j * Count) + i] = distance;
            }
        });
    }

    public int Count { get; }

    /// <summary>Mean silhouette of the sample under a model; 0 when all rows fall into one cluster. O(s^2).</summary>
    public double Mean(KMeansModel model, CancellationToken cancellationToken)
    {
        var labels = new int[Count];
        model.AssignAll(_rows, labels);
        var sizes = new int[model.Clusters];
        foreach (var label in labels)
        {
            sizes[label]++;
        }

        if (sizes.Count(size => size > 0) < 2)
        {
            return 0;
        }

        var silhouettes = new double[Count];
        Parallel.For(0, Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            Span<double> sums = stackalloc double[model.Clusters];
            var distances = _distances.AsSpan(i * Count, Count);
            for (var j = 0; j < distances.Length; j++)
            {
                sums[labels[j]] += distances[j];
            }

            silhouettes[i] = Silhouette(sums, sizes, labels[i]);
        });

        return TensorPrimitives.Sum<double>(silhouettes) / Count;
    }

    private static double Silhouette(ReadOnlySpan<double> sums, int[] sizes, int own)
    {
        if (sizes[own] < 2)
        {
            return 0;
        }

        var inside = sums[own] / (sizes[own] - 1);
        var outside = double.PositiveInfinity;
        for (var c = 0; c < sums.Length; c++)
        {
            if (c != own && sizes[c] > 0)
            {
                outside = Math.Min(outside, sums[c] / sizes[c]);
            }
        }

        var larger = Math.Max(inside, outside);
        return larger > 0 ? (outside - inside) / larger : 0;
    }

    private ReadOnlySpan<float> Row(int index) => _rows.AsSpan(index * _columns, _columns);
}
