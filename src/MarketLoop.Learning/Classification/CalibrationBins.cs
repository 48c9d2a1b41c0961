namespace MarketLoop.Learning.Classification;

/// <summary>Rows sorted into bins of equal width by their probability.</summary>
internal sealed class CalibrationBins
{
    public CalibrationBins(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights, int bins)
    {
        var counts = new int[bins];
        var totals = new double[bins];
        var positives = new double[bins];
        var sums = new double[bins];
        for (var i = 0; i < labels.Length; i++)
        {
            var bin = Math.Min(bins - 1, (int)(probabilities[i] * bins));
            var weight = weights.IsEmpty ? 1 : weights[i];
            counts[bin]++;
            totals[bin] += weight;
            positives[bin] += labels[i] ? weight : 0;
            sums[bin] += weight * probabilities[i];
        }

        var result = new CalibrationBin[bins];
        double misses = 0, all = 0;
        for (var b = 0; b < bins; b++)
        {
            var divisor = totals[b] > 0 ? totals[b] : 1;
            result[b] = new CalibrationBin((double)b / bins, (b + 1.0) / bins, counts[b], sums[b] / divisor, positives[b] / divisor);
            misses += totals[b] * Math.Abs(result[b].ObservedRate - result[b].MeanPredicted);
            all += totals[b];
        }

        Bins = result;
        Error = misses / all;
    }

    /// <summary>The bins from 0 to 1.</summary>
    public IReadOnlyList<CalibrationBin> Bins { get; }

    /// <summary>Weighted mean of |observed - predicted|.</summary>
    public double Error { get; }
}
