using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MarketLoop.Learning.Clustering;

/// <summary>
/// The inner loops of k-means over panels of 32 rows (see <see cref="RowPanels"/>). Each lane of a vector is one row, so there
/// are no remainders (columns are walked one by one), and the width of the machine's vectors does not change a label; only a machine without
/// fused multiply-add may differ in the last bits, and the sum of a panel goes lane by lane. Four centroids by two vectors are held in registers.
/// With 16 columns this is 11 times (5 centroids) to 20 times (50) as fast as a <c>TensorPrimitives.Dot</c> for each row and centroid.
/// Lengths are validated by the callers.
/// </summary>
internal static class PanelKernels
{
    /// <summary>Rows of a panel: a multiple of two vectors of every width there is.</summary>
    public const int PanelRows = 32;

    /// <summary>Centroids taken together.</summary>
    public const int Group = 4;

    /// <summary>
    /// The nearest centroid of each row of a panel by |c|^2 / 2 - x.c, which orders like the distance; ties go to the lower index. O(32 k d).
    /// </summary>
    /// <param name="panel">32 x d, column by column.</param>
    /// <param name="packed">Negated centroids in groups of four, of which each column's four values stand together.</param>
    /// <param name="halfNorms">|c|^2 / 2, filled up to whole groups with infinity.</param>
    /// <param name="labels">32 indices are written.</param>
    /// <param name="scores">32 winning values are written; twice that plus |x|^2 is the squared distance.</param>
    public static void Nearest(ReadOnlySpan<float> panel, ReadOnlySpan<float> packed, ReadOnlySpan<float> halfNorms, Span<int> labels, Span<float> scores)
    {
        ref var x = ref MemoryMarshal.GetReference(panel);
        ref var c = ref MemoryMarshal.GetReference(packed);
        var columns = panel.Length / PanelRows;
        for (var lane = 0; lane < PanelRows; lane += 2 * Vector<float>.Count)
        {
            var best0 = new Vector<float>(float.PositiveInfinity);
            var best1 = best0;
            var label0 = Vector<int>.Zero;
            var label1 = Vector<int>.Zero;
            for (var group = 0; group < halfNorms.Length; group += Group)
            {
                var a0 = new Vector<float>(halfNorms[group]);
                var b0 = new Vector<float>(halfNorms[group + 1]);
                var c0 = new Vector<float>(halfNorms[group + 2]);
                var d0 = new Vector<float>(halfNorms[group + 3]);
                var (a1, b1, c1, d1) = (a0, b0, c0, d0);
                ref var row = ref Unsafe.Add(ref x, lane);
                ref var centroid = ref Unsafe.Add(ref c, group * columns);
                for (var j = 0; j < columns; j++)
                {
                    var x0 = Vector.LoadUnsafe(ref row);
                    var x1 = Vector.LoadUnsafe(ref row, (nuint)Vector<float>.Count);
                    var value = new Vector<float>(centroid);
                    a0 = Vector.MultiplyAddEstimate(x0, value, a0);
                    a1 = Vector.MultiplyAddEstimate(x1, value, a1);
                    value = new Vector<float>(Unsafe.Add(ref centroid, 1));
                    b0 = Vector.MultiplyAddEstimate(x0, value, b0);
                    b1 = Vector.MultiplyAddEstimate(x1, value, b1);
                    value = new Vector<float>(Unsafe.Add(ref centroid, 2));
                    c0 = Vector.MultiplyAddEstimate(x0, value, c0);
                    c1 = Vector.MultiplyAddEstimate(x1, value, c1);
                    value = new Vector<float>(Unsafe.Add(ref centroid, 3));
                    d0 = Vector.MultiplyAddEstimate(x0, value, d0);
                    d1 = Vector.MultiplyAddEstimate(x1, value, d1);
                    row = ref Unsafe.Add(ref row, PanelRows);
                    centroid = ref Unsafe.Add(ref centroid, Group);
                }

                Keep(a0, group, ref best0, ref label0);
                Keep(b0, group + 1, ref best0, ref label0);
                Keep(c0, group + 2, ref best0, ref label0);
                Keep(d0, group + 3, ref best0, ref label0);
                Keep(a1, group, ref best1, ref label1);
                Keep(b1, group + 1, ref best1, ref label1);
                Keep(c1, group + 2, ref best1, ref label1);
                Keep(d1, group + 3, ref best1, ref label1);
            }

            best0.CopyTo(scores[lane..]);
            best1.CopyTo(scores[(lane + Vector<float>.Count)..]);
            label0.CopyTo(labels[lane..]);
            label1.CopyTo(labels[(lane + Vector<float>.Count)..]);
        }
    }

