namespace MarketLoop.Learning.Classification;

/// <summary>One bin of a calibration plot.</summary>
/// <param name="Low">Lower end of the bin, included.</param>
/// <param name="High">Upper end, excluded (included in the last bin).</param>
/// <param name="Count">Rows whose probability falls into it.</param>
/// <param name="MeanPredicted">Their mean probability; 0 for an empty bin.</param>
/// <param name="ObservedRate">Their share of positives; 0 for an empty bin.</param>
public sealed record CalibrationBin(double Low, double High, int Count, double MeanPredicted, double ObservedRate);

/// <summary>What a threshold gives.</summary>
/// <param name="Threshold">From this probability on a row counts as predicted positive.</param>
/// <param name="Recall">Share of the positives found, 0..1; 0 without positives.</param>
/// <param name="FalsePositiveRate">Share of the negatives called positive, 0..1; 0 without negatives.</param>
/// <param name="Precision">Positives among those called positive, 0..1.</param>
public readonly record struct OperatingPoint(double Threshold, double Recall, double FalsePositiveRate, double Precision);

/// <summary>Quality of predicted probabilities against labels. Absent numbers are those the labels cannot give.</summary>
public sealed record ClassificationMetrics
{
    private const double ProbabilityFloor = 1e-15;

    /// <summary>Rows.</summary>
    public int Count { get; init; }

    /// <summary>Rows with a positive label.</summary>
    public int Positives { get; init; }

    /// <summary>A row counts as predicted positive from this probability on.</summary>
    public double Threshold { get; init; }

    /// <summary>Share of rows predicted right at the threshold, 0..1.</summary>
    public double Accuracy { get; init; }

    /// <summary>Positives among those predicted positive; 0 when none is.</summary>
    public double Precision { get; init; }

    /// <summary>Predicted positive among the positives; 0 when there are none.</summary>
    public double Recall { get; init; }

    /// <summary>Harmonic mean of precision and recall; 0 when both are.</summary>
    public double F1 { get; init; }

    /// <summary>Area under the ROC curve, a tie counting half; absent when only one class is there.</summary>
    public double? Auc { get; init; }

    /// <summary>Average precision (rows of equal score enter together); absent without positives.</summary>
    public double? AveragePrecision { get; init; }

    /// <summary>Mean of -ln(probability of the true class), probabilities clipped at 1e-15.</summary>
    public double LogLoss { get; init; }

    /// <summary>Mean of (probability - label)^2.</summary>
    public double Brier { get; init; }

    /// <summary>Count-weighted mean of |observed - predicted| over the bins.</summary>
    public double CalibrationError { get; init; }

    /// <summary>Bins of equal width over 0..1.</summary>
    public IReadOnlyList<CalibrationBin> Calibration { get; init; } = [];

    /// <summary>Measures predictions. O(n log n). The order of rows matters only in the last bits of the means.</summary>
    /// <param name="probabilities">n values in 0..1.</param>
    /// <param name="labels">n labels.</param>
    /// <param name="threshold">From which probability on a row counts as predicted positive.</param>
    /// <param name="bins">Calibration bins, at least 1.</param>
    /// <param name="weights">How many rows each row stands for, finite and at least 0, not all 0; empty: one each. All figures but the two counts follow them.</param>
    /// <exception cref="ArgumentException">Lengths differ, there are no rows, a probability is outside 0..1 or NaN, or a weight is no weight.</exception>
    public static ClassificationMetrics Compute(
        ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> labels, double threshold = 0.5, int bins = 10, ReadOnlySpan<double> weights = default)
    {
        ThrowIfInvalid(probabilities, labels, weights);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        double total = 0, positives = 0, predicted = 0, truePositives = 0, logLoss = 0, brier = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var weight = weights.IsEmpty ? 1 : weights[i];
            var isPredicted = probabilities[i] >= threshold;
            total += weight;
            positives += labels[i] ? weight : 0;
            predicted += isPredicted ? weight : 0;
            truePositives += isPredicted && labels[i] ? weight : 0;
            logLoss -= weight * Math.Log(Math.Max(ProbabilityFloor, labels[i] ? probabilities[i] : 1 - probabilities[i]));
            var miss = probabilities[i] - (labels[i] ? 1 : 0);
            brier += weight * miss * miss;
        }

        var calibration = new CalibrationBins(probabilities, labels, weights, bins);
        var curve = new RankedCurve(probabilities, labels, weights);
        return new ClassificationMetrics
        {
            Count = labels.Length,
            Positives = labels.Count(true),
            Threshold = threshold,
            Accuracy = (total - positives - predicted + (2 * truePositives)) / total,
            Precision = predicted == 0 ? 0 : truePositives / predicted,
            Recall = positives == 0 ? 0 : truePositives / positives,
            F1 = FOne(truePositives, predicted, positives),
            Auc = curve.Auc(),
            AveragePrecision = curve.AveragePrecision(),
            LogLoss = logLoss / total,
            Brier = brier / total,
            Calibration = calibration.Bins,
            CalibrationError = calibration.Error,
        };
    }

    /// <summary>
    /// The threshold with the best F1, to be chosen on validation rows and then kept: halfway between the last score let in and the
    /// next, the higher one of equal thresholds. 0.5 when there are no positives. O(n log n).
    /// </summary>
    /// <exception cref="ArgumentException">As for <see cref="Compute"/>.</exception>
    public static double BestF1Threshold(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights = default)
    {
        ThrowIfInvalid(probabilities, labels, weights);
        return new RankedCurve(probabilities, labels, weights).BestF1Threshold();
    }

    /// <summary>
    /// What each threshold would give, highest threshold first: the ROC curve (false positive rate against recall) and the precision-recall
    /// curve in one list, at most <paramref name="most"/> points evenly over the groups of equal scores. O(n log n).
    /// </summary>
    /// <exception cref="ArgumentException">As for <see cref="Compute"/>, or <paramref name="most"/> is below 1.</exception>
    public static IReadOnlyList<OperatingPoint> Curve(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> labels, int most = 60, ReadOnlySpan<double> weights = default)
    {
        ThrowIfInvalid(probabilities, labels, weights);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return new RankedCurve(probabilities, labels, weights).Points(most);
    }

    internal static double FOne(double truePositives, double predicted, double positives) =>
        truePositives == 0 ? 0 : 2 * truePositives / (predicted + positives);

    private static void ThrowIfInvalid(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights)
    {
        if (probabilities.Length != labels.Length || labels.IsEmpty || (!weights.IsEmpty && weights.Length != labels.Length))
        {
            throw new ArgumentException(
                $"{probabilities.Length} probabilities, {labels.Length} labels and {weights.Length} weights: equal and not empty is needed (weights may be left out).", nameof(labels));
        }

        for (var i = 0; i < probabilities.Length; i++)
        {
            if (!(probabilities[i] >= 0 && probabilities[i] <= 1))
            {
                throw new ArgumentException($"Row {i} has {probabilities[i]} for a probability.", nameof(probabilities));
            }
        }

        RowWeights.ThrowIfUnusable(weights);
    }
}
