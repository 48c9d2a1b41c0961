using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>
/// Builds a graph batch by batch: the links of a batch are sought in the graph as it stood before, so that they do not depend on who was quicker, and are
/// then entered in both directions. Sources: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using hierarchical navigable
/// small world graphs", TPAMI 2020 (algorithms 1, 3 and 4); Morozov and Babenko, "Non-metric similarity graphs for maximum inner product search", NeurIPS
/// 2018 (inner products as they are); Manohar et al., "ParlayANN", PPoPP 2024 (deterministic batches).
/// </summary>
internal sealed class HnswBuilder(FactorSide items, HnswOptions options, CancellationToken cancellationToken)
{
    private const int BatchShare = 8; // a batch is at most an eighth of what is there, since its items do not see each other
    private const int MostInBatch = 10_000;
    private const int HighestLevel = 30;

    private readonly ParallelOptions _parallel = new() { CancellationToken = cancellationToken };
    private readonly ScratchPool<Worker> _workers = new(() => new Worker(items.Rows));

    public HnswGraph Build()
    {
        var order = new int[items.Rows];
        var graph = new HnswGraph(items, options.Links, Levels(order));
        if (items.Rows == 0)
        {
            return graph;
        }

        graph.Entry = order[0];
        var first = 1;
        while (first < order.Length)
        {
            var batch = order.AsMemory(first, Math.Min(order.Length - first, Math.Clamp(first / BatchShare, 1, MostInBatch)));
            Parallel.For(0, batch.Length, _parallel, i => FindLinks(graph, batch.Span[i]));
            for (int level = graph.Levels[batch.Span[0]]; level >= 0; level--)
            {
                LinkBack(graph, batch.Span, level);
            }

            first += batch.Length;
        }

        return graph;
    }

    // Geometric levels; the order of insertion is by level, highest first, and by chance within one. So the entry never changes and no item is
    // inserted above all that are there.
    private byte[] Levels(int[] order)
    {
        var levels = new byte[items.Rows];
        var keys = new ulong[items.Rows];
        var scale = 1 / Math.Log(options.Links);
        for (var item = 0; item < levels.Length; item++)
        {
            var random = SeededRandom.Fork(options.Seed, (ulong)item);
            levels[item] = (byte)Math.Min(HighestLevel, -Math.Log(1 - random.NextDouble()) * scale);
            keys[item] = ((ulong)(HighestLevel - levels[item]) << 58) | (random.NextBits() >> 6);
            order[item] = item;
        }

        Array.Sort(keys, order);
        return levels;
    }

    // Writes an item's own links. Nothing leads to it yet, so nobody reads them.
    private void FindLinks(HnswGraph graph, int item)
    {
        var worker = _workers.Rent();
        var beam = worker.Beam;
        int level = graph.Levels[item];
        var place = beam.Descend(graph, items[item], level);
        for (; level >= 0; level--)
        {
            beam.Search(graph, items[item], level, place, options.BuildWidth);
            place = beam.BestOr(place);
            worker.Candidates.Clear();
            for (var i = 0; i < beam.Count; i++)
            {
                worker.Candidates.Add(beam[i]);
            }

            Choose(worker, graph.LinksOf(item, level)[..options.Links]);
        }

        _workers.Return(worker);
    }

    // Enters the links of a batch on one level at their other ends, each of which is handled by one worker.
    private void LinkBack(HnswGraph graph, ReadOnlySpan<int> batch, int level)
    {
        PairGroups ends = new();
        foreach (var item in batch)
        {
            if (graph.Levels[item] < level)
            {
                break;
            }

            foreach (var end in graph.LinksOf(item, level))
            {
                if (end < 0)
                {
                    break;
                }

                ends.Add(end, item);
            }
        }

        ends.ForEach(_parallel, (end, added) => Enter(graph, level, end, added));
    }

    private void Enter(HnswGraph graph, int level, int end, PairGroup added)
    {
        var links = graph.LinksOf(end, level);
        var used = links.IndexOf(-1);
        used = used < 0 ? links.Length : used;
        if (used + added.Count <= links.Length)
        {
            for (var i = 0; i < added.Count; i++)
            {
                links[used++] = added[i];
            }

            return;
        }

        var worker = _workers.Rent();
        worker.Candidates.Clear();
        foreach (var link in links[..used])
        {
            worker.Candidates.Add(new ScoredItem(link, Product(end, link)));
        }

        for (var i = 0; i < added.Count; i++)
        {
            worker.Candidates.Add(new ScoredItem(added[i], Product(end, added[i])));
        }

        worker.Candidates.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Item.CompareTo(b.Item));
        Choose(worker, links);
        _workers.Return(worker);
    }

    /// <summary>
    /// Algorithm 4: of the candidates, best first, those that are nearer to the item than to any chosen before, so that links lead to all sides; then the best of the rest.
    /// </summary>
    private void Choose(Worker worker, Span<int> links)
    {
        var count = 0;
        worker.Passed.Clear();
        foreach (var candidate in worker.Candidates)
        {
            if (count == links.Length)
            {
                break;
            }

            var isNew = true;
            for (var i = 0; i < count && isNew; i++)
            {
                isNew = Product(candidate.Item, links[i]) < candidate.Score;
            }

            if (isNew)
            {
                links[count++] = candidate.Item;
            }
            else
            {
                worker.Passed.Add(candidate.Item);
            }
        }

        for (var i = 0; i < worker.Passed.Count && count < links.Length; i++)
        {
            links[count++] = worker.Passed[i];
        }

        links[count..].Fill(-1);
    }

    private float Product(int a, int b) => InnerProductKernels.Dot(ref items[a][0], ref items[b][0], items.Stride);

    private sealed class Worker(int items)
    {
        public HnswBeam Beam { get; } = new(items);

        public List<ScoredItem> Candidates { get; } = [];

        public List<int> Passed { get; } = [];
    }
}
