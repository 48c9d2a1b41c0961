using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>
/// Whether clusters come back when other rows had been seen: each rerun clusters a random half of the rows with another seed, gives all rows to its
/// centroids, and is compared with the clustering in question. Source: Ben-Hur, Elisseeff and Guyon, Pacific Symposium on Biocomputing 7, 2002.
/// </summary>
public static class ClusterStability
{
    private const int Restarts = 2;

    /// <summary>Mean adjusted Rand index of the reruns, 1 for the same clusters each time. O(reruns x a fit of n / 2 rows). Deterministic by seed.</summary>
    /// <param name="rowMajor">The n x d rows, row-major, finite, that the model was fitted on or some of them.</param>
    /// <param name="model">The clustering in question.</param>
    /// <param name="reruns">How often, at least 1.</param>
    /// <param name="seed">Seed of halves and starts.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentException">There are no rows, they have another number of columns, a value is not finite, or reruns is below 1.</exception>
    public static double Of(ReadOnlyMemory<float> rowMajor, KMeansModel model, int reruns, ulong seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        OptionGuard.Within(reruns, 1, int.MaxValue);
        var columns = model.Columns;
        var rows = rowMajor.Length / columns;
        Tabular.ThrowIfUnusable(rowMajor.Span, rows, columns);
        var labels = new int[rows];
        model.AssignAll(rowMajor.Span, labels);
        var others = new int[rows];
        var half = new float[(rows + 1) / 2 * columns];
        var agreement = 0.0;
        for (var rerun = 0; rerun < reruns; rerun++)
        {
            var random = SeededRandom.Fork(seed, (ulong)rerun);
            foreach (var (i, row) in random.Sample(rows, (rows + 1) / 2).Index())
            {
                rowMajor.Span.Slice(row * columns, columns).CopyTo(half.AsSpan(i * columns));
            }

            var options = new KMeansOptions { Clusters = model.Clusters, Restarts = Restarts, Seed = random.NextBits() };
            KMeansTrainer.Fit(half, half.Length / columns, columns, options, cancellationToken).AssignAll(rowMajor.Span, others);
            agreement += ClusterAgreement.AdjustedRandIndex(labels, others);
        }

        return agreement / reruns;
    }
}
