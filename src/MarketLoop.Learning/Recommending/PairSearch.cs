using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>Similarity of item i to item j from the sum of the products of their cells.</summary>
internal delegate float PairSimilarity(int i, int j, double together);

/// <summary>
/// The best partners of every item by sums over the users both have, exactly: item by item into a dense row of sums with a list of the places touched
/// (Gustavson's product), so only pairs that occur cost anything.
/// </summary>
internal static class PairSearch
{
    /// <summary>
    /// Finds them. O(sum over users of squared row lengths), parallel over items; each sum goes in ascending users in one worker, so the
    /// bytes do not depend on the number of threads. 13 bytes an item and worker beside the result.
    /// </summary>
    /// <param name="byItem">Items x users: what an item brings into a pair as the first.</param>
    /// <param name="byUser">Users x items: what an item brings as the second.</param>
    /// <param name="neighbours">Partners kept at most.</param>
    /// <param name="similarity">Asked for each pair with a positive sum; what is not above 0 is left out.</param>
    /// <param name="parallel">Carries the token, looked at between items.</param>
    public static ItemNeighboursModel Find(SparseMatrix byItem, SparseMatrix byUser, int neighbours, PairSimilarity similarity, ParallelOptions parallel)
    {
        var rows = new ScoredItem[byItem.Rows][];
        Parallel.For(
            0,
            byItem.Rows,
            parallel,
            () => new Workspace(byItem.Rows, neighbours),
            (item, _, workspace) =>
            {
                rows[item] = workspace.PartnersOf(item, byItem, byUser, similarity);
                return workspace;
            },
            _ => { });
        return ItemNeighboursModel.Of(rows);
    }

    private sealed class Workspace(int items, int neighbours)
    {
        private readonly double[] _sums = new double[items];
        private readonly bool[] _isTouched = new bool[items];
        private readonly int[] _touched = new int[items];
        private readonly ScoredItem[] _best = new ScoredItem[Math.Min(items, neighbours)];

        public ScoredItem[] PartnersOf(int item, SparseMatrix byItem, SparseMatrix byUser, PairSimilarity similarity)
        {
            var selector = new TopItemSelector(_best);
            foreach (var other in _touched.AsSpan(0, Gather(item, byItem, byUser)))
            {
                var together = _sums[other];
                _sums[other] = 0;
                _isTouched[other] = false;
                if (other != item && together > 0 && similarity(item, other, together) is > 0 and var score)
                {
                    selector.Offer(other, score);
                }
            }

            return selector.Finish().ToArray();
        }

        private int Gather(int item, SparseMatrix byItem, SparseMatrix byUser)
        {
            var count = 0;
            for (var u = byItem.Starts[item]; u < byItem.Starts[item + 1]; u++)
            {
                double weight = byItem.Values[u];
                var others = byUser.IndicesOf(byItem.Indices[u]);
                var values = byUser.ValuesOf(byItem.Indices[u]);
                for (var i = 0; i < others.Length; i++)
                {
                    var other = others[i];
                    _sums[other] += weight * values[i];
                    if (!_isTouched[other])
                    {
                        _isTouched[other] = true;
                        _touched[count++] = other;
                    }
                }
            }

            return count;
        }
    }
}
