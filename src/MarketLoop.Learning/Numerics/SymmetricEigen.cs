using System.Numerics.Tensors;

namespace MarketLoop.Learning.Numerics;

/// <summary>
/// Eigenvectors of a symmetric matrix of up to some thousand columns: Householder reflections to a tridiagonal matrix, then implicit QL with
/// Wilkinson's shift (Golub and Van Loan, 8.3). All inner loops go along contiguous rows. One thread.
/// </summary>
internal static class SymmetricEigen
{
    private const int MostTurns = 60;

    /// <summary>
    /// Diagonalises <paramref name="a"/> (n x n, row-major) in place, leaving the eigenvalues on its diagonal, and returns the
    /// eigenvectors as columns of an n x n row-major matrix. O(n^3).
    /// </summary>
    /// <exception cref="ArithmeticException">The matrix holds numbers that are not finite.</exception>
    public static double[] Decompose(double[] a, int n)
    {
        var beside = new double[n];
        Tridiagonalise(a, n, beside);
        var rows = Reflected(a, n);
        var diagonal = new double[n];
        for (var i = 0; i < n; i++)
        {
            diagonal[i] = a[(i * n) + i];
        }

        for (var l = 0; l < n; l++)
        {
            for (var turn = 0; End(diagonal, beside, l) is var end && end > l; turn++)
            {
                if (turn == MostTurns)
                {
                    throw new ArithmeticException("The eigenvalues do not settle: the matrix holds numbers that are not finite.");
                }

                Chase(diagonal, beside, rows, n, l, end);
            }
        }

        Array.Clear(a);
        var vectors = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            a[(i * n) + i] = diagonal[i];
            for (var j = 0; j < n; j++)
            {
                vectors[(j * n) + i] = rows[(i * n) + j];
            }
        }

        return vectors;
    }

    /// <summary>Leaves the tridiagonal matrix's diagonal on the diagonal, what stands beside it in <paramref name="beside"/>, and the unit vector of each reflection in its row above the diagonal.</summary>
    private static void Tridiagonalise(double[] a, int n, double[] beside)
    {
        var product = new double[n];
        for (var k = 0; k < n - 1; k++)
        {
            var v = a.AsSpan((k * n) + k + 1, n - k - 1);
            var length = TensorPrimitives.Norm<double>(v);
            if (k == n - 2 || length == 0)
            {
                beside[k] = v[0];
                v.Clear();
                continue;
            }

            beside[k] = v[0] > 0 ? -length : length;
            v[0] -= beside[k];
            TensorPrimitives.Divide(v, TensorPrimitives.Norm<double>(v), v);

            // A - 2 v w' - 2 w v' with w = A v - (v' A v) v
            var w = product.AsSpan(0, v.Length);
            for (var i = 0; i < v.Length; i++)
            {
                w[i] = TensorPrimitives.Dot<double>(Trailing(a, n, k, i), v);
            }

            TensorPrimitives.MultiplyAdd(v, -TensorPrimitives.Dot<double>(v, w), w, w);
            for (var i = 0; i < v.Length; i++)
            {
                var row = Trailing(a, n, k, i);
                TensorPrimitives.MultiplyAdd(w, -2 * v[i], row, row);
                TensorPrimitives.MultiplyAdd(v, -2 * w[i], row, row);
            }
        }
    }

    private static Span<double> Trailing(double[] a, int n, int k, int i) => a.AsSpan(((k + 1 + i) * n) + k + 1, n - k - 1);

    /// <summary>The product of the reflections, transposed: row i is where basis vector i of the tridiagonal matrix comes from.</summary>
    private static double[] Reflected(double[] a, int n)
    {
        var rows = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            rows[(i * n) + i] = 1;
        }

        // Rows times (I - 2 v v'), the last reflection first; those before leave earlier rows and columns alone.
        for (var k = n - 3; k >= 0; k--)
        {
            var v = a.AsSpan((k * n) + k + 1, n - k - 1);
            for (var i = k + 1; i < n; i++)
            {
                var row = rows.AsSpan((i * n) + k + 1, n - k - 1);
                TensorPrimitives.MultiplyAdd(v, -2 * TensorPrimitives.Dot<double>(row, v), row, row);
            }
        }

        return rows;
    }

    /// <summary>Last row of the block that starts at l: beyond it nothing but rounding stands beside the diagonal.</summary>
    private static int End(double[] diagonal, double[] beside, int l)
    {
        var end = l;
        while (end < diagonal.Length - 1 && !(Math.Abs(beside[end]) <= 1e-16 * (Math.Abs(diagonal[end]) + Math.Abs(diagonal[end + 1]))))
        {
            end++;
        }

        return end;
    }

    /// <summary>One implicit QL step on rows l..end: a shifted rotation at the end makes a bulge, which is chased up to l.</summary>
    private static void Chase(double[] diagonal, double[] beside, double[] rows, int n, int l, int end)
    {
        var slope = (diagonal[l + 1] - diagonal[l]) / (2 * beside[l]);
        var g = diagonal[end] - diagonal[l] + (beside[l] / (slope + Math.CopySign(Math.Sqrt((slope * slope) + 1), slope)));
        var (s, c, shift) = (1.0, 1.0, 0.0);
        for (var i = end - 1; i >= l; i--)
        {
            var f = s * beside[i];
            var b = c * beside[i];
            var r = Math.Sqrt((f * f) + (g * g));
            beside[i + 1] = r;
            if (r == 0)
            {
                diagonal[i + 1] -= shift;
                beside[end] = 0;
                return;
            }

            s = f / r;
            c = g / r;
            g = diagonal[i + 1] - shift;
            r = ((diagonal[i] - g) * s) + (2 * c * b);
            shift = s * r;
            diagonal[i + 1] = g + shift;
            g = (c * r) - b;
            Rotate(rows.AsSpan(i * n, n), rows.AsSpan((i + 1) * n, n), s, c);
        }

        diagonal[l] -= shift;
        beside[l] = g;
        beside[end] = 0;
    }

    private static void Rotate(Span<double> upper, Span<double> lower, double s, double c)
    {
        for (var j = 0; j < upper.Length && j < lower.Length; j++)
        {
            var below = lower[j];
            lower[j] = (s * upper[j]) + (c * below);
            upper[j] = (c * upper[j]) - (s * below);
        }
    }
}
