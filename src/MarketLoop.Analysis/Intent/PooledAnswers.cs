using MarketLoop.Learning.Classification;

namespace MarketLoop.Analysis.Intent;

/// <summary>One model's out-of-fold answers for all rows under one sorting. Folds may be put in at the same time: each writes its own rows.</summary>
internal sealed class PooledAnswers(bool[] labels)
{
    private readonly double[] calls = new double[labels.Length];
    private readonly double[] thresholds = new double[labels.Length];

    /// <summary>Probability of each row.</summary>
    public double[] Probabilities { get; } = new double[labels.Length];

    /// <summary>Takes a fold's answers.</summary>
    public void Put(int[] rows, double[] answers, double threshold)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            Probabilities[rows[i]] = answers[i];
            calls[rows[i]] = answers[i] >= threshold ? 1 : 0;
            thresholds[rows[i]] = threshold;
        }
    }

    /// <summary>Measures them all together.</summary>
    public IntentQuality Measure()
    {
        ClassificationMetrics ranked = ClassificationMetrics.Compute(Probabilities, labels, ClassificationMetrics.BestF1Threshold(Probabilities, labels));
        ClassificationMetrics called = ClassificationMetrics.Compute(calls, labels);
        return new IntentQuality
        {
            Auc = ranked.Auc ?? 0.5,
            AveragePrecision = ranked.AveragePrecision ?? 0,
            LogLoss = ranked.LogLoss,
            Brier = ranked.Brier,
            F1 = called.F1,
            BestF1 = ranked.F1,
            Accuracy = called.Accuracy,
            Precision = called.Precision,
            Recall = called.Recall,
            Threshold = thresholds.Average(),
            CalibrationError = ranked.CalibrationError,
        };
    }

    /// <summary>Bins of predicted against observed.</summary>
    public IReadOnlyList<CalibrationBin> Calibration() => ClassificationMetrics.Compute(Probabilities, labels).Calibration;

    /// <summary>Figure by figure one number of several.</summary>
    public static IntentQuality Combine(IntentQuality[] each, Func<double[], double> combine)
    {
        return new IntentQuality
        {
            Auc = Of(quality => quality.Auc),
            AveragePrecision = Of(quality => quality.AveragePrecision),
            LogLoss = Of(quality => quality.LogLoss),
            Brier = Of(quality => quality.Brier),
            F1 = Of(quality => quality.F1),
            BestF1 = Of(quality => quality.BestF1),
            Accuracy = Of(quality => quality.Accuracy),
            Precision = Of(quality => quality.Precision),
            Recall = Of(quality => quality.Recall),
            Threshold = Of(quality => quality.Threshold),
            CalibrationError = Of(quality => quality.CalibrationError),
        };

        double Of(Func<IntentQuality, double> figure) => combine([.. each.Select(figure)]);
    }
}
