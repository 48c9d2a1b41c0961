using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>What the indexes share: the checks at their door and the scan of all items or of those allowed.</summary>
internal static class VectorQuery
{
    /// <summary>Rows of a block: with 64 factors 64 kB, which stays in the cache while several queries pass over it.</summary>
    public const int Block = 256;

    /// <summary>Checks a query and pads it; checks the length of the filter.</summary>
    public static void Prepare(FactorSide items, ReadOnlySpan<float> query, ReadOnlySpan<ulong> allowed, Span<float> padded)
    {
        if (query.Length != items.Factors)
        {
            throw new ArgumentException($"The query has {query.Length} numbers, the items have {items.Factors} factors.", nameof(query));
        }

        if (!TensorPrimitives.IsFiniteAll(query))
        {
            throw new ArgumentException("A number of the query is not finite.", nameof(query));
        }

        if (!allowed.IsEmpty && allowed.Length != Words(items.Rows))
        {
            throw new ArgumentException($"The filter has {allowed.Length} words, {items.Rows} items need {Words(items.Rows)}.", nameof(allowed));
        }

        query.CopyTo(padded);
        padded[query.Length..].Clear();
    }

    /// <summary>Whether an item may be found.</summary>
    public static bool Allows(ReadOnlySpan<ulong> allowed, int item) => allowed.IsEmpty || ((allowed[item / 64] >> (item % 64)) & 1) != 0;

    /// <summary>How many items may be found.</summary>
    public static int CountAllowed(ReadOnlySpan<ulong> allowed, int items)
    {
        if (allowed.IsEmpty)
        {
            return items;
        }

        var count = 0;
        foreach (var word in allowed)
        {
            count += BitOperations.PopCount(word);
        }

        return items % 64 == 0 ? count : count - BitOperations.PopCount(allowed[^1] >> (items % 64));
    }

    /// <summary>The best of all items, or of those allowed; the query is padded.</summary>
    public static int Scan(FactorSide items, Span<float> padded, Span<ScoredItem> best, ReadOnlySpan<ulong> allowed)
    {
        var selector = new TopItemSelector(best);
        Span<float> products = stackalloc float[Block];
        if (allowed.IsEmpty)
        {
            for (var first = 0; first < items.Rows; first += Block)
            {
                ScanBlock(items, padded, first, products, ref selector);
            }

            return selector.Finish().Length;
        }

        for (var word = 0; word < allowed.Length; word++)
        {
            for (var bits = allowed[word]; bits != 0; bits &= bits - 1)
            {
                var item = (word * 64) + BitOperations.TrailingZeroCount(bits);
                if (item < items.Rows)
                {
                    Offer(ref selector, item, InnerProductKernels.Dot(ref padded[0], ref items[item][0], items.Stride));
                }
            }
        }

        return selector.Finish().Length;
    }

    /// <summary>Offers the items of one block.</summary>
    /// <param name="items">The items.</param>
    /// <param name="padded">The query.</param>
    /// <param name="first">First item of the block.</param>
    /// <param name="products">Room for <see cref="Block"/> products.</param>
    /// <param name="selector">Keeps the best.</param>
    public static void ScanBlock(FactorSide items, scoped Span<float> padded, int first, scoped Span<float> products, ref TopItemSelector selector)
    {
        products = products[..Math.Min(Block, items.Rows - first)];
        InnerProductKernels.DotRows(ref MemoryMarshal.GetReference(padded), ref items[first][0], items.Stride, products);
        for (var i = 0; i < products.Length; i++)
        {
            Offer(ref selector, first + i, products[i]);
        }
    }

    private static int Words(int items) => (items + 63) / 64;

    // What is not a number, from products beyond float's range only, is never selected.
    private static void Offer(ref TopItemSelector selector, int item, float product)
    {
        if (product > float.NegativeInfinity)
        {
            selector.Offer(item, product);
        }
    }
}
