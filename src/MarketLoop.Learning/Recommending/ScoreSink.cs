namespace MarketLoop.Learning.Recommending;

/// <summary>Where a walk along links adds what it finds; a struct, so that each kind has a loop of its own.</summary>
internal interface IScoreSink
{
    void Add(int item, float value);
}

/// <summary>A scorer that walks along the links of a history.</summary>
internal interface ILinkWalker
{
    int Items { get; }

    /// <summary>Adds what each entry says; the history was validated.</summary>
    void Walk<TSink>(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, TSink sink)
        where TSink : struct, IScoreSink, allows ref struct;
}

/// <summary>Both ways to score by links: an answer for every item, or for those that are linked to.</summary>
internal static class LinkScoring
{
    public static void Score(ILinkWalker links, ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        ScoringDoor.Validate(links.Items, history, weights, scores);
        scores.Clear();
        links.Walk(history, weights, new DenseSink(scores));
    }

    public static double Gather(ILinkWalker links, ReadOnlySpan<int> history, ReadOnlySpan<float> weights, SparseScores scores)
    {
        ScoringDoor.Validate(links.Items, history, weights, scores);
        links.Walk(history, weights, new SparseSink(scores));
        return scores.Deviation();
    }

    /// <summary>A score per item.</summary>
    private readonly ref struct DenseSink(Span<float> scores) : IScoreSink
    {
        private readonly Span<float> _scores = scores;

        public void Add(int item, float value) => _scores[item] += value;
    }

    /// <summary>Scores of the items touched.</summary>
    private readonly struct SparseSink(SparseScores scores) : IScoreSink
    {
        public void Add(int item, float value) => scores.Add(item, value);
    }
}
