namespace MarketLoop.Learning.Recommending;

/// <summary>What somebody took before is what they will take again: each item scores the sum of its weights in the history. Knows nothing but the number of items; immutable, thread-safe.</summary>
/// <param name="items">Items, at least 0.</param>
public sealed class HabitScorer(int items) : ISparseScorer
{
    /// <inheritdoc />
    public int Items { get; } = items >= 0 ? items : throw new ArgumentOutOfRangeException(nameof(items));

    /// <inheritdoc />
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        ScoringDoor.Validate(Items, history, weights, scores);
        scores.Clear();
        Walk(history, weights, new DenseSink(scores));
    }

    /// <inheritdoc />
    public void Gather(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, SparseScores scores)
    {
        ScoringDoor.Validate(Items, history, weights, scores);
        Walk(history, weights, new SparseSink(scores));
    }

    /// <inheritdoc />
    public int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item)
    {
        ScoringDoor.Validate(history, weights);
        return (uint)item < (uint)Items ? history.IndexOf(item) : -1;
    }

    private void Walk<TSink>(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, TSink sink)
        where TSink : struct, IScoreSink, allows ref struct
    {
        for (var h = 0; h < history.Length; h++)
        {
            if ((uint)history[h] < (uint)Items)
            {
                sink.Add(history[h], weights.IsEmpty ? 1 : weights[h]);
            }
        }
    }
}
