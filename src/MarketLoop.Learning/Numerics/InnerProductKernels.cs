using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MarketLoop.Learning.Numerics;

/// <summary>
/// Inner products of one query with rows of factors padded to <see cref="FactorKernels.Lane"/>: sixteen lanes are summed along the row and then
/// folded in halves, in the same order whether a row comes alone or among four, so that a score never depends on who asked. Lengths are validated by the callers.
/// </summary>
internal static class InnerProductKernels
{
    /// <summary>x'y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot(ref float x, ref float y, int length)
    {
        var sum = Vector512<float>.Zero;
        for (nuint i = 0; i < (nuint)length; i += FactorKernels.Lane)
        {
            sum = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref x, i), Vector512.LoadUnsafe(ref y, i), sum);
        }

        return Fold(sum);
    }

    /// <summary>x'y for four rows y, one after another or anywhere: four sums at a time hide the latency of one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> DotFour(ref float x, ref float y0, ref float y1, ref float y2, ref float y3, int length)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (nuint i = 0; i < (nuint)length; i += FactorKernels.Lane)
        {
            var part = Vector512.LoadUnsafe(ref x, i);
            s0 = Vector512.MultiplyAddEstimate(part, Vector512.LoadUnsafe(ref y0, i), s0);
            s1 = Vector512.MultiplyAddEstimate(part, Vector512.LoadUnsafe(ref y1, i), s1);
            s2 = Vector512.MultiplyAddEstimate(part, Vector512.LoadUnsafe(ref y2, i), s2);
            s3 = Vector512.MultiplyAddEstimate(part, Vector512.LoadUnsafe(ref y3, i), s3);
        }

        return Vector128.Create(Fold(s0), Fold(s1), Fold(s2), Fold(s3));
    }

    /// <summary>x'y for rows that stand one after another.</summary>
    public static void DotRows(ref float x, ref float rows, int length, Span<float> products)
    {
        var row = 0;
        for (; row + 4 <= products.Length; row += 4)
        {
            ref var first = ref Unsafe.Add(ref rows, row * length);
            DotFour(ref x, ref first, ref Unsafe.Add(ref first, length), ref Unsafe.Add(ref first, 2 * length), ref Unsafe.Add(ref first, 3 * length), length)
                .StoreUnsafe(ref products[row]);
        }

        for (; row < products.Length; row++)
        {
            products[row] = Dot(ref x, ref Unsafe.Add(ref rows, row * length), length);
        }
    }

    /// <summary>Asks the memory for a row that will be needed soon. A hint: an array that moves meanwhile does no harm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(ref float row, int length)
    {
        if (Sse.IsSupported)
        {
            for (var i = 0; i < length; i += FactorKernels.Lane)
            {
                Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref row, i)));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Fold(Vector512<float> sum)
    {
        var half = sum.GetLower() + sum.GetUpper();
        return Vector128.Sum(half.GetLower() + half.GetUpper());
    }
}
