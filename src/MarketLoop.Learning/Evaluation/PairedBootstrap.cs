using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Evaluation;

/// <summary>What resampling the rows says of a difference between two models that answered the same rows.</summary>
/// <param name="Difference">First minus second on all rows.</param>
/// <param name="Low">2.5 % quantile over the samples.</param>
/// <param name="High">97.5 % quantile.</param>
/// <param name="ShareBetter">Share of samples in which the first is strictly better, 0..1.</param>
public sealed record BootstrapDifference(double Difference, double Low, double High, double ShareBetter);

/// <summary>Compares two models on the same rows by drawing rows with replacement (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13).</summary>
public static class PairedBootstrap
{
    /// <summary>
    /// Differences in AUC (more is better) and log-loss (less is better). Models that answered the rows several times (once for each way of cutting folds) are compared by the mean over
    /// the times. O(samples times n log n), parallel; the result does not depend on the number of threads.
    /// </summary>
    /// <param name="first">The first model's answers: for each time n probabilities, 0..1.</param>
    /// <param name="second">The second model's, as many times.</param>
    /// <param name="labels">n labels, both classes among them.</param>
    /// <param name="samples">Number of samples, at least 1.</param>
    /// <param name="seed">Seed of the drawing.</param>
    /// <param name="cancellationToken">Stops between samples.</param>
    /// <exception cref="ArgumentException">Lengths differ, a probability is none, or only one class is there.</exception>
    public static (BootstrapDifference Auc, BootstrapDifference LogLoss) Compare(
        IReadOnlyList<ReadOnlyMemory<double>> first, IReadOnlyList<ReadOnlyMemory<double>> second, ReadOnlyMemory<bool> labels, int samples, ulong seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        if (first.Count == 0 || first.Count != second.Count)
        {
            throw new ArgumentException($"{first.Count} and {second.Count} times of answers cannot be paired.", nameof(second));
        }

        if (!labels.Span.Contains(true) || !labels.Span.Contains(false))
        {
            throw new ArgumentException("Only one class is there: ranks cannot be compared.", nameof(labels));
        }

        var (auc, logLoss) = Differ(first, second, labels, []);
        var aucs = new double[samples];
        var losses = new double[samples];
        Parallel.For(0, samples, new ParallelOptions { CancellationToken = cancellationToken }, sample =>
            (aucs[sample], losses[sample]) = Differ(first, second, labels, Draw(labels.Length, SeededRandom.Fork(seed, (ulong)sample))));
        return (Summarise(auc, aucs, sign: 1), Summarise(logLoss, losses, sign: -1));
    }

    private static (double Auc, double LogLoss) Differ(IReadOnlyList<ReadOnlyMemory<double>> first, IReadOnlyList<ReadOnlyMemory<double>> second, ReadOnlyMemory<bool> labels, double[] weights)
    {
        double auc = 0, logLoss = 0;
        for (var time = 0; time < first.Count; time++)
        {
            var a = ClassificationMetrics.Compute(first[time].Span, labels.Span, weights: weights);
            var b = ClassificationMetrics.Compute(second[time].Span, labels.Span, weights: weights);
            auc += (a.Auc ?? 0.5) - (b.Auc ?? 0.5);
            logLoss += a.LogLoss - b.LogLoss;
        }

        return (auc / first.Count, logLoss / first.Count);
    }

    private static double[] Draw(int rows, SeededRandom random)
    {
        var weights = new double[rows];
        for (var i = 0; i < rows; i++)
        {
            weights[random.NextInt32(rows)]++;
        }

        return weights;
    }

    private static BootstrapDifference Summarise(double difference, double[] samples, int sign)
    {
        var better = samples.Count(value => sign * value > 0);
        Array.Sort(samples);
        return new BootstrapDifference(
            difference, samples[(int)(0.025 * (samples.Length - 1))], samples[(int)Math.Ceiling(0.975 * (samples.Length - 1))], (double)better / samples.Length);
    }
}
