namespace MarketLoop.Learning.Recommending;

/// <summary>A scorer that can say which items may be among its best without looking at all of them. Immutable while it serves, thread-safe.</summary>
public interface ICandidateScorer : IItemScorer
{
    /// <summary>
    /// Adds what <see cref="IItemScorer.Score"/> would write for the items that may be among the best, and for those asked about. The rest is 0 where the scorer
    /// walks along links, and most likely below the best where it searches an index.
    /// </summary>
    /// <param name="history">As for <see cref="IItemScorer.Score"/>.</param>
    /// <param name="weights">As for <see cref="IItemScorer.Score"/>.</param>
    /// <param name="asked">Items named by other scorers, each once.</param>
    /// <param name="scores">Empty, of as many items as the model's.</param>
    /// <returns>Standard deviation of its scores over all items, at least 0.</returns>
    /// <exception cref="ArgumentException">A length does not fit or a weight is not finite.</exception>
    double Gather(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, IReadOnlyList<int> asked, SparseScores scores);
}
