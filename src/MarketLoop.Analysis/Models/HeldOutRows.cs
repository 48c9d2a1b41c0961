using MarketLoop.Data.Models;
using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Analysis.Models;

/// <summary>Rows that a classifier has not seen, what it says of them, and how right that is: what its card shows.</summary>
internal sealed class HeldOutRows
{
    private const int Digits = 5;

    private readonly float[][] rows;
    private readonly bool[] labels;
    private readonly double[] weights;
    private readonly Func<float[], int, double> predict;
    private readonly double[] probabilities;

    /// <summary>Asks the classifier about all of them.</summary>
    /// <param name="rows">The rows' values.</param>
    /// <param name="labels">What happened.</param>
    /// <param name="weights">How many rows each stands for; empty: one each.</param>
    /// <param name="predict">The classifier: a row's values and its place, and out comes a probability.</param>
    /// <param name="threshold">From which probability on a row counts as positive.</param>
    public HeldOutRows(float[][] rows, bool[] labels, double[] weights, Func<float[], int, double> predict, double threshold)
    {
        (this.rows, this.labels, this.weights, this.predict) = (rows, labels, weights, predict);
        probabilities = [.. rows.Select(predict)];
        Measured = ClassificationMetrics.Compute(probabilities, labels, threshold, weights: weights);
    }

    public ClassificationMetrics Measured { get; }

    /// <summary>The metrics of a card, beside the log-loss of saying the base rate of all.</summary>
    public SortedDictionary<string, double> Describe(double baseRate)
    {
        double[] constant = new double[labels.Length];
        Array.Fill(constant, baseRate);
        return new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["rows"] = Measured.Count,
            ["positives"] = Measured.Positives,
            ["precision"] = Measured.Precision,
            ["recall"] = Measured.Recall,
            ["f1"] = Measured.F1,
            ["auc"] = Measured.Auc ?? 0.5,
            ["logLoss"] = Measured.LogLoss,
            ["logLossOfBaseRate"] = ClassificationMetrics.Compute(constant, labels, weights: weights).LogLoss,
            ["calibrationError"] = Measured.CalibrationError,
        };
    }

    /// <summary>The curves of a card. O(rows x columns x shuffles); the same seed gives the same curves.</summary>
    /// <param name="columns">Columns whose importance is asked, with their names.</param>
    /// <param name="shuffles">How often each is dealt out anew.</param>
    /// <param name="seed">Seed of the dealing.</param>
    /// <param name="cancellationToken">Stops between dealings.</param>
    public ModelCurves Draw(IEnumerable<(int Column, string Name)> columns, int shuffles, ulong seed, CancellationToken cancellationToken) => new(
        [.. ClassificationMetrics.Curve(probabilities, labels, weights: weights)
            .Select(point => new ThresholdPoint(Math.Round(point.Recall, Digits), Math.Round(point.FalsePositiveRate, Digits), Math.Round(point.Precision, Digits)))],
        [.. Measured.Calibration.Where(bin => bin.Count > 0)
            .Select(bin => new CalibrationPoint(Math.Round(bin.MeanPredicted, Digits), Math.Round(bin.ObservedRate, Digits), bin.Count))],
        [.. columns.Select(column => new FeatureImportance(column.Name, Math.Round(LogLossWithout(column.Column, shuffles, seed, cancellationToken) - Measured.LogLoss, Digits)))
            .OrderByDescending(feature => feature.LogLossIncrease).ThenBy(feature => feature.Feature, StringComparer.Ordinal)]);

    // Permutation importance, Breiman 2001: what a column told is gone when it is dealt out anew, and its spread stays as it was.
    private double LogLossWithout(int column, int shuffles, ulong seed, CancellationToken cancellationToken)
    {
        float[] values = [.. rows.Select(row => row[column])];
        SeededRandom random = SeededRandom.Fork(seed, (ulong)column);
        double sum = 0;
        for (int shuffle = 0; shuffle < shuffles; shuffle++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            random.Shuffle<float>(values);
            double[] shuffled = [.. rows.Select((row, place) =>
            {
                float[] dealt = [.. row];
                dealt[column] = values[place];
                return predict(dealt, place);
            })];
            sum += ClassificationMetrics.Compute(shuffled, labels, weights: weights).LogLoss;
        }

        return sum / shuffles;
    }
}
