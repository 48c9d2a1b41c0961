namespace MarketLoop.Learning.Classification;

/// <summary>One bin of a calibration plot.</summary>
/// <param name="Low">Lower end of the bin, included.</param>
/// <param name="High">Upper end, excluded (included in the last bin).</param>
/// <param name="Count">Rows whose probability falls into it.</param>
/// <param name="MeanPredicted">Their mean probability; 0 for an empty bin.</param>
/// <param name="ObservedRate">Their share of positives; 0 for an empty bin.</param>
public sealed record CalibrationBin(double Low, double High, int Count, double MeanPredicted, double ObservedRate);

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
    /// <exception cref="ArgumentException">Lengths differ, there are no rows, or a probability is outside 0..1 or NaN.</exception>
    public static ClassificationMetrics Compute(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> labels, double threshold = 0.5, int bins = 10)
    {
        ThrowIfInvalid(probabilities, labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        var positives = labels.Count(true);
        var truePositives = 0;
        var predicted = 0;
        double logLoss = 0;
        double brier = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var isPredicted = probabilities[i] >= threshold;
            predicted += isPredicted ? 1 : 0;
            truePositives += isPredicted && labels[i] ? 1 : 0;
            logLoss -= Math.Log(Math.Max(ProbabilityFloor, labels[i] ? probabilities[i] : 1 - probabilities[i]));
            var miss = probabilities[i] - (labels[i] ? 1 : 0);
            brier += miss * miss;
        }

        var calibration = Calibrate(probabilities, labels, bins);
        var curve = new RankedCurve(probabilities, labels);
        return new ClassificationMetrics
        {
            Count = labels.Length,
            Positives = positives,
            Threshold = threshold,
            Accuracy = (double)(labels.Length - positives - predicted + (2 * truePositives)) / labels.Length,
            Precision = predicted == 0 ? 0 : (double)truePositives / predicted,
            Recall = positives == 0 ? 0 : (double)truePositives / positives,
            F1 = FOne(truePositives, predicted, positives),
            Auc = curve.Auc(),
            AveragePrecision = curve.AveragePrecision(),
            LogLoss = logLoss / labels.Length,
            Brier = brier / labels.Length,
            Calibration = calibration,
            CalibrationError = calibration.Sum(bin => bin.Count * Math.Abs(bin.ObservedRate - bin.MeanPredicted)) / labels.Length,
        };
    }

    /// <summary>
    /// The threshold with the best F1, to be chosen on validation rows and then kept: halfway between the last score let in and the
    /// next, the higher one of equal thresholds. 0.5 when there are no positives. O(n log n).
    /// </summary>
    /// <exception cref="ArgumentException">As for <see cref="Compute"/>.</exception>
    public static double BestF1Threshold(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> labels)
    {
        ThrowIfInvalid(probabilities, labels);
        return new RankedCurve(probabilities, labels).BestF1Threshold();
    }

    internal static double FOne(int truePositives, int predicted, int positives) =>
        truePositives == 0 ? 0 : 2.0 * truePositives / (predicted + positives);

    private static CalibrationBin[] Calibrate(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> labels, int bins)
    {
        var counts = new int[bins];
        var positives = new int[bins];
        var sums = new double[bins];
        for (var i = 0; i < labels.Length; i++)
        {
            var bin = Math.Min(bins - 1, (int)(probabilities[i] * bins));
            counts[bin]++;
            positives[bin] += labels[i] ? 1 : 0;
            sums[bin] += probabilities[i];
        }

        var result = new CalibrationBin[bins];
        for (var b = 0; b < bins; b++)
        {
            var divisor = Math.Max(1, counts[b]);
            result[b] = new CalibrationBin((double)b / bins, (b + 1.0) / bins, counts[b], sums[b] / divisor, (double)positives[b] / divisor);
        }

        return result;
    }

    private static void ThrowIfInvalid(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> labels)
    {
        if (probabilities.Length != labels.Length || labels.IsEmpty)
        {
            throw new ArgumentException($"{probabilities.Length} probabilities and {labels.Length} labels: equal and not empty is needed.", nameof(labels));
        }

        for (var i = 0; i < probabilities.Length; i++)
        {
            if (!(probabilities[i] >= 0 && probabilities[i] <= 1))
            {
                throw new ArgumentException($"Row {i} has {probabilities[i]} for a probability.", nameof(probabilities));
            }
        }
    }
}

/// <summary>Rows sorted by falling score, walked in groups of equal score.</summary>
internal readonly struct RankedCurve
{
    private readonly double[] _scores;
    private readonly bool[] _labels;
    private readonly int _positives;

    public RankedCurve(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels)
    {
        _scores = scores.ToArray();
        _labels = labels.ToArray();
        _positives = labels.Count(true);
        Array.Sort(_scores, _labels);
        Array.Reverse(_scores);
        Array.Reverse(_labels);
    }

    public double? Auc()
    {
        long negatives = _labels.Length - _positives;
        if (_positives == 0 || negatives == 0)
        {
            return null;
        }

        // Twice the Mann-Whitney count, in integers: exact for any n.
        Int128 doubled = 0;
        long positivesAbove = 0;
        for (var start = 0; start < _scores.Length;)
        {
            var end = GroupEnd(start);
            long positivesHere = _labels.AsSpan(start..end).Count(true);
            var negativesHere = end - start - positivesHere;
            doubled += (Int128)negativesHere * ((2 * positivesAbove) + positivesHere);
            positivesAbove += positivesHere;
            start = end;
        }

        return (double)doubled / (2.0 * _positives * negatives);
    }

    public double? AveragePrecision()
    {
        if (_positives == 0)
        {
            return null;
        }

        var sum = 0.0;
        var truePositives = 0;
        for (var start = 0; start < _scores.Length;)
        {
            var end = GroupEnd(start);
            var positivesHere = _labels.AsSpan(start..end).Count(true);
            truePositives += positivesHere;
            sum += (double)positivesHere / _positives * truePositives / end;
            start = end;
        }

        return sum;
    }

    public double BestF1Threshold()
    {
        var best = 0.0;
        var threshold = 0.5;
        var truePositives = 0;
        for (var start = 0; start < _scores.Length;)
        {
            var end = GroupEnd(start);
            truePositives += _labels.AsSpan(start..end).Count(true);
            var f1 = ClassificationMetrics.FOne(truePositives, end, _positives);
            if (f1 > best)
            {
                best = f1;
                threshold = end < _scores.Length ? (_scores[start] + _scores[end]) / 2 : _scores[start] / 2;
            }

            start = end;
        }

        return threshold;
    }

    private int GroupEnd(int start)
    {
        var end = start + 1;
        while (end < _scores.Length && _scores[end] == _scores[start])
        {
            end++;
        }

        return end;
    }
}
