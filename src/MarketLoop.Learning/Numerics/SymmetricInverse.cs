namespace MarketLoop.Learning.Numerics;

/// <summary>
/// Inverse of a large symmetric positive definite matrix of floats, in place, by a blocked Cholesky factor. Every inner loop is a
/// dot product along contiguous rows (float runs, double across them), two rows with four others at a time where that goes; blocks of rows stay in the second-level cache while the
/// others stream by.
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
    private readonly DotTiles _tiles = new(a, n);
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
            TakeAwayKnown(start, end, start, end);
            for (var i = start; i < end; i++)
            {
                FactorRow(i, start, i);
                var pivot = a[(i * n) + i] - VectorKernels.DotWide(Part(i, start, i), Part(i, start, i));
                if (!(pivot > 0))
                {
                    throw new ArithmeticException($"The matrix is not positive definite: pivot {i} is {pivot}.");
                }

                a[(i * n) + i] = (float)Math.Sqrt(pivot);
            }

            Parallel.For(block + 1, Blocks, _parallel, rows =>
            {
                var (first, behind) = (rows * Block, Math.Min(n, (rows + 1) * Block));
                TakeAwayKnown(first, behind, start, end);
                for (var i = first; i < behind; i++)
                {
                    FactorRow(i, start, end);
                }
            });
        }
    }

    // What the columns before a block say, taken away from its entries in some rows; above the diagonal of the block's own rows too, where nobody reads them.
    private void TakeAwayKnown(int first, int behind, int start, int end)
    {
        Span<double> sums = stackalloc double[2 * DotTiles.Width];
        for (var i = first; i < behind; i += 2)
        {
            for (var j = start; j < end; j += DotTiles.Width)
            {
                if (i + 1 < behind && j + DotTiles.Width <= end)
                {
                    _tiles.Two(i, j, 0, start, sums);
                    for (var place = 0; place < sums.Length; place++)
                    {
                        a[((i + (place / DotTiles.Width)) * n) + j + (place % DotTiles.Width)] -= (float)sums[place];
                    }
                }
                else
                {
                    TakeAwaySingly(i, Math.Min(behind, i + 2), j, Math.Min(end, j + DotTiles.Width), start);
                }
            }
        }
    }

    private void TakeAwaySingly(int first, int behind, int from, int to, int known)
    {
        for (var i = first; i < behind; i++)
        {
            for (var j = from; j < to; j++)
            {
                a[(i * n) + j] -= (float)VectorKernels.DotWide(Part(i, 0, known), Part(j, 0, known));
            }
        }
    }

    private void FactorRow(int i, int start, int end)
    {
        for (var j = start; j < end; j++)
        {
            var rest = a[(i * n) + j] - VectorKernels.DotWide(Part(i, start, j), Part(j, start, j));
            a[(i * n) + j] = (float)(rest / a[(j * n) + j]);
        }
    }

    // Each entry of M needs those before it in its row of the upper triangle, so a worker goes down the rows of L, two at a time, with its own block of M.
    private void InvertFactor()
    {
        for (var j = 0; j < n; j++)
        {
            _diagonal[j] = 1 / a[(j * n) + j];
        }

        Parallel.For(0, Blocks, _parallel, block =>
        {
            Span<double> sums = stackalloc double[2 * DotTiles.Width];
            var start = block * Block;
            var end = Math.Min(n, start + Block);
            for (var i = start + 1; i < end; i++)
            {
                InvertSingly(i, start, i);
            }

            for (var i = end; i < n; i += 2)
            {
                var isPair = i + 1 < n;
                for (var j = start; j < end; j += DotTiles.Width)
                {
                    if (isPair && j + DotTiles.Width <= end)
                    {
                        _tiles.Two(i, j, end, i, sums);
                        for (var place = 0; place < DotTiles.Width; place++)
                        {
                            SetInverse(i, j + place, sums[place] + Within(i, j + place, end));
                            SetInverse(i + 1, j + place, sums[DotTiles.Width + place] + Within(i + 1, j + place, end) + ((double)a[((i + 1) * n) + i] * a[((j + place) * n) + i]));
                        }
                    }
                    else
                    {
                        InvertSingly(i, j, Math.Min(end, j + DotTiles.Width));
                        if (isPair)
                        {
                            InvertSingly(i + 1, j, Math.Min(end, j + DotTiles.Width));
                        }
                    }
                }
            }
        });
    }

    private void InvertSingly(int i, int from, int to)
    {
        for (var j = from; j < to; j++)
        {
            SetInverse(i, j, Within(i, j, i));
        }
    }

    private double Within(int x, int y, int to) => VectorKernels.DotWide(Part(x, y + 1, to), Part(y, y + 1, to));

    private void SetInverse(int i, int j, double known)
    {
        var sum = ((double)a[(i * n) + j] * _diagonal[j]) + known;
        a[(j * n) + i] = (float)(-sum * _diagonal[i]);
    }

    private void Multiply() => Parallel.For(0, Blocks, _parallel, block =>
    {
        Span<double> sums = stackalloc double[2 * DotTiles.Width];
        var start = block * Block;
        var end = Math.Min(n, start + Block);
        for (var j = 0; j < end; j += 2)
        {
            for (var i = start; i < end; i += DotTiles.Width)
            {
                if (j + 1 < start && i + DotTiles.Width <= end)
                {
                    _tiles.Two(j, i, end, n, sums);
                    for (var place = 0; place < sums.Length; place++)
                    {
                        var (row, column) = (i + (place % DotTiles.Width), j + (place / DotTiles.Width));
                        SetProduct(row, column, sums[place] + VectorKernels.DotWide(Part(row, row + 1, end), Part(column, row + 1, end)));
                    }
                }
                else
                {
                    for (var row = i; row < Math.Min(end, i + DotTiles.Width); row++)
                    {
                        for (var column = j; column <= Math.Min(row, j + 1); column++)
                        {
                            SetProduct(row, column, VectorKernels.DotWide(Part(row, row + 1, n), Part(column, row + 1, n)));
                        }
                    }
                }
            }
        }
    });

    private void SetProduct(int i, int j, double below)
    {
        double other = i == j ? _diagonal[i] : a[(j * n) + i];
        a[(i * n) + j] = (float)((_diagonal[i] * other) + below);
    }

    private ReadOnlySpan<float> Part(int row, int from, int to) => a.AsSpan((row * n) + from, to - from);
}
