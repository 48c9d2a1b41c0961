namespace MarketLoop.Learning.Clustering;

/// <summary>
/// Hierarchical clustering by chains of nearest neighbours: from any cluster to its nearest, on to that one's nearest, until two are each other's;
/// those join, and the chain goes on from what is left of it. Right for linkages by which a joined cluster is never nearer than its parts were.
/// O(n) searches. Sources: Murtagh, Computer Journal 26, 1983; Müllner, "Modern hierarchical, agglomerative clustering algorithms", arXiv 1109.2378, 2011.
/// </summary>
internal static class MergeChain
{
    private const int SearchesBetweenChecks = 64;

    // Below this many slots a pass costs nothing, and moving them does.
    private const int FewestSlotsToCompact = 256;

    public static Dendrogram Run(IClusterSpace space, CancellationToken cancellationToken)
    {
        var leaves = space.Slots;
        var owners = Enumerable.Range(0, leaves).ToArray();
        var joins = new List<(int First, int Second, double Height)>(leaves);
        var chain = new List<int>();
        var searches = 0;
        while (joins.Count < leaves - 1)
        {
            if (searches++ % SearchesBetweenChecks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (chain.Count == 0)
            {
                chain.Add(Enumerable.Range(0, space.Slots).First(space.IsAlive));
            }

            var before = chain.Count > 1 ? chain[^2] : -1;
            var nearest = space.Nearest(chain[^1], before);
            if (nearest != before)
            {
                chain.Add(nearest);
                continue;
            }

            var (kept, gone) = (Math.Min(before, chain[^1]), Math.Max(before, chain[^1]));
            chain.RemoveRange(chain.Count - 2, 2);
            joins.Add((owners[kept], owners[gone], space.Join(kept, gone)));
            var living = leaves - joins.Count;
            if (space.Slots >= FewestSlotsToCompact && living <= space.Slots / 2)
            {
                owners = Compact(space, owners, chain);
            }
        }

        return Dendrogram.FromJoins(leaves, joins);
    }

    private static int[] Compact(IClusterSpace space, int[] owners, List<int> chain)
    {
        var old = space.Compact();
        for (var i = 0; i < chain.Count; i++)
        {
            chain[i] = Array.BinarySearch(old, chain[i]);
        }

        return Array.ConvertAll(old, slot => owners[slot]);
    }
}
