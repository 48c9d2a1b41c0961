namespace MarketLoop.Learning.Recommending;

/// <summary>Where a walk along links adds what it finds; a struct, so that each kind has a loop of its own.</summary>
internal interface IScoreSink
{
    void Add(int item, float value);
}

/// <summary>A score per item.</summary>
internal readonly ref struct DenseSink(Span<float> scores) : IScoreSink
{
    private readonly Span<float> _scores = scores;

    public void Add(int item, float value) => _scores[item] += value;
}

/// <summary>Scores of the items touched.</summary>
internal readonly struct SparseSink(SparseScores scores) : IScoreSink
{
    public void Add(int item, float value) => scores.Add(item, value);
}
