using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>
/// K-means by Lloyd's iterations or by mini-batches, with greedy k-means++ or k-means|| starts. Use it on standardised columns: it knows only
/// Euclidean distance. Sources: Lloyd, IEEE Trans. Inf. Theory 28, 1982; Arthur and Vassilvitskii, "k-means++", SODA 2007; Sculley, WWW 2010;
/// Bahmani et al., PVLDB 5, 2012.
/// </summary>
public static class KMeansTrainer
{
    private const int FewestRowsOfCluster = 5;

    /// <summary>Fits clusters. O(restarts x iterations x n k d), in parallel over blocks of rows; the result does not depend on the number of threads.</summary>
    /// <param name="rowMajor">n x d values, row-major, finite; not changed (a centred copy is made, 4 n d bytes; with mini-batches of a batch only).</param>
    /// <param name="rows">n, at least 1.</param>
    /// <param name="columns">d, at least 1.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit within one pass over the rows.</param>
    /// <exception cref="ArgumentException">The shape is wrong, there are no rows, a value is not finite, or an option is out of range.</exception>
    public static KMeansModel Fit(ReadOnlyMemory<float> rowMajor, int rows, int columns, KMeansOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new KMeansOptions();
        options.Validate();
        Tabular.ThrowIfUnusable(rowMajor.Span, rows, columns);
        cancellationToken.ThrowIfCancellationRequested();

        var panels = options.UsesBatches(rows) ? null : new RowPanels(rowMajor, columns, offset: null, cancellationToken);
        ClusterFit? best = null;
        for (var restart = 0; restart < options.Restarts; restart++)
        {
            var random = SeededRandom.Fork(options.Seed, (ulong)restart);
            var fit = panels is null
                ? FitByBatches(rowMajor, rows, columns, options, random, cancellationToken)
                : FitByLloyd(panels, options, random, cancellationToken);
            best = best is null || fit.Inertia < best.Inertia ? fit : best;
        }

        return KMeansModel.Ordered(best!, columns); // Restarts >= 1, so there is a best one
    }

    private static ClusterFit FitByLloyd(RowPanels panels, KMeansOptions options, SeededRandom random, CancellationToken cancellationToken)
    {
        var meanVariance = panels.SumOfSquares / ((double)panels.Count * panels.Columns);
        return new LloydRun(panels, Start(panels, options, random, cancellationToken)).Run(options.MaxIterations, options.Tolerance * meanVariance, cancellationToken);
    }

    private static ClusterFit FitByBatches(ReadOnlyMemory<float> rowMajor, int rows, int columns, KMeansOptions options, SeededRandom random, CancellationToken cancellationToken)
    {
        var batchRows = (int)Math.Min(rows, Math.Max(options.BatchRows, (long)FewestRowsOfCluster * options.Clusters));
        return new MiniBatchRun(rowMajor, columns, batchRows, random).Run(sample => Start(sample, options, random, cancellationToken), options.MaxIterations, cancellationToken);
    }

    private static float[] Start(RowPanels panels, KMeansOptions options, SeededRandom random, CancellationToken cancellationToken) =>
        options.StartsInParallel(panels.Count)
            ? ClusterStart.Parallel(panels, options.Clusters, random, cancellationToken)
            : new ClusterStart(panels).Greedy(options.Clusters, random, cancellationToken);
}
