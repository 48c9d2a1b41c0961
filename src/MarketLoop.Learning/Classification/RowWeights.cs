namespace MarketLoop.Learning.Classification;

/// <summary>How many rows each row stands for: one where sampling was even, more where rows like it were left out on purpose.</summary>
internal static class RowWeights
{
    /// <summary>Refuses labels or weights of another length than the rows, and weights that are none.</summary>
    /// <exception cref="ArgumentException">Says the lengths or names the row.</exception>
    public static void ThrowIfUnusable(int rows, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights)
    {
        if (labels.Length != rows || (!weights.IsEmpty && weights.Length != rows))
        {
            throw new ArgumentException($"{labels.Length} labels and {weights.Length} weights were given for {rows} rows.", nameof(labels));
        }

        ThrowIfUnusable(weights);
    }

    /// <summary>Refuses weights that are negative, not finite, or all 0. No weights at all are fine.</summary>
    /// <exception cref="ArgumentException">Names the row.</exception>
    public static void ThrowIfUnusable(ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (!(weights[i] >= 0 && double.IsFinite(weights[i])))
            {
                throw new ArgumentException($"Row {i} has {weights[i]} for a weight.", nameof(weights));
            }

            sum += weights[i];
        }

        if (!weights.IsEmpty && sum == 0)
        {
            throw new ArgumentException("All weights are 0: nothing would be left.", nameof(weights));
        }
    }

    /// <summary>Weight of the row times weight of its class, and how much of each class there is before classes are weighed. O(n).</summary>
    public static WeighedRows ByClass(ReadOnlySpan<bool> labels, ReadOnlySpan<double> rowWeights, ClassWeights classes)
    {
        double positives = 0, negatives = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var weight = rowWeights.IsEmpty ? 1 : rowWeights[i];
            positives += labels[i] ? weight : 0;
            negatives += labels[i] ? 0 : weight;
        }

        var isBalanced = classes.IsBalanced && positives > 0 && negatives > 0;
        var positive = classes.Positive * (isBalanced ? (positives + negatives) / (2 * positives) : 1);
        var negative = classes.Negative * (isBalanced ? (positives + negatives) / (2 * negatives) : 1);
        var byRow = new double[labels.Length];
        for (var i = 0; i < byRow.Length; i++)
        {
            byRow[i] = (labels[i] ? positive : negative) * (rowWeights.IsEmpty ? 1 : rowWeights[i]);
        }

        return new WeighedRows(byRow, positives, negatives, positive, negative);
    }
}

/// <summary>What a row of each class weighs; balanced means that both classes together weigh half of the rows each, times these.</summary>
internal readonly record struct ClassWeights(double Positive, double Negative, bool IsBalanced);

/// <summary>Weights by row, rows of each class by their own weights, and the weight of each class.</summary>
internal sealed record WeighedRows(double[] ByRow, double Positives, double Negatives, double PositiveWeight, double NegativeWeight);
