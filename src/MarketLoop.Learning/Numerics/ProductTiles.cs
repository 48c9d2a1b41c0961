using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MarketLoop.Learning.Numerics;

/// <summary>
/// Products of packed panels, C += P R', in tiles held in registers. A panel keeps its few rows side by side for each step of the depth, so that the inner loop reads both in
/// order: eight multiply-adds to two loads and four broadcasts. Each entry is summed over the depth in one order; the width of the machine's vectors does not change it.
/// Source: Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", TOMS 2008. Lengths are validated by the callers.
/// </summary>
internal static class ProductTiles
{
    /// <summary>Rows of a left panel.</summary>
    public const int Left = 4;

    /// <summary>Rows of a right panel, which are columns of the product: a multiple of two vectors of every width there is.</summary>
    public const int Right = 32;

    /// <summary>Adds the product of a left and a right panel to a tile. O(4 x 32 x depth).</summary>
    /// <param name="left">depth x 4.</param>
    /// <param name="right">depth x 32.</param>
    /// <param name="depth">Steps of the inner sum.</param>
    /// <param name="tile">Four rows of 32 entries.</param>
    /// <param name="stride">Distance of two rows of the tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddProduct(ReadOnlySpan<float> left, ReadOnlySpan<float> right, int depth, Span<float> tile, int stride)
    {
        for (var lane = 0; lane < Right; lane += 2 * Vector<float>.Count)
        {
            Vector<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            ref var p = ref MemoryMarshal.GetReference(left);
            ref var r = ref Unsafe.Add(ref MemoryMarshal.GetReference(right), lane);
            for (var step = 0; step < depth; step++)
            {
                var (one, other) = (Vector.LoadUnsafe(ref r), Vector.LoadUnsafe(ref r, (nuint)Vector<float>.Count));
                var x = new Vector<float>(p);
                a0 = Vector.MultiplyAddEstimate(x, one, a0);
                b0 = Vector.MultiplyAddEstimate(x, other, b0);
                x = new Vector<float>(Unsafe.Add(ref p, 1));
                a1 = Vector.MultiplyAddEstimate(x, one, a1);
                b1 = Vector.MultiplyAddEstimate(x, other, b1);
                x = new Vector<float>(Unsafe.Add(ref p, 2));
                a2 = Vector.MultiplyAddEstimate(x, one, a2);
                b2 = Vector.MultiplyAddEstimate(x, other, b2);
                x = new Vector<float>(Unsafe.Add(ref p, 3));
                a3 = Vector.MultiplyAddEstimate(x, one, a3);
                b3 = Vector.MultiplyAddEstimate(x, other, b3);
                p = ref Unsafe.Add(ref p, Left);
                r = ref Unsafe.Add(ref r, Right);
            }

            ref var c = ref Unsafe.Add(ref MemoryMarshal.GetReference(tile), lane);
            Add(ref c, a0, b0);
            Add(ref Unsafe.Add(ref c, stride), a1, b1);
            Add(ref Unsafe.Add(ref c, 2 * stride), a2, b2);
            Add(ref Unsafe.Add(ref c, 3 * stride), a3, b3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref float c, Vector<float> one, Vector<float> other)
    {
        (Vector.LoadUnsafe(ref c) + one).StoreUnsafe(ref c);
        (Vector.LoadUnsafe(ref c, (nuint)Vector<float>.Count) + other).StoreUnsafe(ref c, (nuint)Vector<float>.Count);
    }
}
