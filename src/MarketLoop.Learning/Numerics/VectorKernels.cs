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

    /// <summary>Sum of float values with double accumulation across runs of <see cref="FloatRun"/>. O(n).</summary>
    public static double SumWide(ReadOnlySpan<float> x)
    {
        var sum = 0.0;
        while (x.Length > FloatRun)
        {
            sum += TensorPrimitives.Sum(x[..FloatRun]);
            x = x[FloatRun..];
        }

        return sum + TensorPrimitives.Sum(x);
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

    /// <summary>Squared Euclidean distance; exact cancellation, unlike the norms trick. O(d).</summary>
    public static float SquaredDistance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var distance = TensorPrimitives.Distance(x, y);
        return distance * distance;
    }
}
