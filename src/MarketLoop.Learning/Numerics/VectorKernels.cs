using System.Numerics.Tensors;

namespace MarketLoop.Learning.Numerics;

/// <summary>
/// The inner loops that several learners share. All of them are built of <see cref="TensorPrimitives"/>, which picks the
/// widest vectors of the machine; sums are therefore taken lane by lane and may differ in the last bits between machines of
/// different width, never between two runs on one machine. Lengths are validated by the callers.
/// </summary>
internal static class VectorKernels
{
    /// <summary>Elements summed in float before the sum is carried on in double: short enough for 1e-6, long enough to be fast.</summary>
    public const int FloatRun = 512;

    /// <summary>Dot product of float vectors with double accumulation across runs of <see cref="FloatRun"/>. O(n).</summary>
    public static double DotWide(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        if (x.Length <= FloatRun)
        {
            return TensorPrimitives.Dot(x, y);
        }

        var sum = 0.0;
        while (x.Length > FloatRun)
        {
            sum += TensorPrimitives.Dot(x[..FloatRun], y[..FloatRun]);
            x = x[FloatRun..];
            y = y[FloatRun..];
        }

        return sum + TensorPrimitives.Dot(x, y);
    }

    /// <summary>y += a x. O(n).</summary>
    public static void AddScaled(ReadOnlySpan<float> x, float a, Span<float> y) => TensorPrimitives.MultiplyAdd(x, a, y, y);

    /// <summary>sums += row, widened to double. O(n), scalar: rows here are a few dozen numbers.</summary>
    public static void AddWide(ReadOnlySpan<float> row, Span<double> sums)
    {
        for (var i = 0; i < row.Length; i++)
        {
            sums[i] += row[i];
        }
    }

    /// <summary>
    /// The centroid nearest to a row by |c|^2 - 2 x.c, which orders like the squared distance (|x|^2 is the same for all).
    /// Ties go to the lower index. Returns that index and the value, to which |x|^2 must be added for the distance. O(k d).
    /// </summary>
    /// <param name="row">d values, centred data (the trick loses digits when the data sits far from zero).</param>
    /// <param name="centroids">k x d, row-major.</param>
    /// <param name="squaredNorms">k squared lengths of the centroids.</param>
    /// <param name="value">|c|^2 - 2 x.c of the winner.</param>
    public static int Nearest(ReadOnlySpan<float> row, ReadOnlySpan<float> centroids, ReadOnlySpan<float> squaredNorms, out float value)
    {
        var best = 0;
        value = float.PositiveInfinity;
        for (var c = 0; c < squaredNorms.Length; c++)
        {
            var candidate = squaredNorms[c] - (2 * TensorPrimitives.Dot(row, centroids.Slice(c * row.Length, row.Length)));
            if (candidate < value)
            {
                value = candidate;
                best = c;
            }
        }

        return best;
    }

    /// <summary>Squared Euclidean distance; exact cancellation, unlike the norms trick. O(d).</summary>
    public static float SquaredDistance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var distance = TensorPrimitives.Distance(x, y);
        return distance * distance;
    }
}
