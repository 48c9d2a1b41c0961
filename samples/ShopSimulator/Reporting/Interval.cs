namespace ShopSimulator.Reporting;

/// <summary>A relative lift with its 95 % interval.</summary>
/// <param name="Relative">(treated - control) / control; 0 when control is 0.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="MinimumDetectable">Lift that this size would show four times in five.</param>
internal sealed record Lift(double Relative, double Low, double High, double MinimumDetectable)
{
    /// <summary>True when "no difference" cannot be excluded.</summary>
    public bool CoversZero => Low <= 0 && High >= 0;

    private const double Z80 = 0.8416;

    /// <summary>Welch's interval of the difference of means, over the mean of <paramref name="baseline"/>.</summary>
    public static Lift OfMeans(IReadOnlyCollection<double> treated, IReadOnlyCollection<double> control, double? baseline = null)
    {
        (double treatedMean, double treatedError) = Moments(treated);
        (double controlMean, double controlError) = Moments(control);
        double error2 = treatedError + controlError;
        double freedom = error2 <= 0 ? 1e9 : error2 * error2 / (Square(treatedError) / Math.Max(1, treated.Count - 1) + Square(controlError) / Math.Max(1, control.Count - 1));
        return Of(treatedMean - controlMean, Math.Sqrt(error2), StudentQuantile(freedom), baseline ?? controlMean);
    }

    /// <summary>Ratio of two ratios (clicks per view, say), each customer one observation; interval by the delta method on the logarithm.</summary>
    public static Lift OfRatios(IReadOnlyCollection<(double Part, double Whole)> treated, IReadOnlyCollection<(double Part, double Whole)> control)
    {
        (double treatedRatio, double treatedError) = RatioMoments(treated);
        (double controlRatio, double controlError) = RatioMoments(control);
        if (treatedRatio <= 0 || controlRatio <= 0)
        {
            return new Lift(0, -1, 1, 0);
        }

        double log = Math.Log(treatedRatio / controlRatio);
        double error = Math.Sqrt(treatedError / Square(treatedRatio) + controlError / Square(controlRatio));
        return new Lift(Math.Exp(log) - 1, Math.Exp(log - 1.96 * error) - 1, Math.Exp(log + 1.96 * error) - 1, Math.Exp((1.96 + Z80) * error) - 1);
    }

    /// <summary>Part over whole, summed over customers; 0 without a whole.</summary>
    public static double Ratio(IReadOnlyCollection<(double Part, double Whole)> cells) => RatioMoments(cells).Ratio;

    private static Lift Of(double difference, double error, double quantile, double baseline) => baseline <= 0
        ? new Lift(0, 0, 0, 0)
        : new Lift(difference / baseline, (difference - quantile * error) / baseline, (difference + quantile * error) / baseline, (quantile + Z80) * error / baseline);

    // Mean, and variance of the mean.
    private static (double Mean, double Error2) Moments(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
        {
            return (0, 0);
        }

        double mean = 0;
        double squares = 0;
        int count = 0;
        foreach (double value in values)
        {
            count++;
            double step = value - mean;
            mean += step / count;
            squares += step * (value - mean);
        }

        return (mean, count < 2 ? 0 : squares / (count - 1) / count);
    }

    private static (double Ratio, double Error2) RatioMoments(IReadOnlyCollection<(double Part, double Whole)> cells)
    {
        double part = 0;
        double whole = 0;
        foreach ((double Part, double Whole) cell in cells)
        {
            part += cell.Part;
            whole += cell.Whole;
        }

        if (whole <= 0)
        {
            return (0, 0);
        }

        double ratio = part / whole;
        double squares = 0;
        foreach ((double Part, double Whole) cell in cells)
        {
            squares += Square(cell.Part - ratio * cell.Whole);
        }

        return (ratio, squares / Square(whole));
    }

    // Cornish-Fisher expansion of Student's 97.5 % quantile: right to 1 % from 4 degrees of freedom on.
    private static double StudentQuantile(double freedom)
    {
        const double z = 1.959964;
        double nu = Math.Max(2, freedom);
        return z + (Cube(z) + z) / (4 * nu) + (5 * Cube(z) * z * z + 16 * Cube(z) + 3 * z) / (96 * nu * nu);
    }

    private static double Square(double value) => value * value;

    private static double Cube(double value) => value * value * value;
}
