using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MarketLoop.Learning.Numerics;

/// <summary>
/// Dot products of two rows of a square matrix with four others at once: each number that is loaded is used twice or four times. Float within runs of
/// <see cref="VectorKernels.FloatRun"/>, double across them. Rows and columns are validated by the callers.
/// </summary>
/// <param name="a">The matrix, row-major.</param>
/// <param name="n">Its side.</param>
internal readonly struct DotTiles(float[] a, int n)
{
    /// <summary>Rows on the longer side of a tile.</summary>
    public const int Width = 4;

    /// <summary>Rows x and x+1 with rows y..y+3 over columns from..to-1.</summary>
    /// <param name="x">The first of two rows.</param>
    /// <param name="y">The first of four rows.</param>
    /// <param name="from">First column.</param>
    /// <param name="to">Column behind the last.</param>
    /// <param name="sums">Receives eight products, those of row x first.</param>
    public void Two(int x, int y, int from, int to, Span<double> sums)
    {
        sums[..(2 * Width)].Clear();
        for (; from < to; from += VectorKernels.FloatRun)
        {
            var run = Math.Min(VectorKernels.FloatRun, to - from);
            var whole = run - (run % FactorKernels.Lane);
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
            ref var first = ref At(x, from);
            ref var second = ref At(x + 1, from);
            ref var row0 = ref At(y, from);
            ref var row1 = ref At(y + 1, from);
            ref var row2 = ref At(y + 2, from);
            ref var row3 = ref At(y + 3, from);
            for (nuint i = 0; i < (nuint)whole; i += FactorKernels.Lane)
            {
                var (p, q) = (Vector512.LoadUnsafe(ref first, i), Vector512.LoadUnsafe(ref second, i));
                var y0 = Vector512.LoadUnsafe(ref row0, i);
                s0 = Vector512.MultiplyAddEstimate(p, y0, s0);
                s4 = Vector512.MultiplyAddEstimate(q, y0, s4);
                var y1 = Vector512.LoadUnsafe(ref row1, i);
                s1 = Vector512.MultiplyAddEstimate(p, y1, s1);
                s5 = Vector512.MultiplyAddEstimate(q, y1, s5);
                var y2 = Vector512.LoadUnsafe(ref row2, i);
                s2 = Vector512.MultiplyAddEstimate(p, y2, s2);
                s6 = Vector512.MultiplyAddEstimate(q, y2, s6);
                var y3 = Vector512.LoadUnsafe(ref row3, i);
                s3 = Vector512.MultiplyAddEstimate(p, y3, s3);
                s7 = Vector512.MultiplyAddEstimate(q, y3, s7);
            }

            Add(sums, s0, s1, s2, s3);
            Add(sums[Width..], s4, s5, s6, s7);
            AddRest(x, y, from + whole, from + run, sums);
            AddRest(x + 1, y, from + whole, from + run, sums[Width..]);
        }
    }

    private static void Add(Span<double> sums, Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3)
    {
        sums[0] += Vector512.Sum(s0);
        sums[1] += Vector512.Sum(s1);
        sums[2] += Vector512.Sum(s2);
        sums[3] += Vector512.Sum(s3);
    }

    private void AddRest(int x, int y, int from, int to, Span<double> sums)
    {
        for (var row = 0; row < Width; row++)
        {
            for (var column = from; column < to; column++)
            {
                sums[row] += (double)At(x, column) * At(y + row, column);
            }
        }
    }

    private ref float At(int row, int column) => ref a[(row * n) + column];
}
