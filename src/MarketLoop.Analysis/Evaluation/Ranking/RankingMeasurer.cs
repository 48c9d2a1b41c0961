using System.Numerics.Tensors;
using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>Lists for the test questions, measured.</summary>
/// <param name="Quality">Means over questions.</param>
/// <param name="Each">The measures of each question.</param>
internal sealed record MeasuredLists(RankingQuality Quality, RankedListMetrics[] Each)
{
    private const int Draws = 1_000;
    private const ulong Seed = 17;

    /// <summary>Where 95 % of resampled means lie, by name of the metric. O(draws x questions), parallel.</summary>
    public SortedDictionary<string, MetricInterval> Intervals() => new(StringComparer.Ordinal)
    {
        ["recall"] = Resample(one => one.Recall),
        ["ndcg"] = Resample(one => one.Ndcg),
        ["hitRate"] = Resample(one => one.Hits > 0 ? 1 : 0),
        ["mrr"] = Resample(one => one.ReciprocalRank),
    };

    private MetricInterval Resample(Func<RankedListMetrics, double> measure)
    {
        double[] values = Array.ConvertAll(Each, one => measure(one));
        if (values.Length == 0)
        {
            return new MetricInterval(0, 0);
        }

        double[] means = new double[Draws];
        Parallel.For(0, Draws, draw =>
        {
            SeededRandom random = SeededRandom.Fork(Seed, (ulong)draw);
            double sum = 0;
            for (int i = 0; i < values.Length; i++)
            {
                sum += values[random.NextInt32(values.Length)];
            }

            means[draw] = sum / values.Length;
        });
        Array.Sort(means);
        return new MetricInterval(means[(int)(0.025 * Draws)], means[(int)(0.975 * Draws)]);
    }
}

/// <summary>Measures rankers on the test part of a task: how right the lists are, and what they are like.</summary>
internal sealed class RankingMeasurer(RankingTask task, bool measuresDiversity)
{
    private const int MostListsForDiversity = 250;

    private readonly HashSet<int>[] relevant = [.. task.Test.Cases.Select(question => question.Relevant.ToHashSet())];
    private readonly InteractionMatrix byItem = task.Test.Matrix.Transpose();

    public MeasuredLists Measure(CaseRanker ranker, int[] neverShown, CancellationToken cancellationToken)
    {
        int[][] lists = ranker.Rank(task.Test.Cases, task.At, neverShown, cancellationToken);
        RankingTally tally = new(task.At, task.Test.Known.Items, task.Recall);
        RankedListMetrics[] each = new RankedListMetrics[lists.Length];
        for (int i = 0; i < lists.Length; i++)
        {
            each[i] = tally.Add(lists[i], relevant[i]);
        }

        return new MeasuredLists(RankingQuality.Of(tally.ToMetrics()) with { Novelty = Novelty(lists), Diversity = measuresDiversity ? Diversity(lists) : null }, each);
    }

    /// <summary>Mean self-information of what is shown, in bits: -log2 of the share of users who know the item (those nobody knows as if one did).</summary>
    private double Novelty(int[][] lists)
    {
        double users = Math.Max(1, task.Test.Matrix.Users);
        double sum = 0;
        long shown = 0;
        foreach (int item in lists.SelectMany(list => list))
        {
            sum -= Math.Log2(Math.Max(1, byItem.ItemsOf(item).Length) / users);
            shown++;
        }

        return shown == 0 ? 0 : sum / shown;
    }

    /// <summary>Mean over pairs of a list of 1 - cosine of the users who know them; on evenly spaced lists.</summary>
    private double Diversity(int[][] lists)
    {
        int stride = Math.Max(1, lists.Length / MostListsForDiversity);
        double[] sums = new double[(lists.Length + stride - 1) / stride];
        Parallel.For(0, sums.Length, sample =>
        {
            int[] list = lists[sample * stride];
            for (int a = 0; a < list.Length; a++)
            {
                for (int b = a + 1; b < list.Length; b++)
                {
                    sums[sample] += 1 - Cosine(byItem.ItemsOf(list[a]), byItem.ItemsOf(list[b]));
                }
            }
        });
        long pairs = Enumerable.Range(0, sums.Length).Sum(sample => lists[sample * stride].Length * (lists[sample * stride].Length - 1L) / 2);
        return pairs == 0 ? 0 : TensorPrimitives.Sum<double>(sums) / pairs;
    }

    private static double Cosine(ReadOnlySpan<int> x, ReadOnlySpan<int> y)
    {
        int common = 0;
        for (int i = 0, j = 0; i < x.Length && j < y.Length;)
        {
            int order = x[i].CompareTo(y[j]);
            common += order == 0 ? 1 : 0;
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return common == 0 ? 0 : common / Math.Sqrt((double)x.Length * y.Length);
    }
}
