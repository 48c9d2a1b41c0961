namespace MarketLoop.Learning.Numerics;

/// <summary>Small dense symmetric positive definite systems in double (a few dozen unknowns).</summary>
internal static class SymmetricSolver
{
    /// <summary>
    /// Factors A = L L' in place (lower triangle, row-major n x n). False when a pivot is not positive: A is not definite. O(n^3 / 3).
    /// </summary>
    public static bool TryFactor(Span<double> a, int n)
    {
        for (var j = 0; j < n; j++)
        {
            var pivot = a[(j * n) + j];
            var scale = pivot;
            for (var k = 0; k < j; k++)
            {
                pivot -= a[(j * n) + k] * a[(j * n) + k];
            }

            if (!(pivot > 1e-14 * scale))
            {
                return false;
            }

            var root = Math.Sqrt(pivot);
            a[(j * n) + j] = root;
            for (var i = j + 1; i < n; i++)
            {
                var sum = a[(i * n) + j];
                for (var k = 0; k < j; k++)
                {
                    sum -= a[(i * n) + k] * a[(j * n) + k];
                }

                a[(i * n) + j] = sum / root;
            }
        }

        return true;
    }

    /// <summary>Solves L L' x = b in place with the factor of <see cref="TryFactor"/>. O(n^2).</summary>
    public static void Solve(ReadOnlySpan<double> factor, int n, Span<double> b)
    {
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++)
            {
                b[i] -= factor[(i * n) + k] * b[k];
            }

            b[i] /= factor[(i * n) + i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++)
            {
                b[i] -= factor[(k * n) + i] * b[k];
            }

            b[i] /= factor[(i * n) + i];
        }
    }
}
