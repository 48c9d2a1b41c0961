namespace MarketLoop.Learning.Recommending;

/// <summary>A fitted model that says how well each item would suit a history. Immutable and thread-safe.</summary>
public interface IItemScorer
{
    /// <summary>Items known to the model; scores are written for the indices 0..Items-1.</summary>
    int Items { get; }

    /// <summary>Writes a score for every item; higher is better, 0 means no evidence. Allocates nothing.</summary>
    /// <param name="history">Item indices; those outside 0..Items-1 (unseen ids, -1) are passed over, repeated ones add up. Empty is allowed.</param>
    /// <param name="weights">A weight for each, finite; empty means 1 for all.</param>
    /// <param name="scores">Exactly <see cref="Items"/> long; overwritten.</param>
    /// <exception cref="ArgumentException">A length does not fit or a weight is not finite.</exception>
    void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores);

    /// <summary>Scores many histories: what <see cref="Score"/> would write for each, to the bit. Models that are dense inside do it many times faster so.</summary>
    /// <param name="starts">Where each history starts in <paramref name="items"/>, and where the last ends: one more than histories, ascending from 0.</param>
    /// <param name="items">The histories, one after another; as for <see cref="Score"/>.</param>
    /// <param name="weights">As for <see cref="Score"/>.</param>
    /// <param name="scores">Histories x <see cref="Items"/>, row-major; overwritten.</param>
    /// <exception cref="ArgumentException">A length does not fit, starts do not ascend or a weight is not finite.</exception>
    void ScoreBatch(ReadOnlySpan<int> starts, ReadOnlySpan<int> items, ReadOnlySpan<float> weights, Span<float> scores)
    {
        ScoringDoor.Validate(Items, starts, items, weights, scores);
        for (var i = 0; i + 1 < starts.Length; i++)
        {
            var part = starts[i]..starts[i + 1];
            Score(items[part], weights.IsEmpty ? [] : weights[part], scores.Slice(i * Items, Items));
        }
    }

    /// <summary>
    /// Which entry of a history speaks most for an item: the reason to show ("because you bought ..."). Ties go to the earlier entry.
    /// </summary>
    /// <param name="history">As for <see cref="Score"/>.</param>
    /// <param name="weights">As for <see cref="Score"/>.</param>
    /// <param name="item">The item to be explained.</param>
    /// <returns>The position in the history, or -1 when no entry speaks for the item (an unseen item too).</returns>
    /// <exception cref="ArgumentException">A length does not fit or a weight is not finite.</exception>
    int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item);

    /// <summary>The reasons of a whole list: what <see cref="StrongestReason"/> would say of each item. Models that first learn of a history what it stands for do that once.</summary>
    /// <param name="history">As for <see cref="Score"/>.</param>
    /// <param name="weights">As for <see cref="Score"/>.</param>
    /// <param name="items">The items to be explained.</param>
    /// <param name="reasons">One for each item; overwritten.</param>
    /// <exception cref="ArgumentException">A length does not fit or a weight is not finite.</exception>
    void StrongestReasons(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, ReadOnlySpan<int> items, Span<int> reasons)
    {
        ScoringDoor.ValidateReasons(items, reasons);
        for (var i = 0; i < items.Length; i++)
        {
            reasons[i] = StrongestReason(history, weights, items[i]);
        }
    }
}
