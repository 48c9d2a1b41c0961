using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Preference;

/// <summary>Measures rankers on what customers bought later.</summary>
/// <param name="data">The history the rankers know.</param>
/// <param name="held">What came later.</param>
/// <param name="at">Length of the lists.</param>
internal sealed class PreferenceTester(PreferenceData data, IReadOnlyList<HeldOutCustomer> held, int at)
{
    public int Customers => held.Count;

    /// <summary>Ranks all products not bought before for each held-out customer.</summary>
    /// <param name="scorer">The ranker.</param>
    /// <param name="weights">How a history is weighed for it.</param>
    /// <param name="goodsOnly">True never recommends postage and the like, as in serving.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public RankingMetrics Measure(IItemScorer scorer, HistoryWeights weights, bool goodsOnly, CancellationToken cancellationToken)
    {
        RankingTally tally = new(at, data.Products.Length);
        float[] scores = new float[data.Products.Length];
        ScoredItem[] best = new ScoredItem[Math.Min(at, scores.Length)];
        int[] list = new int[best.Length];
        foreach (HeldOutCustomer customer in held)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IReadOnlyList<Features.ProductTouch> history = data.HistoryOf(customer.Customer);
            scorer.Score([.. history.Select(t => data.IndexOf(t.Product))], [.. history.Select(t => (float)weights.Of(t))], scores);
            Exclude(scores, customer.Customer, goodsOnly);
            int found = TopItemSelector.Select(scores, best);
            for (int i = 0; i < found; i++)
            {
                list[i] = best[i].Item;
            }

            tally.Add(list.AsSpan(0, found), customer.Products);
        }

        return tally.ToMetrics();
    }

    private void Exclude(float[] scores, int customer, bool goodsOnly)
    {
        foreach (int bought in data.BoughtBy(customer))
        {
            scores[bought] = float.NegativeInfinity;
        }

        for (int item = 0; goodsOnly && item < scores.Length; item++)
        {
            if (!data.IsMerchandise[item])
            {
                scores[item] = float.NegativeInfinity;
            }
        }
    }
}
