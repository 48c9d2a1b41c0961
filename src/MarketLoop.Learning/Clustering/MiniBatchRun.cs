using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>
/// Mini-batch k-means for data of which one pass costs: centroids drift towards random batches, each at the rate 1 / (rows it has seen); one pass
/// at the end sorts all rows in. Needs memory for a batch only. Source: Sculley, "Web-scale k-means clustering", WWW 2010; the smoothed
/// inertia that ends it as in scikit-learn.
/// </summary>
internal sealed class MiniBatchRun(ReadOnlyMemory<float> rowMajor, int columns, int batchRows, SeededRandom random)
{
    private const int Patience = 10;
    private const int StartBatches = 3;
    private const int ChunkRows = 1 << 18;

    private readonly int _rows = rowMajor.Length / columns;

    /// <summary>Batches until the smoothed inertia has not sunk for ten of them, or as many rows as so many full passes have been seen.</summary>
    /// <param name="start">Finds first centroids in a sample.</param>
    /// <param name="maxPasses">Most passes' worth of rows.</param>
    /// <param name="cancellationToken">Stops it within one batch, or one block of the last pass.</param>
    public ClusterFit Run(Func<RowPanels, float[]> start, int maxPasses, CancellationToken cancellationToken)
    {
        var sample = Draw(StartBatches * batchRows, offset: null, cancellationToken);
        var centroids = start(sample);
        var seen = new long[centroids.Length / columns];
        var mostBatches = Math.Max(1, (long)maxPasses * _rows / batchRows);
        var weight = Math.Min(1, 2.0 * batchRows / (_rows + 1.0));
        var (batches, stale, smoothed, least) = (0, 0, double.NaN, double.PositiveInfinity);
        while (batches < mostBatches && stale < Patience)
        {
            var inertia = Drift(centroids, Draw(batchRows, sample.Offset, cancellationToken), seen, cancellationToken);
            batches++;
            smoothed = double.IsNaN(smoothed) ? inertia : smoothed + (weight * (inertia - smoothed));
            stale = smoothed < least ? 0 : stale + 1;
            least = Math.Min(least, smoothed);
        }

        return SortIn(centroids, batches, stale == Patience, sample.Offset, cancellationToken);
    }

    private RowPanels Draw(int count, double[]? offset, CancellationToken cancellationToken)
    {
        var batch = new float[count * columns];
        for (var i = 0; i < count; i++)
        {
            rowMajor.Span.Slice(random.NextInt32(_rows) * columns, columns).CopyTo(batch.AsSpan(i * columns));
        }

        return new RowPanels(batch, columns, offset, cancellationToken);
    }

    private double Drift(float[] centroids, RowPanels batch, long[] seen, CancellationToken cancellationToken)
    {
        var run = new LloydRun(batch, centroids);
        var fit = run.Assign(cancellationToken);
        var sums = new double[columns];
        for (var c = 0; c < seen.Length; c++)
        {
            if (fit.Sizes[c] == 0)
            {
                continue;
            }

            run.SumOf(c, sums);
            seen[c] += fit.Sizes[c];
            for (var j = 0; j < columns; j++)
            {
                ref var coordinate = ref centroids[(c * columns) + j];
                coordinate += (float)((sums[j] - (fit.Sizes[c] * (double)coordinate)) / seen[c]);
            }
        }

        return fit.Inertia;
    }

    private ClusterFit SortIn(float[] centroids, int batches, bool hasConverged, double[] offset, CancellationToken cancellationToken)
    {
        var sizes = new int[centroids.Length / columns];
        var inertia = 0.0;
        for (var first = 0; first < _rows; first += ChunkRows)
        {
            var chunk = rowMajor.Slice(first * columns, Math.Min(ChunkRows, _rows - first) * columns);
            var fit = new LloydRun(new RowPanels(chunk, columns, offset, cancellationToken), centroids).Assign(cancellationToken);
            inertia += fit.Inertia;
            for (var c = 0; c < sizes.Length; c++)
            {
                sizes[c] += fit.Sizes[c];
            }
        }

        return new ClusterFit(centroids, sizes, inertia, batches, hasConverged, offset);
    }
}
