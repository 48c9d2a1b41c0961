namespace MarketLoop.Learning.Statistics;

/// <summary>Student's t distribution for real degrees of freedom. Thread-safe.</summary>
public static class StudentDistribution
{
    // From here on the continued fraction gets slow and loses digits, and the expansion about the normal is exact.
    private const double ManyDegrees = 10_000;

    /// <summary>P(T &lt;= t), absolute error about 1e-13. Degrees of freedom above 1e10 use the normal distribution.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The degrees of freedom are not positive.</exception>
    public static double Cumulative(double t, double degreesOfFreedom)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(degreesOfFreedom);
        if (degreesOfFreedom > 1e10)
        {
            return NormalDistribution.Cumulative(t);
        }

        var upper = UpperTail(Math.Abs(t), degreesOfFreedom);
        return t < 0 ? upper : 1 - upper;
    }

    /// <summary>
    /// The t with P(T &lt;= t) = <paramref name="probability"/>, relative error below 1e-10: a normal start, expanded and then bracketed
    /// Newton on the exact distribution function. Small degrees of freedom (below 1 too) are handled.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not inside (0, 1) or the degrees of freedom are not positive.</exception>
    public static double Quantile(double probability, double degreesOfFreedom)
    {
        if (!(probability > 0 && probability < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A quantile needs a probability inside (0, 1).");
        }

        if (!(degreesOfFreedom > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(degreesOfFreedom), degreesOfFreedom, "Degrees of freedom must be positive.");
        }

        if (degreesOfFreedom > 1e10)
        {
            return NormalDistribution.Quantile(probability);
        }

        var tail = Math.Min(probability, 1 - probability);
        if (tail == 0.5)
        {
            return 0;
        }

        var magnitude = UpperQuantile(tail, degreesOfFreedom);
        return probability < 0.5 ? -magnitude : magnitude;
    }

    private static double UpperQuantile(double tail, double nu)
    {
        double low = 0;
        var high = -NormalDistribution.Quantile(tail);
        while (UpperTail(high, nu) > tail)
        {
            low = high;
            high *= 2;
        }

        var t = 0.5 * (low + high);
        for (var i = 0; i < 200; i++)
        {
            var excess = UpperTail(t, nu) - tail;
            if (excess > 0)
            {
                low = t;
            }
            else
            {
                high = t;
            }

            var next = t + (excess / Density(t, nu));
            next = next > low && next < high ? next : 0.5 * (low + high);
            if (Math.Abs(next - t) <= 1e-15 * Math.Max(1e-300, t) || high - low <= 1e-15 * high)
            {
                return next;
            }

            t = next;
        }

        return t;
    }

    private static double Density(double t, double nu)
    {
        var logDensity = SpecialFunctions.LogGammaStep(nu / 2, 0.5)
            - (0.5 * Math.Log(nu * Math.PI)) - ((nu + 1) / 2 * SpecialFunctions.Log1p(t * t / nu));
        return Math.Exp(logDensity);
    }

    private static double UpperTail(double t, double nu)
    {
        if (nu > ManyDegrees)
        {
            return NormalDistribution.Cumulative(-NormalEquivalent(t, nu));
        }

        // I_x(nu/2, 1/2) / 2 with x = nu / (nu + t^2); 1 - x is passed along because it is exact where x rounds to 1.
        var square = t * t;
        return 0.5 * SpecialFunctions.RegularisedBeta(nu / (nu + square), square / (nu + square), nu / 2, 0.5);
    }

    /// <summary>The normal number as likely as t, by Hill's expansion (algorithm 395, CACM 13, 1970); its error is below 1e-13 for many degrees.</summary>
    private static double NormalEquivalent(double t, double nu)
    {
        var a = nu - 0.5;
        var b = 48 * a * a;
        var y = a * SpecialFunctions.Log1p(t * t / nu);
        var correction = ((((((((-0.4 * y) - 3.3) * y) - 24) * y) - 85.5) / ((0.8 * y * y) + 100 + b)) + y + 3) / b;
        return (1 + correction) * Math.Sqrt(y);
    }
}
