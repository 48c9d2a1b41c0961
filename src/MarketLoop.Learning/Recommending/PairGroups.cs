using System.Runtime.InteropServices;

namespace MarketLoop.Learning.Recommending;

/// <summary>Pairs of numbers, handed out by the first: each group by one worker with its second numbers ascending, so that what is done does not depend on the threads. Not thread-safe while pairs are added.</summary>
internal sealed class PairGroups
{
    private readonly List<long> _pairs = [];

    /// <summary>Adds a pair; neither number is below 0.</summary>
    public void Add(int key, int value) => _pairs.Add(((long)key << 32) | (uint)value);

    /// <summary>Visits each group once, in parallel. O(pairs log pairs).</summary>
    public void ForEach(ParallelOptions parallel, PairGroupVisit visit)
    {
        _pairs.Sort();
        List<int> starts = [];
        for (var i = 0; i < _pairs.Count; i++)
        {
            if (i == 0 || _pairs[i] >> 32 != _pairs[i - 1] >> 32)
            {
                starts.Add(i);
            }
        }

        starts.Add(_pairs.Count);
        Parallel.For(0, starts.Count - 1, parallel, group =>
            visit((int)(_pairs[starts[group]] >> 32), new PairGroup(CollectionsMarshal.AsSpan(_pairs)[starts[group]..starts[group + 1]])));
    }
}

/// <summary>The second numbers of the pairs of one first number, ascending.</summary>
internal readonly ref struct PairGroup(ReadOnlySpan<long> pairs)
{
    private readonly ReadOnlySpan<long> _pairs = pairs;

    public int Count => _pairs.Length;

    public int this[int place] => (int)_pairs[place];
}

/// <summary>Takes a group of pairs by their first number.</summary>
internal delegate void PairGroupVisit(int key, PairGroup values);
