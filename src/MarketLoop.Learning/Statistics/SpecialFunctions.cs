namespace MarketLoop.Learning.Statistics;

/// <summary>The special functions behind the distributions.</summary>
internal static class SpecialFunctions
{
    private static ReadOnlySpan<double> Stirling =>
    [
        1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400,
    ];

    /// <summary>ln Gamma(x) for x &gt; 0: the recurrence up to 12, then Stirling's series; about 1e-15 relative.</summary>
    public static double LogGamma(double x)
    {
        double shift = 1;
        while (x < 12)
        {
            shift *= x;
            x++;
        }

        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + Series(x) - Math.Log(shift);
    }

    /// <summary>
    /// ln Gamma(x + step) - ln Gamma(x) for positive x and step. For large x both are huge and their difference small: Stirling's
    /// formula is then subtracted term by term, before anything cancels.
    /// </summary>
    public static double LogGammaStep(double x, double step) => x < 12
        ? LogGamma(x + step) - LogGamma(x)
        : ((x - 0.5) * Log1p(step / x)) + (step * Math.Log(x + step)) - step + Series(x + step) - Series(x);

    /// <summary>psi(x) = d ln Gamma(x) / dx for x &gt; 0: the recurrence up to 12, then the derivative of Stirling's series; about 1e-15 relative.</summary>
    public static double Digamma(double x)
    {
        double shift = 0;
        while (x < 12)
        {
            shift += 1 / x;
            x++;
        }

        double series = 0;
        var inverseSquare = 1 / (x * x);
        for (var i = Stirling.Length - 1; i >= 0; i--)
        {
            series = (series * inverseSquare) + (Stirling[i] * ((2 * i) + 1));
        }

        return Math.Log(x) - (0.5 / x) - (series * inverseSquare) - shift;
    }

    /// <summary>psi(x + step) - psi(x) for positive x and a step of at least 0.</summary>
    public static double DigammaStep(double x, double step) => step == 0 ? 0 : Digamma(x + step) - Digamma(x);

    /// <summary>ln(1 + x) that keeps its digits near zero (Kahan's correction).</summary>
    public static double Log1p(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>
    /// Regularised incomplete beta function I_x(a, b) by Lentz's continued fraction (Numerical Recipes 6.4); both x and
    /// <paramref name="complement"/> = 1 - x are given so that neither is lost to rounding.
    /// </summary>
    public static double RegularisedBeta(double x, double complement, double a, double b)
    {
        if (x <= 0 || complement <= 0)
        {
            return x <= 0 ? 0 : 1;
        }

        var logFront = LogGammaStep(a, b) - LogGamma(b) + (a * LogOf(x, complement)) + (b * LogOf(complement, x));
        var front = Math.Exp(logFront);
        return x < (a + 1) / (a + b + 2)
            ? front * ContinuedFraction(x, a, b) / a
            : 1 - (front * ContinuedFraction(complement, b, a) / b);
    }

    private static double Series(double x)
    {
        double series = 0;
        var inverseSquare = 1 / (x * x);
        for (var i = Stirling.Length - 1; i >= 0; i--)
        {
            series = (series * inverseSquare) + Stirling[i];
        }

        return series / x;
    }

    private static double LogOf(double x, double complement) => x > 0.5 ? Log1p(-complement) : Math.Log(x);

    private static double ContinuedFraction(double x, double a, double b)
    {
        const double Tiny = 1e-300;
        double c = 1;
        var d = 1 - ((a + b) * x / (a + 1));
        d = 1 / (Math.Abs(d) < Tiny ? Tiny : d);
        var h = d;
        for (var m = 1; m <= 100_000; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 + (even * d);
            d = 1 / (Math.Abs(d) < Tiny ? Tiny : d);
            c = 1 + (even / c);
            c = Math.Abs(c) < Tiny ? Tiny : c;
            h *= d * c;

            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 + (odd * d);
            d = 1 / (Math.Abs(d) < Tiny ? Tiny : d);
            c = 1 + (odd / c);
            c = Math.Abs(c) < Tiny ? Tiny : c;
            var step = d * c;
            h *= step;
            if (Math.Abs(step - 1) < 1e-16)
            {
                break;
            }
        }

        return h;
    }
}
