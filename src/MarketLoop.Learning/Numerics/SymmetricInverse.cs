namespace MarketLoop.Learning.Numerics;

/// <summary>
/// Inverse of a large symmetric positive definite matrix of floats, in place, by a blocked Cholesky factor. Every inner loop is a
/// dot product along contiguous rows (float runs, double across them), which is what <see cref="VectorKernels.DotWide"/> is fast at;
/// blocks of rows stay in the second-level cache while the others stream by.
/// </summary>
/// <remarks>
/// Layout while at work: the lower triangle holds L, the strict upper one the transpose of M = L^-1 (so that columns of M are rows
/// here), and the diagonal of M lies in an array of its own. At the end the lower triangle holds A^-1 = M' M.
/// Each entry is computed by one worker in one order: the bytes do not depend on the number of threads.
/// </remarks>
internal sealed class SymmetricInverse(float[] a, int n, CancellationToken cancellationToken)
{
    private const int Block = 32;

    private readonly float[] _diagonal = new float[n];
    private readonly ParallelOptions _parallel = new() { CancellationToken = cancellationToken };

    private int Blocks => (n + Block - 1) / Block;

    /// <summary>Inverts; only the lower triangle (row-major, diagonal included) is read and, at the end, valid. O(n^3), n^3 multiply-adds.</summary>
    /// <exception cref="ArithmeticException">The matrix is not positive definite in float.</exception>
    public void Run()
    {
        Factor();
        InvertFactor();
        Multiply();
    }

    private void Factor()
    {
        for (var block = 0; block < Blocks; block++)
        {
            var start = block * Block;
            var end = Math.Min(n, start + Block);
            for (var i = start; i < end; i++)
            {
                FactorRow(i, start, i);
                var pivot = a[(i * n) + i] - VectorKernels.DotWide(Part(i, 0, i), Part(i, 0, i));
                if (!(pivot > 0))
                {
                    throw new ArithmeticException($"The matrix is not positive definite: pivot {i} is {pivot}.");
                }

                a[(i * n) + i] = (float)Math.Sqrt(pivot);
            }

            Parallel.For(block + 1, Blocks, _parallel, rows =>
            {
                for (var i = rows * Block; i < Math.Min(n, (rows + 1) * Block); i++)
                {
                    FactorRow(i, start, end);
                }
            });
        }
    }

    private void FactorRow(int i, int start, int end)
    {
        for (var j = start; j < end; j++)
        {
            var rest = a[(i * n) + j] - VectorKernels.DotWide(Part(i, 0, j), Part(j, 0, j));
            a[(i * n) + j] = (float)(rest / a[(j * n) + j]);
        }
    }

    private void InvertFactor()
    {
        for (var j = 0; j < n; j++)
        {
            _diagonal[j] = 1 / a[(j * n) + j];
        }

        Parallel.For(0, Blocks, _parallel, block =>
        {
            var start = block * Block;
            for (var i = start + 1; i < n; i++)
            {
                for (var j = start; j < Math.Min(i, start + Block); j++)
                {
                    var sum = ((double)a[(i * n) + j] * _diagonal[j]) + VectorKernels.DotWide(Part(i, j + 1, i), Part(j, j + 1, i));
                    a[(j * n) + i] = (float)(-sum * _diagonal[i]);
                }
            }
        });
    }

    private void Multiply() => Parallel.For(0, Blocks, _parallel, block =>
    {
        var start = block * Block;
        var end = Math.Min(n, start + Block);
        for (var j = 0; j < end; j++)
        {
            for (var i = Math.Max(start, j); i < end; i++)
            {
                double other = i == j ? _diagonal[i] : a[(j * n) + i];
                a[(i * n) + j] = (float)((_diagonal[i] * other) + VectorKernels.DotWide(Part(i, i + 1, n), Part(j, i + 1, n)));
            }
        }
    });

    private ReadOnlySpan<float> Part(int row, int from, int to) => a.AsSpan((row * n) + from, to - from);
}
