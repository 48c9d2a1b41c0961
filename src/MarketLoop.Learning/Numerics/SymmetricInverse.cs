using System.Numerics.Tensors;

namespace MarketLoop.Learning.Numerics;

/// <summary>
/// Inverse of a large symmetric positive definite matrix of floats, in place, by sweeping out one block of rows after the other: with D the inverse of the block on the
/// diagonal and Q = A_ik D, each A_ij becomes A_ij - Q_i A_jk', A_ik becomes Q and the block -D; after all blocks the matrix is the inverse with its sign changed. What remains
/// of the diagonal while at work is a Schur complement, which is positive definite when the matrix is. The work is one product of panels (<see cref="ProductTiles"/>) for each block.
/// </summary>
/// <remarks>
/// Source: Goodnight, "A Tutorial on the SWEEP Operator", The American Statistician 1979, by blocks. While at work only the lower triangle is kept true; the upper one is scratch.
/// Each entry is computed by one worker in one order: the bytes do not depend on the number of threads. Blocks are inverted in double, the rest is float.
/// </remarks>
internal sealed class SymmetricInverse(float[] a, int n, CancellationToken cancellationToken)
{
    private const int Block = 128;
    private const int Stripe = 2 * ProductTiles.Right;

    private readonly ParallelOptions _parallel = new() { CancellationToken = cancellationToken };

    // The columns of the block at work, packed as left panels; the same times -D as rows, and packed as right panels.
    private readonly float[] _columns = new float[Padded(n) * Block];
    private readonly float[] _scaled = new float[Padded(n) * Block];
    private readonly float[] _packed = new float[Padded(n) * Block];

    private int Stripes => Padded(n) / Stripe;

    /// <summary>Inverts; of the matrix only the lower triangle (row-major, diagonal included) is read. O(n^3), n^3 / 2 multiply-adds.</summary>
    /// <exception cref="ArithmeticException">The matrix is not positive definite in float.</exception>
    public void Run()
    {
        for (var start = 0; start < n; start += Block)
        {
            Sweep(start, Math.Min(Block, n - start));
        }

        Parallel.For(0, Stripes, _parallel, stripe => Mirror(stripe * Stripe));
    }

    private static int Padded(int rows) => (rows + Stripe - 1) / Stripe * Stripe;

    private void Sweep(int start, int depth)
    {
        var negative = NegativeInverse(start, depth);
        Parallel.For(0, Stripes, _parallel, stripe =>
        {
            PackColumns(stripe * Stripe, start, depth);
            Scale(stripe * Stripe, negative, depth);
        });

        // The longest stripes first, so that no worker is left alone with one at the end.
        Parallel.For(0, Stripes, _parallel, place => Update((Stripes - 1 - place) * Stripe, depth));
        for (var row = start; row < n; row++)
        {
            for (var k = 0; k < depth && start + k <= row; k++)
            {
                a[(row * n) + start + k] = row < start + depth ? Entry(negative, depth, row - start, k) : -_scaled[(row * Block) + k];
            }
        }

        for (var k = 0; k < depth; k++)
        {
            for (var column = 0; column < start; column++)
            {
                a[((start + k) * n) + column] = -_scaled[(column * Block) + k];
            }
        }
    }

    // -D as right panels: entry (row, column) of panel column / 32. Swept row by row in double.
    private float[] NegativeInverse(int start, int depth)
    {
        var block = new double[depth * depth];
        for (var i = 0; i < depth; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                block[(i * depth) + j] = block[(j * depth) + i] = a[((start + i) * n) + start + j];
            }
        }

        for (var k = 0; k < depth; k++)
        {
            var row = block.AsSpan(k * depth, depth);
            var pivot = row[k];
            if (!(pivot > 0))
            {
                throw new ArithmeticException($"The matrix is not positive definite: pivot {start + k} is {pivot}.");
            }

            row[k] = -1;
            TensorPrimitives.Divide(row, pivot, row);
            for (var i = 0; i < depth; i++)
            {
                if (i != k)
                {
                    var other = block.AsSpan(i * depth, depth);
                    var share = -other[k];
                    other[k] = 0;
                    TensorPrimitives.MultiplyAdd(row, share, other, other);
                }
            }
        }

        var packed = new float[Padded(depth) * depth];
        for (var column = 0; column < depth; column++)
        {
            for (var k = 0; k < depth; k++)
            {
                Entry(packed, depth, column, k) = (float)block[(column * depth) + k];
            }
        }

        return packed;
    }

    private static ref float Entry(float[] packed, int depth, int row, int k) =>
        ref packed[(((row / ProductTiles.Right * depth) + k) * ProductTiles.Right) + (row % ProductTiles.Right)];

    private void PackColumns(int first, int start, int depth)
    {
        for (var row = first; row < first + Stripe; row++)
        {
            var panel = _columns.AsSpan(row / ProductTiles.Left * ProductTiles.Left * depth);
            for (var k = 0; k < depth; k++)
            {
                var column = start + k;
                panel[(k * ProductTiles.Left) + (row % ProductTiles.Left)] = row >= n ? 0 : row >= column ? a[(row * n) + column] : a[(column * n) + row];
            }
        }
    }

    private void Scale(int first, float[] negative, int depth)
    {
        _scaled.AsSpan(first * Block, Stripe * Block).Clear();
        for (var row = first; row < first + Stripe; row += ProductTiles.Left)
        {
            for (var column = 0; column < depth; column += ProductTiles.Right)
            {
                ProductTiles.AddProduct(_columns.AsSpan(row * depth), negative.AsSpan(column * depth), depth, _scaled.AsSpan((row * Block) + column), Block);
            }
        }

        for (var row = first; row < first + Stripe; row++)
        {
            for (var k = 0; k < depth; k++)
            {
                Entry(_packed, depth, row, k) = _scaled[(row * Block) + k];
            }
        }
    }

    private void Update(int first, int depth)
    {
        Span<float> edge = stackalloc float[ProductTiles.Left * ProductTiles.Right];
        for (var column = 0; column < Math.Min(n, first + Stripe); column += ProductTiles.Right)
        {
            var right = _packed.AsSpan(column * depth);
            for (var row = Math.Max(first, column / ProductTiles.Left * ProductTiles.Left); row < Math.Min(n, first + Stripe); row += ProductTiles.Left)
            {
                var left = _columns.AsSpan(row * depth);
                if (row + ProductTiles.Left <= n && column + ProductTiles.Right <= n)
                {
                    ProductTiles.AddProduct(left, right, depth, a.AsSpan((row * n) + column), n);
                    continue;
                }

                edge.Clear();
                ProductTiles.AddProduct(left, right, depth, edge, ProductTiles.Right);
                for (var i = row; i < Math.Min(n, row + ProductTiles.Left); i++)
                {
                    for (var j = column; j < Math.Min(n, column + ProductTiles.Right); j++)
                    {
                        a[(i * n) + j] += edge[((i - row) * ProductTiles.Right) + j - column];
                    }
                }
            }
        }
    }

    // By square tiles, of which both the rows that are read and those that are written stay in the nearest cache.
    private void Mirror(int first)
    {
        for (var left = 0; left <= first; left += Stripe)
        {
            for (var row = first; row < Math.Min(n, first + Stripe); row++)
            {
                for (var column = left; column < Math.Min(row + 1, left + Stripe); column++)
                {
                    a[(column * n) + row] = a[(row * n) + column] = -a[(row * n) + column];
                }
            }
        }
    }
}
