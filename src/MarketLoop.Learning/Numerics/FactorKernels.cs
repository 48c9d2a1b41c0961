using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MarketLoop.Learning.Numerics;

/// <summary>
/// The inner loops of alternating least squares over small dense systems. Rows of factors are padded with zeros to
/// <see cref="Lane"/>, so there are no remainders. Only the upper triangle of a system is computed, in tiles of 4 x 16 held in
/// registers. Sums of a row are taken entry by entry in one order; the width of the machine's vectors does not change them. Lengths are
/// validated by the callers.
/// </summary>
internal static class FactorKernels
{
    /// <summary>Factors are padded to a multiple of this: the width of a tile.</summary>
    public const int Lane = 16;

    private const int TileRows = 4;

    /// <summary>The length of a padded row.</summary>
    public static int Padded(int factors) => (factors + Lane - 1) / Lane * Lane;

    /// <summary>A += P'P on and above the diagonal (some entries below it too). O(rows k^2 / 2).</summary>
    /// <param name="panel">rows x k, row-major.</param>
    /// <param name="k">Padded length of a row.</param>
    /// <param name="a">k x k, row-major.</param>
    public static void AddOuterProducts(ReadOnlySpan<float> panel, int k, Span<float> a)
    {
        ref var p = ref MemoryMarshal.GetReference(panel);
        ref var target = ref MemoryMarshal.GetReference(a);
        var rows = panel.Length / k;
        for (var i = 0; i < k; i += TileRows)
        {
            for (var j = i / Lane * Lane; j < k; j += Lane)
            {
                if (Vector512.IsHardwareAccelerated)
                {
                    AddWideTile(ref p, rows, k, i, j, ref Unsafe.Add(ref target, (i * k) + j));
                }
                else
                {
                    AddTile(ref p, rows, k, i, j, ref Unsafe.Add(ref target, (i * k) + j));
                    AddTile(ref p, rows, k, i, j + (Lane / 2), ref Unsafe.Add(ref target, (i * k) + j + (Lane / 2)));
                }
            }
        }
    }

    private static void AddWideTile(ref float p, int rows, int k, int i, int j, ref float a)
    {
        // Two entries at a time into accumulators of their own would hide more latency but change the order of sums with the rest.
        var a0 = Vector512.LoadUnsafe(ref a);
        var a1 = Vector512.LoadUnsafe(ref a, (nuint)k);
        var a2 = Vector512.LoadUnsafe(ref a, (nuint)(2 * k));
        var a3 = Vector512.LoadUnsafe(ref a, (nuint)(3 * k));
        for (var row = 0; row < rows; row++)
        {
            ref var left = ref Unsafe.Add(ref p, (row * k) + i);
            var right = Vector512.LoadUnsafe(ref p, (nuint)((row * k) + j));
            a0 = Vector512.MultiplyAddEstimate(Vector512.Create(left), right, a0);
            a1 = Vector512.MultiplyAddEstimate(Vector512.Create(Unsafe.Add(ref left, 1)), right, a1);
            a2 = Vector512.MultiplyAddEstimate(Vector512.Create(Unsafe.Add(ref left, 2)), right, a2);
            a3 = Vector512.MultiplyAddEstimate(Vector512.Create(Unsafe.Add(ref left, 3)), right, a3);
        }

        a0.StoreUnsafe(ref a);
        a1.StoreUnsafe(ref a, (nuint)k);
        a2.StoreUnsafe(ref a, (nuint)(2 * k));
        a3.StoreUnsafe(ref a, (nuint)(3 * k));
    }

    private static void AddTile(ref float p, int rows, int k, int i, int j, ref float a)
    {
        var a0 = Vector256.LoadUnsafe(ref a);
        var a1 = Vector256.LoadUnsafe(ref a, (nuint)k);
        var a2 = Vector256.LoadUnsafe(ref a, (nuint)(2 * k));
        var a3 = Vector256.LoadUnsafe(ref a, (nuint)(3 * k));
        for (var row = 0; row < rows; row++)
        {
            ref var left = ref Unsafe.Add(ref p, (row * k) + i);
            var right = Vector256.LoadUnsafe(ref p, (nuint)((row * k) + j));
            a0 = Vector256.MultiplyAddEstimate(Vector256.Create(left), right, a0);
            a1 = Vector256.MultiplyAddEstimate(Vector256.Create(Unsafe.Add(ref left, 1)), right, a1);
            a2 = Vector256.MultiplyAddEstimate(Vector256.Create(Unsafe.Add(ref left, 2)), right, a2);
            a3 = Vector256.MultiplyAddEstimate(Vector256.Create(Unsafe.Add(ref left, 3)), right, a3);
        }

        a0.StoreUnsafe(ref a);
        a1.StoreUnsafe(ref a, (nuint)k);
        a2.StoreUnsafe(ref a, (nuint)(2 * k));
        a3.StoreUnsafe(ref a, (nuint)(3 * k));
    }

