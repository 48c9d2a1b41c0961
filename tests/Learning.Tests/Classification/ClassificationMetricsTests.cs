using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Numerics;

namespace Learning.Tests.Classification;

public sealed class ClassificationMetricsTests
{
    [Fact]
    public void Weights_count_like_repeated_rows()
    {
        double[] scores = [0.9, 0.8, 0.7, 0.7, 0.4, 0.2];
        bool[] labels = [true, false, true, false, true, false];
        double[] weights = [1, 2, 3, 1, 1, 2];
        double[] repeated = [0.9, 0.8, 0.8, 0.7, 0.7, 0.7, 0.7, 0.4, 0.2, 0.2];
        bool[] repeatedLabels = [true, false, false, true, true, true, false, true, false, false];

        ClassificationMetrics weighted = ClassificationMetrics.Compute(scores, labels, 0.5, weights: weights);
        ClassificationMetrics plain = ClassificationMetrics.Compute(repeated, repeatedLabels);

        Assert.Equal(plain.Accuracy, weighted.Accuracy, 1e-12);
        Assert.Equal(plain.Precision, weighted.Precision, 1e-12);
        Assert.Equal(plain.Recall, weighted.Recall, 1e-12);
        Assert.Equal(plain.F1, weighted.F1, 1e-12);
        Assert.Equal(plain.Auc ?? -1, weighted.Auc ?? -2, 1e-12);
        Assert.Equal(plain.AveragePrecision ?? -1, weighted.AveragePrecision ?? -2, 1e-12);
        Assert.Equal(plain.LogLoss, weighted.LogLoss, 1e-12);
        Assert.Equal(plain.Brier, weighted.Brier, 1e-12);
        Assert.Equal(plain.CalibrationError, weighted.CalibrationError, 1e-12);
        Assert.Equal(
            ClassificationMetrics.BestF1Threshold(repeated, repeatedLabels), ClassificationMetrics.BestF1Threshold(scores, labels, weights), 1e-12);
    }

