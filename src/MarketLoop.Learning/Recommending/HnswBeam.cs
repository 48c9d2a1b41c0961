using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>
/// The best-first search of a graph by one worker: a list of the best items met, in order; the best whose links were not followed yet comes next, until
/// there is none (algorithm 2 of Malkov and Yashunin with both of its heaps in one list). Not thread-safe.
/// </summary>
internal sealed class HnswBeam(int items)
{
    private const int Followed = int.MinValue; // the sign bit marks an item whose links were followed

    private readonly ushort[] _met = new ushort[items];
    private readonly int[] _fresh = new int[512]; // links of one item at most
    private float[] _scores = [];
    private int[] _pool = [];
    private ushort _turn;

    /// <summary>Items in the list.</summary>
    public int Count { get; private set; }

    /// <summary>Item at a place of the list, the best at 0.</summary>
    public ScoredItem this[int place] => new(_pool[place] & ~Followed, _scores[place]);

    /// <summary>The best item of the list; the given one when products beyond the range of float left it empty.</summary>
    public int BestOr(int item) => Count > 0 ? this[0].Item : item;

    /// <summary>Walks down from the top to the level above the given one by the best link, and gives where it came to.</summary>
    public int Descend(HnswGraph graph, ReadOnlySpan<float> padded, int level)
    {
        var place = graph.Entry;
        for (int above = graph.Levels[place]; above > level; above--)
        {
            Search(graph, padded, above, place, width: 1);
            place = BestOr(place);
        }

        return place;
    }

    /// <summary>Fills the list with the best items met on a level.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="padded">The query.</param>
    /// <param name="level">Level whose links are followed.</param>
    /// <param name="start">An item that reaches it.</param>
    /// <param name="width">Longest the list may be.</param>
    public void Search(HnswGraph graph, ReadOnlySpan<float> padded, int level, int start, int width)
    {
        Begin(width);
        ref var query = ref MemoryMarshal.GetReference(padded);
        var vectors = graph.Items;
        ref var rows = ref MemoryMarshal.GetArrayDataReference(vectors.Values);
        var stride = vectors.Stride;
        _met[start] = _turn;
        Insert(start, InnerProductKernels.Dot(ref query, ref vectors[start][0], stride), width);
        for (var next = 0; next < Count;)
        {
            if (_pool[next] < 0)
            {
                next++;
                continue;
            }

            var item = _pool[next];
            _pool[next] |= Followed;
            var fresh = Gather(graph.LinksOf(item, level), ref rows, stride);
            var first = next + 1;
            for (var i = 0; i < fresh; i += 4)
            {
                // A group at the end is filled up with its first item, whose product is then not looked at again.
                ref var ids = ref _fresh[i];
                var products = InnerProductKernels.DotFour(
                    ref query,
                    ref Row(ref rows, ids, stride),
                    ref Row(ref rows, i + 1 < fresh ? Unsafe.Add(ref ids, 1) : ids, stride),
                    ref Row(ref rows, i + 2 < fresh ? Unsafe.Add(ref ids, 2) : ids, stride),
                    ref Row(ref rows, i + 3 < fresh ? Unsafe.Add(ref ids, 3) : ids, stride),
                    stride);
                for (var j = i; j < fresh && j < i + 4; j++)
                {
                    first = Math.Min(first, Insert(_fresh[j], products[j - i], width));
                }
            }

            next = first;
        }
    }

    private static ref float Row(ref float rows, int item, int stride) => ref Unsafe.Add(ref rows, (nint)item * stride);

    // The links that were not met in this turn; their rows are asked for while the rest is looked through.
    private int Gather(ReadOnlySpan<int> links, ref float rows, int stride)
    {
        var count = 0;
        foreach (var link in links)
        {
            if (link < 0)
            {
                break;
            }

            if (_met[link] != _turn)
            {
                _met[link] = _turn;
                InnerProductKernels.Prefetch(ref Row(ref rows, link, stride), stride);
                _fresh[count++] = link;
            }
        }

        return count;
    }

    private void Begin(int width)
    {
        Count = 0;
        if (_pool.Length < width)
        {
            _pool = new int[width];
            _scores = new float[width];
        }

        if (++_turn == 0)
        {
            Array.Clear(_met);
            _turn = 1;
        }
    }

    // Keeps the list in order, an equal score behind those that were there; gives the place, or the width when there was none (what is not a number finds none).
    private int Insert(int item, float score, int width)
    {
        if (!(score > (Count < width ? float.NegativeInfinity : _scores[Count - 1])))
        {
            return width;
        }

        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _scores[middle] >= score ? (middle + 1, high) : (low, middle);
        }

        var moved = Math.Min(Count, width - 1) - low;
        _scores.AsSpan(low, moved).CopyTo(_scores.AsSpan(low + 1));
        _pool.AsSpan(low, moved).CopyTo(_pool.AsSpan(low + 1));
        (_scores[low], _pool[low]) = (score, item);
        Count = Math.Min(Count + 1, width);
        return low;
    }
}
