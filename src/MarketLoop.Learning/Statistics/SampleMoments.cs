namespace MarketLoop.Learning.Statistics;

/// <summary>Count, mean and unbiased variance of a sample, gathered one value at a time (Welford) and mergeable (Chan et al.).</summary>
/// <param name="Count">Values seen.</param>
/// <param name="Mean">Their mean; 0 when there are none.</param>
/// <param name="SquaredDeviations">Sum of squared deviations from the mean.</param>
public readonly record struct SampleMoments(long Count, double Mean, double SquaredDeviations)
{
    /// <summary>Unbiased variance (n - 1); 0 for fewer than two values.</summary>
    public double Variance => Count > 1 ? SquaredDeviations / (Count - 1) : 0;

    /// <summary>The moments of all values of a span, in its order. O(n).</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is not finite.</exception>
    public static SampleMoments Of(ReadOnlySpan<double> values)
    {
        var moments = default(SampleMoments);
        foreach (var value in values)
        {
            moments = moments.With(value);
        }

        return moments;
    }

    /// <summary>The moments with one value more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public SampleMoments With(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "Only finite values have moments.");
        }

        var count = Count + 1;
        var delta = value - Mean;
        var mean = Mean + (delta / count);
        return new SampleMoments(count, mean, SquaredDeviations + (delta * (value - mean)));
    }

    /// <summary>The moments of both samples together.</summary>
    public SampleMoments Merge(SampleMoments other)
    {
        if (Count == 0 || other.Count == 0)
        {
            return Count == 0 ? other : this;
        }

        var count = Count + other.Count;
        var delta = other.Mean - Mean;
        var mean = Mean + (delta * other.Count / count);
        return new SampleMoments(count, mean, SquaredDeviations + other.SquaredDeviations + (delta * delta * Count / count * other.Count));
    }
}
