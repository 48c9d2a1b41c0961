namespace MarketLoop.Learning.Numerics;

/// <summary>Eigenvectors of a small symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, 8.5). Slow for hundreds of columns, exact and simple for dozens.</summary>
internal static class SymmetricEigen
{
    private const int MostSweeps = 60;

    /// <summary>
    /// Diagonalises <paramref name="a"/> (n x n, row-major) in place, leaving the eigenvalues on its diagonal, and returns the
    /// eigenvectors as columns of an n x n row-major matrix. O(n^3) a sweep, about 8 sweeps.
    /// </summary>
    public static double[] Decompose(double[] a, int n)
    {
        var vectors = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            vectors[(i * n) + i] = 1;
        }

        for (var sweep = 0; sweep < MostSweeps && OffDiagonal(a, n) > 0; sweep++)
        {
            for (var p = 0; p < n - 1; p++)
            {
                for (var q = p + 1; q < n; q++)
                {
                    Rotate(a, vectors, n, p, q);
                }
            }
        }

        return vectors;
    }

    private static void Rotate(double[] a, double[] vectors, int n, int p, int q)
    {
        var apq = a[(p * n) + q];
        var app = a[(p * n) + p];
        var aqq = a[(q * n) + q];
        if (Math.Abs(apq) <= 1e-16 * Math.Sqrt(Math.Abs(app * aqq)))
        {
            a[(p * n) + q] = a[(q * n) + p] = 0;
            return;
        }

        var theta = (aqq - app) / (2 * apq);
        var t = (theta < 0 ? -1 : 1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        var c = 1 / Math.Sqrt((t * t) + 1);
        var s = t * c;
        for (var k = 0; k < n; k++)
        {
            (a[(k * n) + p], a[(k * n) + q]) = Turn(a[(k * n) + p], a[(k * n) + q], c, s);
        }

        for (var k = 0; k < n; k++)
        {
            (a[(p * n) + k], a[(q * n) + k]) = Turn(a[(p * n) + k], a[(q * n) + k], c, s);
            (vectors[(k * n) + p], vectors[(k * n) + q]) = Turn(vectors[(k * n) + p], vectors[(k * n) + q], c, s);
        }

        a[(p * n) + q] = a[(q * n) + p] = 0;
    }

    private static (double P, double Q) Turn(double p, double q, double c, double s) => ((c * p) - (s * q), (s * p) + (c * q));

    private static double OffDiagonal(double[] a, int n)
    {
        var sum = 0.0;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                sum += Math.Abs(a[(i * n) + j]);
            }
        }

        return sum;
    }
}
