using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>How far apart the clusters of a model lie. Source: Rousseeuw, J. Comp. Appl. Math. 20, 1987.</summary>
public static class ClusterSilhouette
{
    private const int MostRows = 20_000;

    /// <summary>Mean silhouette (b - a) / max(a, b) of a sample of rows, -1..1; 0 when all fall into one cluster. O(s^2 d), 4 s^2 bytes. Deterministic by seed.</summary>
    /// <param name="rowMajor">n x d values, row-major, finite.</param>
    /// <param name="model">The clusters.</param>
    /// <param name="sampleRows">s, 2..20,000; all rows when there are fewer.</param>
    /// <param name="seed">Seed of the sample.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentException">There are no rows, they have another number of columns, a value is not finite, or s is out of range.</exception>
    public static double Of(ReadOnlyMemory<float> rowMajor, KMeansModel model, int sampleRows, ulong seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        OptionGuard.Within(sampleRows, 2, MostRows);
        Tabular.ThrowIfUnusable(rowMajor.Span, rowMajor.Length / model.Columns, model.Columns);
        return new SilhouetteSample(rowMajor.Span, model.Columns, sampleRows, SeededRandom.Fork(seed, 0)).Mean(model, cancellationToken);
    }
}
