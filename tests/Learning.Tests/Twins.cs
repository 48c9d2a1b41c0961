namespace Learning.Tests;

/// <summary>Plain scalar versions of what the kernels do, in double.</summary>
internal static class Twins
{
    public static double Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            sum += (double)x[i] * y[i];
        }

        return sum;
    }

    public static double SquaredDistance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            sum += Math.Pow((double)x[i] - y[i], 2);
        }

        return sum;
    }

    /// <summary>Gauss-Jordan inverse of a positive definite matrix.</summary>
    public static double[,] Inverse(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var a = (double[,])matrix.Clone();
        for (var p = 0; p < n; p++)
        {
            var pivot = a[p, p];
            a[p, p] = 1;
            for (var j = 0; j < n; j++)
            {
                a[p, j] /= pivot;
            }

            for (var i = 0; i < n; i++)
            {
                if (i == p)
                {
                    continue;
                }

                var factor = a[i, p];
                a[i, p] = 0;
                for (var j = 0; j < n; j++)
                {
                    a[i, j] -= factor * a[p, j];
                }
            }
        }

        return a;
    }
}
