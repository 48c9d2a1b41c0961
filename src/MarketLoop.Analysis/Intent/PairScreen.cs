using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Trees;

namespace MarketLoop.Analysis.Intent;

/// <summary>
/// Finds pairs of number columns whose product, ratio, difference or sum explains what boosted trees on the plain columns leave unexplained. Training rows only: each half of the rows is
/// predicted by trees grown on the other, and a pair counts only as far as both halves agree on how the misses go with it.
/// </summary>
internal sealed class PairScreen
{
    private const int MostColumns = 14;
    private const int MostRows = 12_000;
    private const int FewestRows = 500;
    private const int MostPairs = 8;
    private const int Bins = 16;
    private const double LeastScore = 3.5;
    private const double TooAlike = 0.97;

    private readonly float[][] columns;
    private readonly float[] misses;
    private readonly int[] halves;
    private readonly double variance;

    private PairScreen(float[][] columns, float[] misses, int[] halves)
    {
        this.columns = columns;
        this.misses = misses;
        this.halves = halves;
        variance = misses.Sum(miss => (double)miss * miss) / misses.Length;
    }

    /// <summary>The pairs worth a feature, best first.</summary>
    /// <param name="rowMajor">Training rows of the plain features for trees.</param>
    /// <param name="width">Features of a row.</param>
    /// <param name="numbers">Places of the features that are number columns, and the plan each is of.</param>
    /// <param name="labels">Labels of the rows.</param>
    /// <param name="seed">Seed of the halves and of the trees.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static IReadOnlyList<PairFeature> Find(
        float[] rowMajor, int width, IReadOnlyList<(int Feature, int Plan)> numbers, bool[] labels, ulong seed, CancellationToken cancellationToken)
    {
        if (labels.Length < FewestRows || numbers.Count < 2)
        {
            return [];
        }

        int[] sides = StratifiedFolds.Assign(labels, 2, seed);
        float[] missed = Misses(rowMajor, width, labels, sides, seed, cancellationToken);
        int kept = Math.Min(labels.Length, MostRows);
        float[][] values = [.. numbers.Take(MostColumns).Select(number => Enumerable.Range(0, kept).Select(row => rowMajor[(row * width) + number.Feature]).ToArray())];
        return new PairScreen(values, missed[..kept], sides[..kept]).Rank(numbers, cancellationToken);
    }

    private static float[] Misses(float[] rowMajor, int width, bool[] labels, int[] sides, ulong seed, CancellationToken cancellationToken)
    {
        GradientBoostingOptions options = new() { Rounds = 120, LearningRate = 0.08, HasRandomThresholds = true, ColumnShare = 1, SplitColumnShare = 0.5, Threads = 1, Seed = seed };
        float[] missed = new float[labels.Length];
        for (int half = 0; half < 2; half++)
        {
            int[] known = [.. Enumerable.Range(0, labels.Length).Where(row => sides[row] != half)];
            float[] rows = new float[known.Length * width];
            for (int i = 0; i < known.Length; i++)
            {
                rowMajor.AsSpan(known[i] * width, width).CopyTo(rows.AsSpan(i * width));
            }

            TreeEnsembleModel model = GradientBoostingTrainer.Fit(rows, known.Length, width, known.Select(row => labels[row]).ToArray(), options, cancellationToken: cancellationToken);
            for (int row = 0; row < labels.Length; row++)
            {
                if (sides[row] == half)
                {
                    missed[row] = (float)((labels[row] ? 1 : 0) - model.Predict(rowMajor.AsSpan(row * width, width)));
                }
            }
        }

        return missed;
    }

    private List<PairFeature> Rank(IReadOnlyList<(int Feature, int Plan)> numbers, CancellationToken cancellationToken)
    {
        List<(PairFeature Pair, double Score, float[] Values)> found = [];
        for (int a = 0; a < columns.Length; a++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int b = 0; b < columns.Length; b++)
            {
                foreach (PairKind kind in a == b ? [] : a < b ? (PairKind[])[PairKind.Product, PairKind.Ratio, PairKind.Difference, PairKind.Sum] : [PairKind.Ratio])
                {
                    PairFeature pair = new(kind, a, b, Math.Max(1e-9, MeanSize(columns[b]) / 4));
                    float[] values = [.. columns[a].Zip(columns[b], (first, second) => pair.Of(first, second))];
                    double score = Agreement(values);
                    if (score >= LeastScore)
                    {
                        found.Add((pair, score, values));
                    }
                }
            }
        }

        List<(PairFeature Pair, float[] Ranks)> chosen = [];
        foreach ((PairFeature pair, double _, float[] values) in found.OrderByDescending(item => item.Score).ThenBy(item => (item.Pair.First, item.Pair.Second, item.Pair.Kind)))
        {
            float[] ranks = Ranks(values);
            if (chosen.Count < MostPairs && chosen.TrueForAll(other => Correlation(ranks, other.Ranks) < TooAlike))
            {
                chosen.Add((pair with { First = numbers[pair.First].Plan, Second = numbers[pair.Second].Plan }, ranks));
            }
        }

        return [.. chosen.Select(item => item.Pair)];
    }

    /// <summary>
    /// Sum over the bins of the product of both halves' mean misses, in standard errors; without any effect it has mean 0 and variance one for each bin, so this is about a z-score.
    /// </summary>
    private double Agreement(float[] values)
    {
        int[] bins = ToBins(values);
        double[] sums = new double[2 * Bins];
        int[] counts = new int[2 * Bins];
        for (int row = 0; row < bins.Length; row++)
        {
            int place = (2 * bins[row]) + halves[row];
            sums[place] += misses[row];
            counts[place]++;
        }

        double total = 0;
        int used = 0;
        for (int bin = 0; bin < Bins; bin++)
        {
            int place = 2 * bin;
            if (counts[place] > 0 && counts[place + 1] > 0)
            {
                total += sums[place] / Math.Sqrt(counts[place] * variance) * (sums[place + 1] / Math.Sqrt(counts[place + 1] * variance));
                used++;
            }
        }

        return used < 2 ? 0 : total / Math.Sqrt(used);
    }

    private static int[] ToBins(float[] values)
    {
        float[] sorted = [.. values];
        Array.Sort(sorted);
        float[] cuts = [.. Enumerable.Range(1, Bins - 1).Select(bin => sorted[bin * sorted.Length / Bins]).Distinct()];
        int[] bins = new int[values.Length];
        for (int row = 0; row < bins.Length; row++)
        {
            int place = Array.BinarySearch(cuts, values[row]);
            bins[row] = place >= 0 ? place + 1 : ~place;
        }

        return bins;
    }

    private static double MeanSize(float[] values) => values.Sum(value => Math.Abs((double)value)) / values.Length;

    private static float[] Ranks(float[] values)
    {
        float[] sorted = [.. values];
        Array.Sort(sorted);
        return [.. values.Select(value => (float)Lowest(sorted, value))];
    }

    private static int Lowest(float[] sorted, float value)
    {
        int low = 0;
        int high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = sorted[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static double Correlation(float[] first, float[] second)
    {
        double meanFirst = first.Average();
        double meanSecond = second.Average();
        double both = 0, one = 0, two = 0;
        for (int i = 0; i < first.Length; i++)
        {
            both += (first[i] - meanFirst) * (second[i] - meanSecond);
            one += (first[i] - meanFirst) * (first[i] - meanFirst);
            two += (second[i] - meanSecond) * (second[i] - meanSecond);
        }

        return one * two <= 0 ? 1 : Math.Abs(both) / Math.Sqrt(one * two);
    }
}
