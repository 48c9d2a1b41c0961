namespace MarketLoop.Learning.Baskets;

/// <summary>
/// A prefix tree of baskets whose items are ranks in ascending order, with a chain through all nodes of each rank.
/// Source: Han, Pei and Yin, "Mining Frequent Patterns without Candidate Generation", SIGMOD 2000.
/// </summary>
internal sealed class FpTree
{
    private const int None = -1;

    private readonly List<Node> _nodes = [];
    private readonly int[] _roots; // the root has many children, so they are found by rank
    private readonly int[] _heads;
    private readonly int[] _totals;

    public FpTree(int ranks)
    {
        _roots = NewPlaces(ranks);
        _heads = NewPlaces(ranks);
        _totals = new int[ranks];
    }

    /// <summary>Items that may occur.</summary>
    public int Ranks => _heads.Length;

    /// <summary>In how many baskets an item is.</summary>
    public int TotalOf(int rank) => _totals[rank];

    /// <summary>Adds a basket that occurs <paramref name="count"/> times. O(length x children of a node).</summary>
    public void Add(ReadOnlySpan<int> ranks, int count)
    {
        var at = None;
        foreach (var rank in ranks)
        {
            at = ChildOf(at, rank);
            _nodes[at] = _nodes[at] with { Count = _nodes[at].Count + count };
            _totals[rank] += count;
        }
    }

    /// <summary>The tree of what stands before an item in its baskets, kept to items in at least <paramref name="minimum"/> of them; null when there are none.</summary>
    public FpTree? ConditionalOn(int rank, int minimum)
    {
        var totals = new int[rank];
        var isAny = false;
        for (var at = _heads[rank]; at != None; at = _nodes[at].Next)
        {
            for (var up = _nodes[at].Parent; up != None; up = _nodes[up].Parent)
            {
                totals[_nodes[up].Rank] += _nodes[at].Count;
                isAny |= totals[_nodes[up].Rank] >= minimum;
            }
        }

        if (!isAny)
        {
            return null;
        }

        var tree = new FpTree(rank);
        List<int> path = [];
        for (var at = _heads[rank]; at != None; at = _nodes[at].Next)
        {
            path.Clear();
            for (var up = _nodes[at].Parent; up != None; up = _nodes[up].Parent)
            {
                if (totals[_nodes[up].Rank] >= minimum)
                {
                    path.Add(_nodes[up].Rank);
                }
            }

            path.Reverse();
            tree.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(path), _nodes[at].Count);
        }

        return tree;
    }

    private int ChildOf(int parent, int rank)
    {
        var first = parent == None ? _roots[rank] : _nodes[parent].FirstChild;
        var child = first;
        while (child != None && _nodes[child].Rank != rank)
        {
            child = _nodes[child].Sibling;
        }

        if (child != None)
        {
            return child;
        }

        child = _nodes.Count;
        _nodes.Add(new Node(rank, 0, parent, None, parent == None ? None : first, _heads[rank]));
        _heads[rank] = child;
        if (parent == None)
        {
            _roots[rank] = child;
        }
        else
        {
            _nodes[parent] = _nodes[parent] with { FirstChild = child };
        }

        return child;
    }

    private static int[] NewPlaces(int count)
    {
        var places = new int[count];
        Array.Fill(places, None);
        return places;
    }

    private readonly record struct Node(int Rank, int Count, int Parent, int FirstChild, int Sibling, int Next);
}
