using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MarketLoop.Learning.Numerics;

/// <summary>
/// Sums of weighted rows, the one inner loop of products with a tall panel (n rows of some multiple of 8 lanes, row-major). Four vectors of eight lanes
/// stay in registers while the rows go by, so a row is read once and a sum written once, which <see cref="VectorKernels.AddScaled"/> for each row
/// does not. Lanes never meet: a lane's bits do not depend on how many others there are, nor on the width of the
/// machine's vectors; only a machine without fused multiply-add may differ in the last bits. Lengths are validated by the callers.
/// </summary>
internal static class LaneKernels
{
    /// <summary>Lanes of a vector; the width of a panel is a multiple of it.</summary>
    public const int Lanes = 8;

    private const int Wide = 4 * Lanes;

    /// <summary>The least multiple of <see cref="Lanes"/> that holds a number of columns.</summary>
    public static int WidthFor(int columns) => (columns + Lanes - 1) / Lanes * Lanes;

    /// <summary>sum = sum over n of values[n] rows[indices[n]]. O(n width).</summary>
    /// <param name="indices">Rows to be added; each within the panel.</param>
    /// <param name="values">A weight for each.</param>
    /// <param name="rows">The panel, rows x width.</param>
    /// <param name="sum">One row, overwritten; its length is the width.</param>
    public static void SumRows(ReadOnlySpan<int> indices, ReadOnlySpan<float> values, ReadOnlySpan<float> rows, Span<float> sum)
    {
        ref var first = ref MemoryMarshal.GetReference(rows);
        ref var target = ref MemoryMarshal.GetReference(sum);
        var width = sum.Length;
        var lane = 0;
        for (; lane + Wide <= width; lane += Wide)
        {
            var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            for (var n = 0; n < indices.Length; n++)
            {
                Add(ref Unsafe.Add(ref first, ((nint)indices[n] * width) + lane), values[n], ref a, ref b, ref c, ref d);
            }

            Write(ref Unsafe.Add(ref target, lane), a, b, c, d);
        }

        for (; lane < width; lane += Lanes)
        {
            var a = Vector256<float>.Zero;
            for (var n = 0; n < indices.Length; n++)
            {
                var row = Vector256.LoadUnsafe(ref Unsafe.Add(ref first, ((nint)indices[n] * width) + lane));
                a = Vector256.MultiplyAddEstimate(row, Vector256.Create(values[n]), a);
            }

            a.StoreUnsafe(ref Unsafe.Add(ref target, lane));
        }
    }

    /// <summary>sum = sum over n of values[n] rows[n]: a row times a matrix. O(n width).</summary>
    /// <param name="values">A weight for each row.</param>
    /// <param name="rows">As many rows, one after another.</param>
    /// <param name="sum">One row, overwritten; its length is the width.</param>
    public static void SumRows(ReadOnlySpan<float> values, ReadOnlySpan<float> rows, Span<float> sum)
    {
        ref var first = ref MemoryMarshal.GetReference(rows);
        ref var target = ref MemoryMarshal.GetReference(sum);
        var width = sum.Length;
        var lane = 0;
        for (; lane + Wide <= width; lane += Wide)
        {
            var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            ref var row = ref Unsafe.Add(ref first, lane);
            for (var n = 0; n < values.Length; n++)
            {
                Add(ref row, values[n], ref a, ref b, ref c, ref d);
                row = ref Unsafe.Add(ref row, width);
            }

            Write(ref Unsafe.Add(ref target, lane), a, b, c, d);
        }

        for (; lane < width; lane += Lanes)
        {
            var a = Vector256<float>.Zero;
            for (var n = 0; n < values.Length; n++)
            {
                var row = Vector256.LoadUnsafe(ref Unsafe.Add(ref first, ((nint)n * width) + lane));
                a = Vector256.MultiplyAddEstimate(row, Vector256.Create(values[n]), a);
            }

            a.StoreUnsafe(ref Unsafe.Add(ref target, lane));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref float row, float value, ref Vector256<float> a, ref Vector256<float> b, ref Vector256<float> c, ref Vector256<float> d)
    {
        var factor = Vector256.Create(value);
        a = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref row), factor, a);
        b = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref row, Lanes), factor, b);
        c = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref row, 2 * Lanes), factor, c);
        d = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref row, 3 * Lanes), factor, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(ref float target, Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        a.StoreUnsafe(ref target);
        b.StoreUnsafe(ref target, Lanes);
        c.StoreUnsafe(ref target, 2 * Lanes);
        d.StoreUnsafe(ref target, 3 * Lanes);
    }
}