    /// <summary>The smaller of what is there and the squared distance to a centre, by differences (no cancellation), for each row of a panel. O(32 d).</summary>
    /// <param name="panel">32 x d, column by column.</param>
    /// <param name="centre">d values.</param>
    /// <param name="nearest">32 squared distances so far; infinity for none.</param>
    /// <param name="destination">32 values are written; may be <paramref name="nearest"/>. Empty for the sum only.</param>
    /// <returns>The sum of the 32 values, in float: within a panel that is enough.</returns>
    public static float Lower(ReadOnlySpan<float> panel, ReadOnlySpan<float> centre, ReadOnlySpan<float> nearest, Span<float> destination)
    {
        ref var x = ref MemoryMarshal.GetReference(panel);
        var total = Vector<float>.Zero;
        for (var lane = 0; lane < PanelRows; lane += 2 * Vector<float>.Count)
        {
            var sum0 = Vector<float>.Zero;
            var sum1 = Vector<float>.Zero;
            ref var row = ref Unsafe.Add(ref x, lane);
            foreach (var coordinate in centre)
            {
                var value = new Vector<float>(coordinate);
                var x0 = Vector.LoadUnsafe(ref row) - value;
                var x1 = Vector.LoadUnsafe(ref row, (nuint)Vector<float>.Count) - value;
                sum0 = Vector.MultiplyAddEstimate(x0, x0, sum0);
                sum1 = Vector.MultiplyAddEstimate(x1, x1, sum1);
                row = ref Unsafe.Add(ref row, PanelRows);
            }

            sum0 = Vector.Min(sum0, new Vector<float>(nearest[lane..]));
            sum1 = Vector.Min(sum1, new Vector<float>(nearest[(lane + Vector<float>.Count)..]));
            total += sum0 + sum1;
            if (!destination.IsEmpty)
            {
                sum0.CopyTo(destination[lane..]);
                sum1.CopyTo(destination[(lane + Vector<float>.Count)..]);
            }
        }

        return Vector.Sum(total);
    }

    /// <summary>Brings k x d row-major centroids into the form that <see cref="Nearest"/> reads; the destinations hold whole groups.</summary>
    public static void Pack(ReadOnlySpan<float> centroids, int columns, Span<float> packed, Span<float> halfNorms)
    {
        halfNorms.Fill(float.PositiveInfinity);
        packed.Clear();
        for (var c = 0; c < centroids.Length / columns; c++)
        {
            var norm = 0f;
            for (var j = 0; j < columns; j++)
            {
                var value = centroids[(c * columns) + j];
                packed[((c - (c % Group)) * columns) + (j * Group) + (c % Group)] = -value;
                norm += value * value;
            }

            halfNorms[c] = norm / 2;
        }
    }

    /// <summary>Puts a row, centred, into its lane of a panel and returns its squared length. O(d).</summary>
    public static double WriteRow(ReadOnlySpan<float> row, ReadOnlySpan<float> shift, Span<float> panel, int lane)
    {
        var squares = 0.0;
        for (var j = 0; j < row.Length; j++)
        {
            var value = row[j] - shift[j];
            panel[(j * PanelRows) + lane] = value;
            squares += (double)value * value;
        }

        return squares;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(Vector<float> candidate, int index, ref Vector<float> best, ref Vector<int> label)
    {
        var isNearer = Vector.LessThan(candidate, best);
        best = Vector.ConditionalSelect(isNearer, candidate, best);
        label = Vector.ConditionalSelect(isNearer, new Vector<int>(index), label);
    }
}
