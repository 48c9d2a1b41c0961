namespace MarketLoop.Learning.Classification;

/// <summary>How many rows each row stands for: one where sampling was even, more where rows like it were left out on purpose.</summary>
internal static class RowWeights
{
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
}
