using MarketLoop.Data.Models;
using MarketLoop.Learning.Classification;

namespace MarketLoop.Analysis.Models;

/// <summary>Draws how a classifier did on held-out rows.</summary>
internal static class ClassifierCurves
{
    private const int Digits = 5;

    /// <summary>Draws them. O(n log n).</summary>
    /// <param name="probabilities">What it said of n rows.</param>
    /// <param name="labels">What happened.</param>
    /// <param name="weights">How many rows each stands for; empty: one each.</param>
    /// <param name="threshold">From which probability on a row counts as positive.</param>
    /// <param name="importance">What the predictions owe each feature.</param>
    public static ModelCurves Draw(double[] probabilities, bool[] labels, double[] weights, double threshold, IReadOnlyList<FeatureImportance> importance) => new(
        [.. ClassificationMetrics.Curve(probabilities, labels, weights: weights)
            .Select(point => new ThresholdPoint(Math.Round(point.Recall, Digits), Math.Round(point.FalsePositiveRate, Digits), Math.Round(point.Precision, Digits)))],
        [.. ClassificationMetrics.Compute(probabilities, labels, threshold, weights: weights).Calibration.Where(bin => bin.Count > 0)
            .Select(bin => new CalibrationPoint(Math.Round(bin.MeanPredicted, Digits), Math.Round(bin.ObservedRate, Digits), bin.Count))],
        importance);
}