    /// <summary>
    /// Factors A = U'U in place on and above the diagonal. False when a pivot is not positive. O(k^3 / 3). Row by row, each held in registers
    /// while the rows above it stream by, so that nothing is stored twice.
    /// </summary>
    public static bool TryFactor(Span<float> a, int k)
    {
        ref var start = ref MemoryMarshal.GetReference(a);
        for (var i = 0; i < k; i++)
        {
            var column = i / Lane * Lane;
            for (; column + (4 * Lane) <= k; column += 4 * Lane)
            {
                ReduceFour(ref start, k, i, column);
            }

            for (; column < k; column += Lane)
            {
                ReduceOne(ref start, k, i, column);
            }

            var pivot = a[(i * k) + i];
            if (!(pivot > 0))
            {
                return false;
            }

            var row = a.Slice((i * k) + i, k - i);
            TensorPrimitives.Multiply(row, 1 / MathF.Sqrt(pivot), row);
        }

        return true;
    }

    private static void ReduceFour(ref float a, int k, int i, int column)
    {
        ref var target = ref Unsafe.Add(ref a, (i * k) + column);
        var a0 = Vector512.LoadUnsafe(ref target);
        var a1 = Vector512.LoadUnsafe(ref target, Lane);
        var a2 = Vector512.LoadUnsafe(ref target, 2 * Lane);
        var a3 = Vector512.LoadUnsafe(ref target, 3 * Lane);
        for (var j = 0; j < i; j++)
        {
            ref var above = ref Unsafe.Add(ref a, (j * k) + column);
            var scale = Vector512.Create(-Unsafe.Add(ref a, (j * k) + i));
            a0 = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref above), scale, a0);
            a1 = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref above, Lane), scale, a1);
            a2 = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref above, 2 * Lane), scale, a2);
            a3 = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref above, 3 * Lane), scale, a3);
        }

        a0.StoreUnsafe(ref target);
        a1.StoreUnsafe(ref target, Lane);
        a2.StoreUnsafe(ref target, 2 * Lane);
        a3.StoreUnsafe(ref target, 3 * Lane);
    }

    // Two sums over every other row hide the latency of one.
    private static void ReduceOne(ref float a, int k, int i, int column)
    {
        ref var target = ref Unsafe.Add(ref a, (i * k) + column);
        var even = Vector512.LoadUnsafe(ref target);
        var odd = Vector512<float>.Zero;
        var j = 0;
        for (; j + 1 < i; j += 2)
        {
            ref var above = ref Unsafe.Add(ref a, (j * k) + column);
            even = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref above), Vector512.Create(-Unsafe.Add(ref a, (j * k) + i)), even);
            odd = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref above, (nuint)k), Vector512.Create(-Unsafe.Add(ref a, ((j + 1) * k) + i)), odd);
        }

        if (j < i)
        {
            even = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref a, (nuint)((j * k) + column)), Vector512.Create(-Unsafe.Add(ref a, (j * k) + i)), even);
        }

        (even + odd).StoreUnsafe(ref target);
    }

    /// <summary>Solves U'U x = b in place with the factor of <see cref="TryFactor"/>. O(k^2).</summary>
    public static void Solve(ReadOnlySpan<float> factor, int k, Span<float> b)
    {
        for (var j = 0; j < k; j++)
        {
            var row = factor.Slice((j * k) + j, k - j);
            b[j] /= row[0];
            VectorKernels.AddScaled(row[1..], -b[j], b[(j + 1)..k]);
        }

        for (var j = k - 1; j >= 0; j--)
        {
            var row = factor.Slice((j * k) + j, k - j);
            b[j] = (b[j] - (row.Length > 1 ? TensorPrimitives.Dot(row[1..], b[(j + 1)..k]) : 0)) / row[0];
        }
    }
}
