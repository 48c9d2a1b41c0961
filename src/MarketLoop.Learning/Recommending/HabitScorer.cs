namespace MarketLoop.Learning.Recommending;

/// <summary>What somebody took before is what they will take again: each item scores the sum of its weights in the history. Knows nothing but the number of items; immutable, thread-safe.</summary>
/// <param name="items">Items, at least 0.</param>
public sealed class HabitScorer(int items) : ICandidateScorer, ILinkWalker
{
    /// <inheritdoc />
    public int Items { get; } = items >= 0 ? items : throw new ArgumentOutOfRangeException(nameof(items));

    /// <inheritdoc />
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores) => LinkScoring.Score(this, history, weights, scores);

    /// <inheritdoc />
    public double Gather(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, IReadOnlyList<int> asked, SparseScores scores) => LinkScoring.Gather(this, history, weights, scores);

    /// <inheritdoc />
    public int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item)
    {
        ScoringDoor.Validate(history, weights);
        return (uint)item < (uint)Items ? history.IndexOf(item) : -1;
    }

    void ILinkWalker.Walk<TSink>(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, TSink sink)
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
