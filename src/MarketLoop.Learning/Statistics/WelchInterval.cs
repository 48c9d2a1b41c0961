namespace MarketLoop.Learning.Statistics;

/// <summary>Compares the means of a treated and a control group of unequal size and variance. Thread-safe, O(1).</summary>
/// <remarks>
/// Difference: Welch's t interval with the Welch-Satterthwaite degrees of freedom (Biometrika 34, 1947).
/// Relative lift: Fieller's interval of a ratio of independent means (1954), which, unlike the delta method, knows when
/// the control mean is too close to zero for a ratio to mean anything; then it is absent.
/// Smallest detectable difference: (t(1 - alpha/2) + t(power)) x standard error.
/// </remarks>
public static class WelchInterval
{
    /// <summary>Power at which <see cref="WelchComparison.MinimumDetectable"/> is stated.</summary>
    public const double Power = 0.8;

    /// <summary>Compares two samples by their moments.</summary>
    /// <param name="treated">The treated group.</param>
    /// <param name="control">The control group.</param>
    /// <param name="confidence">Coverage of the intervals, inside (0, 1).</param>
    public static WelchComparison Compare(SampleMoments treated, SampleMoments control, double confidence = 0.95) =>
        Compare(treated.Mean, treated.Variance, treated.Count, control.Mean, control.Variance, control.Count, confidence);

    /// <summary>
    /// Compares two samples. A group of fewer than two has no variance, and two groups without any spread say nothing of the noise:
    /// in both cases the difference is given and interval, p-value and detectable size are absent rather than falsely narrow.
    /// </summary>
    /// <param name="treatedMean">Mean of the treated group; ignored when its count is 0.</param>
    /// <param name="treatedVariance">Unbiased variance of the treated group.</param>
    /// <param name="treatedCount">Size of the treated group.</param>
    /// <param name="controlMean">Mean of the control group; ignored when its count is 0.</param>
    /// <param name="controlVariance">Unbiased variance of the control group.</param>
    /// <param name="controlCount">Size of the control group.</param>
    /// <param name="confidence">Coverage of the intervals, inside (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A count or variance is negative, a number is not finite, or the confidence is outside (0, 1).</exception>
    public static WelchComparison Compare(
        double treatedMean, double treatedVariance, long treatedCount,
        double controlMean, double controlVariance, long controlCount, double confidence = 0.95)
    {
        ThrowIfInvalid(treatedMean, treatedVariance, treatedCount, nameof(treatedMean));
        ThrowIfInvalid(controlMean, controlVariance, controlCount, nameof(controlMean));
        if (!(confidence > 0 && confidence < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "Confidence must be inside (0, 1).");
        }

        var bare = new WelchComparison { Confidence = confidence, TreatedCount = treatedCount, ControlCount = controlCount };
        if (treatedCount == 0 || controlCount == 0)
        {
            return bare;
        }

        var difference = treatedMean - controlMean;
        bare = bare with { Difference = difference, Relative = controlMean > 0 ? difference / controlMean : null };
        if (treatedCount < 2 || controlCount < 2 || treatedVariance + controlVariance == 0)
        {
            return bare;
        }

        // a and b: squared standard errors of the two means.
        var a = treatedVariance / treatedCount;
        var b = controlVariance / controlCount;
        var error = Math.Sqrt(a + b);
        // Ratios first: squares of the variances themselves could leave the range of a double.
        var shareOfTreated = a / (a + b);
        var shareOfControl = b / (a + b);
        var freedom = 1 / ((shareOfTreated * shareOfTreated / (treatedCount - 1)) + (shareOfControl * shareOfControl / (controlCount - 1)));
        var t = StudentDistribution.Quantile(0.5 + (confidence / 2), freedom);
        var detectable = (t + StudentDistribution.Quantile(Power, freedom)) * error;
        var (low, high) = Fieller(treatedMean, a, controlMean, b, t);
        return bare with
        {
            StandardError = error,
            DegreesOfFreedom = freedom,
            Low = difference - (t * error),
            High = difference + (t * error),
            PValue = Math.Min(1, 2 * StudentDistribution.Cumulative(-Math.Abs(difference) / error, freedom)),
            RelativeLow = low,
            RelativeHigh = high,
            MinimumDetectable = detectable,
            MinimumDetectableRelative = controlMean > 0 ? detectable / controlMean : null,
        };
    }

    private static (double? Low, double? High) Fieller(double treated, double a, double control, double b, double t)
    {
        var curvature = (control * control) - (t * t * b);
        if (control <= 0 || curvature <= 0)
        {
            return (null, null);
        }

        var product = treated * control;
        var root = Math.Sqrt(Math.Max(0, (product * product) - (((treated * treated) - (t * t * a)) * curvature)));
        return (((product - root) / curvature) - 1, ((product + root) / curvature) - 1);
    }

    private static void ThrowIfInvalid(double mean, double variance, long count, string name)
    {
        if (count < 0 || !double.IsFinite(mean) || !double.IsFinite(variance) || variance < 0)
        {
            throw new ArgumentOutOfRangeException(name, $"A group needs a finite mean, a finite variance of at least 0 and a count of at least 0; these are {mean}, {variance}, {count}.");
        }
    }
}

/// <summary>What a comparison of two means says. Absent numbers are those the samples cannot give.</summary>
public sealed record WelchComparison
{
    /// <summary>Coverage of the intervals, 0..1.</summary>
    public double Confidence { get; init; }

    /// <summary>Size of the treated group.</summary>
    public long TreatedCount { get; init; }

    /// <summary>Size of the control group.</summary>
    public long ControlCount { get; init; }

    /// <summary>Mean of the treated minus mean of the control; absent when a group is empty.</summary>
    public double? Difference { get; init; }

    /// <summary>Lower end of the interval of the difference.</summary>
    public double? Low { get; init; }

    /// <summary>Upper end of the interval of the difference.</summary>
    public double? High { get; init; }

    /// <summary>Difference over the control's mean (0.1 = 10 % more); absent unless that mean is above 0.</summary>
    public double? Relative { get; init; }

    /// <summary>Lower end of the relative lift (Fieller); absent when the control mean is not clearly above 0.</summary>
    public double? RelativeLow { get; init; }

    /// <summary>Upper end of the relative lift (Fieller); absent when the control mean is not clearly above 0.</summary>
    public double? RelativeHigh { get; init; }

    /// <summary>Standard error of the difference.</summary>
    public double? StandardError { get; init; }

    /// <summary>Welch-Satterthwaite degrees of freedom.</summary>
    public double? DegreesOfFreedom { get; init; }

    /// <summary>Two-sided p-value of no difference.</summary>
    public double? PValue { get; init; }

    /// <summary>The smallest true difference that groups of this size and spread would show with 80 % power.</summary>
    public double? MinimumDetectable { get; init; }

    /// <summary>The same relative to the control's mean.</summary>
    public double? MinimumDetectableRelative { get; init; }

    /// <summary>True when no difference cannot be ruled out; also when nothing can be said.</summary>
    public bool CoversZero => Low is not { } low || High is not { } high || (low <= 0 && high >= 0);
}
