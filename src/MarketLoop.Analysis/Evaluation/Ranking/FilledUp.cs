using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>One scorer, and where it has nothing to say what is popular.</summary>
internal sealed class FilledUp(IItemScorer first, DecayedPopularityModel popularity) : IItemScorer
{
    private const float Trace = 1e-6f; // ranks among the silent, below all that speak

    public int Items => first.Items;

    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        first.Score(history, weights, scores);
        float highest = 0;
        foreach (float score in scores)
        {
            highest = Math.Max(highest, score);
        }

        float factor = popularity.Highest > 0 ? Trace * (highest > 0 ? highest : 1) / popularity.Highest : 0;
        for (int item = 0; item < scores.Length; item++)
        {
            scores[item] += factor * popularity.Popularity[item];
        }
    }

    public int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item) => first.StrongestReason(history, weights, item);
}
