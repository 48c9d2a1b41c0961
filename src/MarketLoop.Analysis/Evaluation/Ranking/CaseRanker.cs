using System.Collections.Concurrent;
using System.Numerics.Tensors;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>Ranks all items for questions, by one ranker or by a weighted sum of several on one scale.</summary>
/// <remarks>Each ranker's scores are brought to mean 0 and deviation 1 over the items of a question before they are added: rankers differ in scale, and one ranker's differs between histories.</remarks>
internal sealed class CaseRanker(IReadOnlyList<FittedRanker> parts, IReadOnlyList<double> weights)
{
    private const int LargestBatch = 32;
    private const int ScoresHeld = 1 << 20; // of a large catalogue fewer questions at once: buffers of a thread stay at 4 MB

    /// <summary>The best items of each question that it does not exclude, best first. Parallel; the lists do not depend on the number of threads.</summary>
    public int[][] Rank(IReadOnlyList<RankingCase> cases, int count, int[] neverShown, CancellationToken cancellationToken)
    {
        int[][] lists = new int[cases.Count][];
        ForEach(cases, (index, scores) =>
        {
            Mask(cases[index].Excluded, scores);
            Mask(neverShown, scores);
            Span<ScoredItem> best = new ScoredItem[Math.Min(count, scores.Length)];
            int found = TopItemSelector.Select(scores, best);
            lists[index] = [.. best[..found].ToArray().Select(item => item.Item)];
        }, cancellationToken);
        return lists;
    }

    /// <summary>Calls back with the scores of each question, from several threads.</summary>
    public void ForEach(IReadOnlyList<RankingCase> cases, ScoresOfCase visit, CancellationToken cancellationToken)
    {
        RankingCase[] all = [.. cases];
        int items = parts[0].Scorer.Items;
        int size = Math.Clamp(ScoresHeld / Math.Max(1, items), 1, LargestBatch);
        ConcurrentBag<Buffers> idle = []; // the loop starts its workers anew all the time
        Parallel.For(0, (all.Length + size - 1) / size, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount }, batch =>
        {
            Buffers buffers = idle.TryTake(out Buffers? used) ? used : new Buffers(size * items, parts.Count);
            ReadOnlySpan<RankingCase> some = all.AsSpan(batch * size, Math.Min(size, all.Length - (batch * size)));
            Span<float> sum = buffers.Sum.AsSpan(0, some.Length * items);
            Add(some, buffers.Part, sum, items);
            for (int i = 0; i < some.Length; i++)
            {
                visit((batch * size) + i, sum.Slice(i * items, items));
            }

            idle.Add(buffers);
        });
    }

    private void Add(ReadOnlySpan<RankingCase> some, float[] part, Span<float> sum, int items)
    {
        if (parts.Count == 1)
        {
            parts[0].Score(some, sum);
            return;
        }

        sum.Clear();
        Span<float> own = part.AsSpan(0, sum.Length);
        for (int p = 0; p < parts.Count; p++)
        {
            parts[p].Score(some, own);
            for (int i = 0; i < some.Length; i++)
            {
                Span<float> scores = own.Slice(i * items, items);
                Standardise(scores);
                Span<float> target = sum.Slice(i * items, items);
                TensorPrimitives.MultiplyAdd(scores, (float)weights[p], target, target);
            }
        }
    }

    /// <summary>Mean 0 and deviation 1; scores that are all alike become 0.</summary>
    public static void Standardise(Span<float> scores)
    {
        float mean = TensorPrimitives.Average<float>(scores);
        TensorPrimitives.Subtract(scores, mean, scores);
        float deviation = MathF.Sqrt(TensorPrimitives.SumOfSquares<float>(scores) / scores.Length);
        if (deviation > 0)
        {
            TensorPrimitives.Divide(scores, deviation, scores);
        }
    }

    private static void Mask(int[] excluded, Span<float> scores)
    {
        foreach (int item in excluded)
        {
            if ((uint)item < (uint)scores.Length)
            {
                scores[item] = float.NegativeInfinity;
            }
        }
    }

    private sealed class Buffers(int scores, int parts)
    {
        public float[] Sum { get; } = new float[scores];

        public float[] Part { get; } = parts > 1 ? new float[scores] : [];
    }
}

/// <summary>Takes the scores of one question.</summary>
internal delegate void ScoresOfCase(int index, Span<float> scores);
