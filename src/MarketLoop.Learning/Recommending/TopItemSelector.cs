using System.Runtime.InteropServices;

namespace MarketLoop.Learning.Recommending;

/// <summary>An item with its score.</summary>
/// <param name="Item">Index of the item.</param>
/// <param name="Score">Its score.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct ScoredItem(int Item, float Score)
{
    /// <summary>Higher score first, then lower index: the one order in which items are ranked.</summary>
    internal bool IsBetterThan(ScoredItem other) => Score > other.Score || (Score == other.Score && Item < other.Item);
}

/// <summary>
/// Keeps the best n of a stream of scores in a caller's buffer (a heap with the worst on top). Ties: higher score, then lower
/// item index, whatever the order of offers. Not thread-safe; O(log n) an offer, allocates nothing.
/// </summary>
/// <param name="buffer">Room for the best; its length is n. Offers to an empty buffer are all refused.</param>
public ref struct TopItemSelector(Span<ScoredItem> buffer)
{
    private readonly Span<ScoredItem> _heap = buffer;
    private int _count;

    /// <summary>Goes on where another selector with this buffer stopped.</summary>
    internal TopItemSelector(Span<ScoredItem> buffer, int count)
        : this(buffer) => _count = count;

    internal readonly int Count => _count;

    /// <summary>Selects the best items of a score per item. O(items log n).</summary>
    /// <param name="scores">Score of each item; NaN and negative infinity are never selected, so excluded items are marked with the latter.</param>
    /// <param name="destination">Receives the best, best first.</param>
    /// <param name="above">Only scores above this are selected; 0 leaves out items without evidence. Default: all.</param>
    /// <returns>How many were selected.</returns>
    public static int Select(ReadOnlySpan<float> scores, Span<ScoredItem> destination, float above = float.NegativeInfinity)
    {
        var selector = new TopItemSelector(destination);
        var limit = above;
        for (var item = 0; item < scores.Length; item++)
        {
            if (scores[item] > limit)
            {
                selector.Offer(item, scores[item]);
            }
        }

        return selector.Finish().Length;
    }

    /// <summary>Offers one item.</summary>
    public void Offer(int item, float score)
    {
        var offered = new ScoredItem(item, score);
        if (_count < _heap.Length)
        {
            Up(offered);
        }
        else if (_count > 0 && offered.IsBetterThan(_heap[0]))
        {
            Down(offered, _count);
        }
    }

    /// <summary>Sorts what was kept, best first, and returns that part of the buffer; the selector is spent.</summary>
    public Span<ScoredItem> Finish()
    {
        for (var end = _count - 1; end > 0; end--)
        {
            var last = _heap[end];
            _heap[end] = _heap[0];
            Down(last, end);
        }

        return _heap[.._count];
    }

    private void Up(ScoredItem item)
    {
        var place = _count++;
        while (place > 0)
        {
            var parent = (place - 1) / 2;
            if (!_heap[parent].IsBetterThan(item))
            {
                break;
            }

            _heap[place] = _heap[parent];
            place = parent;
        }

        _heap[place] = item;
    }

    private readonly void Down(ScoredItem item, int count)
    {
        var place = 0;
        while (true)
        {
            var child = (2 * place) + 1;
            if (child >= count)
            {
                break;
            }

            if (child + 1 < count && _heap[child].IsBetterThan(_heap[child + 1]))
            {
                child++;
            }

            if (!item.IsBetterThan(_heap[child]))
            {
                break;
            }

            _heap[place] = _heap[child];
            place = child;
        }

        _heap[place] = item;
    }
}
