namespace MarketLoop.Learning.Recommending;

/// <summary>A scorer that finds the best items for a history without scoring all of them. Immutable and thread-safe.</summary>
public interface ITopItemScorer : IItemScorer
{
    /// <summary>The items to which <see cref="IItemScorer.Score"/> gives the highest scores above 0, all or nearly all of them. Ties: higher score, then lower index.</summary>
    /// <param name="history">As for <see cref="IItemScorer.Score"/>.</param>
    /// <param name="weights">As for <see cref="IItemScorer.Score"/>.</param>
    /// <param name="destination">Receives the best, best first; its length is how many are wanted. A caller that will leave some out (bought, out of stock) asks for more.</param>
    /// <returns>How many were found: fewer than wanted where fewer have evidence, 0 when nothing of the history is known.</returns>
    /// <exception cref="ArgumentException">The weights are not one for each item of the history, or one is not finite.</exception>
    int SelectBest(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<ScoredItem> destination);
}
