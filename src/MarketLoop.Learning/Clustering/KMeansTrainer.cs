using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>
/// Lloyd's k-means with greedy k-means++ starts. Use it on standardised columns: it knows only Euclidean distance.
/// Sources: Lloyd, IEEE Trans. Inf. Theory 28, 1982; Arthur and Vassilvitskii, "k-means++", SODA 2007.
/// </summary>
public static class KMeansTrainer
{
    /// <summary>Fits clusters. O(restarts x iterations x n k d), in parallel over blocks of rows; the result does not depend on the number of threads.</summary>
    /// <param name="rowMajor">n x d values, row-major, finite; not changed (a centred copy is made, 4 n d bytes).</param>
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

        var offset = new double[columns];
        var centred = Centre(rowMajor.Span, rows, columns, offset);
        var squaredNorms = new float[rows];
        for (var i = 0; i < rows; i++)
        {
            squaredNorms[i] = TensorPrimitives.SumOfSquares(centred.AsSpan(i * columns, columns));
        }

        var meanVariance = SumWide(squaredNorms) / ((double)rows * columns);
        LloydRun? best = null;
        for (var restart = 0; restart < options.Restarts; restart++)
        {
            var run = new LloydRun(centred, squaredNorms, columns);
            run.Start(options.Clusters, SeededRandom.Fork(options.Seed, (ulong)restart), cancellationToken);
            run.Iterate(options.MaxIterations, options.Tolerance * meanVariance, cancellationToken);
            if (best is null || run.Inertia < best.Inertia)
            {
                best = run;
            }
        }

        return KMeansModel.Ordered(best!, offset); // Restarts >= 1, so there is a best one
    }

    private static float[] Centre(ReadOnlySpan<float> rowMajor, int rows, int columns, double[] offset)
    {
        for (var i = 0; i < rows; i++)
        {
            VectorKernels.AddWide(rowMajor.Slice(i * columns, columns), offset);
        }

        var centred = new float[rowMajor.Length];
        for (var j = 0; j < columns; j++)
        {
            // Rounded to float, so that adding it back is exact up to one rounding.
            offset[j] = (float)(offset[j] / rows);
        }

        var shift = Array.ConvertAll(offset, value => (float)value);
        for (var i = 0; i < rows; i++)
        {
            TensorPrimitives.Subtract(rowMajor.Slice(i * columns, columns), shift, centred.AsSpan(i * columns, columns));
        }

        return centred;
    }

    private static double SumWide(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }
}