    [Fact]
    public void The_curve_goes_threshold_by_threshold_and_its_area_is_the_auc()
    {
        double[] scores = [0.9, 0.8, 0.7, 0.7, 0.4, 0.2];
        bool[] labels = [true, false, true, false, true, false];

        var curve = ClassificationMetrics.Curve(scores, labels);

        Assert.Equal([0.9, 0.8, 0.7, 0.4, 0.2], curve.Select(point => point.Threshold));
        Assert.Equal((1, 1, 0.5), (curve[^1].Recall, curve[^1].FalsePositiveRate, curve[^1].Precision));
        double area = 0, x = 0, y = 0;
        foreach (var point in curve)
        {
            area += (point.FalsePositiveRate - x) * (point.Recall + y) / 2;
            (x, y) = (point.FalsePositiveRate, point.Recall);
        }

        Assert.Equal(ClassificationMetrics.Compute(scores, labels).Auc ?? -1, area, 1e-12);
        Assert.Equal([0.9, 0.7, 0.2], ClassificationMetrics.Curve(scores, labels, most: 3).Select(point => point.Threshold));   // every second, the last for sure
        Assert.Equal(0, ClassificationMetrics.Curve([0.5], [false])[0].Recall);
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Curve([], []));
    }

    [Fact]
    public void Counts_at_the_threshold_give_the_classic_four()
    {
        var metrics = ClassificationMetrics.Compute([0.9, 0.8, 0.5, 0.4, 0.1], [true, false, true, true, false]);

        Assert.Equal(0.6, metrics.Accuracy, 1e-12);
        Assert.Equal(2.0 / 3, metrics.Precision, 1e-12);
        Assert.Equal(2.0 / 3, metrics.Recall, 1e-12);
        Assert.Equal(2.0 / 3, metrics.F1, 1e-12);
        Assert.Equal((5, 3), (metrics.Count, metrics.Positives));
    }

    [Fact]
    public void Auc_and_average_precision_agree_with_brute_force_also_with_ties()
    {
        var random = new SeededRandom(3);
        for (var round = 0; round < 200; round++)
        {
            var n = 2 + random.NextInt32(40);
            var scores = Enumerable.Range(0, n).Select(_ => random.NextInt32(6) / 5.0).ToArray();
            var labels = Enumerable.Range(0, n).Select(i => i == 0 || (i > 1 && random.NextDouble() < 0.4)).ToArray();

            var metrics = ClassificationMetrics.Compute(scores, labels);

            var pairs = from i in Enumerable.Range(0, n) where labels[i] from j in Enumerable.Range(0, n) where !labels[j] select scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
            Assert.Equal(pairs.Average(), metrics.Auc!.Value, 1e-12); // row 0 is positive, row 1 negative
            var precisions = from i in Enumerable.Range(0, n) where labels[i] let above = Enumerable.Range(0, n).Where(j => scores[j] >= scores[i]).ToArray() select above.Count(j => labels[j]) / (double)above.Length;
            Assert.Equal(precisions.Average(), metrics.AveragePrecision!.Value, 1e-12); // as above
        }
    }

    [Fact]
    public void One_class_has_no_auc()
    {
        Assert.Null(ClassificationMetrics.Compute([0.1, 0.2], [false, false]).Auc);
        Assert.Null(ClassificationMetrics.Compute([0.1, 0.2], [false, false]).AveragePrecision);
        Assert.Null(ClassificationMetrics.Compute([0.1, 0.2], [true, true]).Auc);
    }

    [Fact]
    public void Losses_are_means_and_never_infinite()
    {
        var metrics = ClassificationMetrics.Compute([0.8, 0.4], [true, false]);

        Assert.Equal(-(Math.Log(0.8) + Math.Log(0.6)) / 2, metrics.LogLoss, 1e-12);
        Assert.Equal((0.04 + 0.16) / 2, metrics.Brier, 1e-12);
        Assert.True(double.IsFinite(ClassificationMetrics.Compute([0, 1], [true, false]).LogLoss));
    }

    [Fact]
    public void Calibration_bins_hold_every_row_once()
    {
        var metrics = ClassificationMetrics.Compute([0, 0.05, 0.1, 0.95, 1], [false, true, false, true, true]);

        Assert.Equal(10, metrics.Calibration.Count);
        Assert.Equal(5, metrics.Calibration.Sum(bin => bin.Count));
        Assert.Equal((2, 0.5), (metrics.Calibration[0].Count, metrics.Calibration[0].ObservedRate));
        Assert.Equal(0.025, metrics.Calibration[0].MeanPredicted, 1e-12);
        Assert.Equal(2, metrics.Calibration[9].Count);
        Assert.Equal(((2 * 0.475) + 0.1 + (2 * 0.025)) / 5, metrics.CalibrationError, 1e-12);
    }

    [Fact]
    public void Probabilities_drawn_from_themselves_are_calibrated()
    {
        var random = new SeededRandom(5);
        var probabilities = Enumerable.Range(0, 50_000).Select(_ => random.NextDouble()).ToArray();
        var labels = Array.ConvertAll(probabilities, probability => random.NextDouble() < probability);

        Assert.InRange(ClassificationMetrics.Compute(probabilities, labels).CalibrationError, 0, 0.015);
    }

    [Fact]
    public void The_best_threshold_beats_every_other()
    {
        var random = new SeededRandom(4);
        for (var round = 0; round < 100; round++)
        {
            var scores = Enumerable.Range(0, 30).Select(_ => random.NextInt32(12) / 12.0).ToArray();
            var labels = Array.ConvertAll(scores, score => random.NextDouble() < score);
            var threshold = ClassificationMetrics.BestF1Threshold(scores, labels);

            var best = ClassificationMetrics.Compute(scores, labels, threshold).F1;

            Assert.All(scores, other => Assert.True(best >= ClassificationMetrics.Compute(scores, labels, other).F1 - 1e-12));
        }
    }

    [Fact]
    public void Without_positives_the_threshold_is_one_half() => Assert.Equal(0.5, ClassificationMetrics.BestF1Threshold([0.2, 0.9], [false, false]));

    [Fact]
    public void What_cannot_be_measured_is_refused()
    {
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Compute([], []));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Compute([0.5], [true, false]));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Compute([double.NaN], [true]));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Compute([1.01], [true]));
    }
}
