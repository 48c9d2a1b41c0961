using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>Learns how much each ranker counts, by climbing NDCG on validation questions one weight at a time.</summary>
/// <remarks>
/// Each question keeps the standardised scores of the union of the rankers' best items only, so that trying weights costs (questions x pool x rankers), not items.
/// A step is taken when its gain, question by question, exceeds its standard error: noise does not add rankers.
/// </remarks>
internal sealed class BlendLearner(IReadOnlyList<FittedRanker> rankers, IReadOnlyList<RankingCase> cases, int at, int[] neverShown)
{
    private const int Pool = 60;
    private const int Rounds = 4;
    private static readonly double[] Steps = [0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1, 1.3, 1.7, 2.2, 3];

    private readonly PooledCase[] pools = new PooledCase[cases.Count];

    /// <summary>Weights by ranker; the first has 1 to begin with and all others 0.</summary>
    public double[] Learn(CancellationToken cancellationToken)
    {
        FillPools(cancellationToken);
        double[] weights = new double[rankers.Count];
        weights[0] = 1;
        double[] gains = Measure(weights, cancellationToken);
        for (int round = 0; round < Rounds; round++)
        {
            bool moved = false;
            for (int ranker = 1; ranker < rankers.Count; ranker++)
            {
                (double step, double[] better) = Climb(weights, ranker, gains, cancellationToken);
                if (step != weights[ranker])
                {
                    (weights[ranker], gains, moved) = (step, better, true);
                }
            }

            if (!moved)
            {
                break;
            }
        }

        return weights;
    }

    private (double Step, double[] Gains) Climb(double[] weights, int ranker, double[] gains, CancellationToken cancellationToken)
    {
        double[] trial = [.. weights];
        (double step, double[] best) = (weights[ranker], gains);
        foreach (double candidate in Steps)
        {
            trial[ranker] = candidate;
            double[] measured = Measure(trial, cancellationToken);
            if (measured.Sum() > best.Sum())
            {
                (step, best) = (candidate, measured);
            }
        }

        return IsMoreThanNoise(best, gains) ? (step, best) : (weights[ranker], gains);
    }

    private static bool IsMoreThanNoise(double[] better, double[] than)
    {
        int n = better.Length;
        double mean = (better.Sum() - than.Sum()) / n;
        double variance = 0;
        for (int i = 0; i < n; i++)
        {
            double difference = better[i] - than[i] - mean;
            variance += difference * difference / n;
        }

        return mean > Math.Sqrt(variance / n);
    }

    private double[] Measure(double[] weights, CancellationToken cancellationToken)
    {
        double[] gains = new double[pools.Length];
        Parallel.For(0, pools.Length, new ParallelOptions { CancellationToken = cancellationToken }, i => gains[i] = pools[i].Ndcg(weights));
        return gains;
    }

    private void FillPools(CancellationToken cancellationToken)
    {
        HashSet<int>[] members = [.. cases.Select(_ => new HashSet<int>())];
        foreach (FittedRanker ranker in rankers)
        {
            int[][] best = new CaseRanker([ranker], [1]).Rank(cases, Pool, neverShown, cancellationToken);
            for (int i = 0; i < best.Length; i++)
            {
                members[i].UnionWith(best[i]);
            }
        }

        for (int i = 0; i < pools.Length; i++)
        {
            pools[i] = new PooledCase([.. members[i].Order()], cases[i].Relevant, rankers.Count, at);
        }

        for (int ranker = 0; ranker < rankers.Count; ranker++)
        {
            int own = ranker;
            new CaseRanker([rankers[ranker]], [1]).ForEach(cases, (index, scores) =>
            {
                CaseRanker.Standardise(scores);
                pools[index].Take(own, scores);
            }, cancellationToken);
        }
    }

    /// <summary>One question's pool: items ascending, which of them are relevant, and each ranker's scores of them.</summary>
    private sealed class PooledCase(int[] items, int[] relevant, int rankers, int at)
    {
        private readonly bool[] isRelevant = Array.ConvertAll(items, item => relevant.Contains(item));
        private readonly double ideal = RankingTally.IdealGain(Math.Min(at, relevant.Length));
        private readonly float[] scores = new float[items.Length * rankers];

        public void Take(int ranker, ReadOnlySpan<float> all)
        {
            for (int i = 0; i < items.Length; i++)
            {
                scores[(ranker * items.Length) + i] = all[items[i]];
            }
        }

        public double Ndcg(double[] weights)
        {
            Span<ScoredItem> best = stackalloc ScoredItem[Math.Min(at, items.Length)];
            TopItemSelector selector = new(best);
            for (int place = 0; place < items.Length; place++)
            {
                float sum = 0;
                for (int ranker = 0; ranker < weights.Length; ranker++)
                {
                    sum += (float)weights[ranker] * scores[(ranker * items.Length) + place];
                }

                selector.Offer(place, sum); // places ascend as items do, so ties are broken alike
            }

            double gain = 0;
            Span<ScoredItem> list = selector.Finish();
            for (int rank = 0; rank < list.Length; rank++)
            {
                gain += isRelevant[list[rank].Item] ? 1 / Math.Log2(rank + 2) : 0;
            }

            return gain / ideal;
        }
    }
}
