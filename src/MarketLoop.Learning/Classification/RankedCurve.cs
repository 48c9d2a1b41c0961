namespace MarketLoop.Learning.Classification;

/// <summary>Rows sorted by falling score, walked in groups of equal score. Without weights all sums are of whole numbers: exact up to 2^53.</summary>
internal readonly struct RankedCurve
{
    private readonly double[] _scores;
    private readonly double[] _positiveWeights;
    private readonly double[] _weights;
    private readonly double _positives;
    private readonly double _negatives;

    public RankedCurve(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights)
    {
        _scores = scores.ToArray();
        var order = new int[scores.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(_scores, order);
        Array.Reverse(_scores);
        Array.Reverse(order);
        _weights = new double[order.Length];
        _positiveWeights = new double[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            _weights[i] = weights.IsEmpty ? 1 : weights[order[i]];
            _positiveWeights[i] = labels[order[i]] ? _weights[i] : 0;
            _positives += _positiveWeights[i];
            _negatives += _weights[i] - _positiveWeights[i];
        }
    }

    public double? Auc()
    {
        if (_positives == 0 || _negatives == 0)
        {
            return null;
        }

        // Twice the Mann-Whitney count.
        double doubled = 0, positivesAbove = 0;
        for (var start = 0; start < _scores.Length;)
        {
            var end = GroupEnd(start, out var positivesHere, out var weightHere);
            doubled += (weightHere - positivesHere) * ((2 * positivesAbove) + positivesHere);
            positivesAbove += positivesHere;
            start = end;
        }

        return doubled / (2 * _positives * _negatives);
    }

    public double? AveragePrecision()
    {
        if (_positives == 0)
        {
            return null;
        }

        double sum = 0, truePositives = 0, predicted = 0;
        for (var start = 0; start < _scores.Length;)
        {
            var end = GroupEnd(start, out var positivesHere, out var weightHere);
            truePositives += positivesHere;
            predicted += weightHere;
            sum += positivesHere == 0 ? 0 : positivesHere / _positives * truePositives / predicted;
            start = end;
        }

        return sum;
    }

    /// <summary>One point for each group of equal scores, thinned evenly to at most <paramref name="most"/>; the last group always stays.</summary>
    public IReadOnlyList<OperatingPoint> Points(int most)
    {
        List<OperatingPoint> all = [];
        double truePositives = 0, predicted = 0;
        for (var start = 0; start < _scores.Length;)
        {
            var end = GroupEnd(start, out var positivesHere, out var weightHere);
            truePositives += positivesHere;
            predicted += weightHere;
            all.Add(new OperatingPoint(
                _scores[start],
                _positives > 0 ? truePositives / _positives : 0,
                _negatives > 0 ? (predicted - truePositives) / _negatives : 0,
                predicted > 0 ? truePositives / predicted : 0));
            start = end;
        }

        var step = Math.Max(1, (all.Count + most - 1) / most);
        return [.. all.Where((_, i) => (all.Count - 1 - i) % step == 0)];
    }

    public double BestF1Threshold()
    {
        double best = 0, truePositives = 0, predicted = 0;
        var threshold = 0.5;
        for (var start = 0; start < _scores.Length;)
        {
            var end = GroupEnd(start, out var positivesHere, out var weightHere);
            truePositives += positivesHere;
            predicted += weightHere;
            var f1 = ClassificationMetrics.FOne(truePositives, predicted, _positives);
            if (f1 > best)
            {
                best = f1;
                threshold = end < _scores.Length ? (_scores[start] + _scores[end]) / 2 : _scores[start] / 2;
            }

            start = end;
        }

        return threshold;
    }

    private int GroupEnd(int start, out double positives, out double weight)
    {
        positives = 0;
        weight = 0;
        var end = start;
        while (end < _scores.Length && _scores[end] == _scores[start])
        {
            positives += _positiveWeights[end];
            weight += _weights[end];
            end++;
        }

        return end;
    }
}
