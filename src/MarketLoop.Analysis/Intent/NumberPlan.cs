using System.Globalization;

namespace MarketLoop.Analysis.Intent;

/// <summary>A number: itself with blanks filled by the median, flags for "blank" and "above zero", and for linear learners a logarithm, bends and steps.</summary>
internal sealed record NumberPlan : ColumnPlan
{
    private const double FewestZeros = 0.05;
    private const double MostZeros = 0.98;
    private const int MostLevels = 30;
    private const int FewestForBends = 12;

    private static readonly double[] BendQuantiles = [0.3, 0.6, 0.85];

    /// <inheritdoc />
    public override string Kind => "number";

    /// <inheritdoc />
    public override required IReadOnlyList<FeatureInfo> Features { get; init; }

    /// <summary>Stands in for a blank.</summary>
    public required double Median { get; init; }

    /// <summary>True when training rows had blanks: a flag tells.</summary>
    public required bool HasBlanks { get; init; }

    /// <summary>True when many rows are exactly 0 and the rest above: a flag tells, since zero is often another story than little.</summary>
    public required bool HasZeros { get; init; }

    /// <summary>True when the values span orders of magnitude: linear learners see ln(1 + x / <see cref="LogUnit"/>) too.</summary>
    public required bool IsSkewed { get; init; }

    /// <summary>Unit of the logarithm.</summary>
    public required double LogUnit { get; init; }

    /// <summary>Where a line may bend, on the scale of the logarithm when there is one.</summary>
    public required IReadOnlyList<double> Bends { get; init; }

    /// <summary>Values with a 0/1 column of their own, for numbers that are rather names (a browser's code).</summary>
    public required IReadOnlyList<double> Levels { get; init; }

    /// <summary>Learns from the values of training rows, NaN for a blank.</summary>
    public static NumberPlan Fit(int column, string name, string source, double[] values)
    {
        double[] known = [.. values.Where(value => !double.IsNaN(value)).Order()];
        double median = known.Length == 0 ? 0 : known[known.Length / 2];
        bool hasBlanks = known.Length < values.Length;
        double zeros = known.Count(value => value == 0) / Math.Max(1.0, known.Length);
        bool isPositive = known.Length > 0 && known[0] >= 0;
        double[] different = [.. known.Distinct()];
        bool hasZeros = isPositive && different.Length > 2 && zeros is >= FewestZeros and <= MostZeros;
        double[] above = [.. known.Where(value => value > 0)];
        double unit = above.Length == 0 ? 1 : Math.Max(above[above.Length / 4], 1e-12);
        bool isSkewed = isPositive && different.Length > 10 && above.Length > 0 && above[^(1 + (above.Length / 100))] > 5 * above[above.Length / 2];
        IReadOnlyList<double> bends = different.Length < FewestForBends ? [] :
            [.. BendQuantiles.Select(q => Bent(above.Length > known.Length / 20 && hasZeros ? above : known, q)).Distinct()];
        NumberPlan plan = new()
        {
            Column = column,
            Features = [],
            Median = median,
            HasBlanks = hasBlanks,
            HasZeros = hasZeros,
            IsSkewed = isSkewed,
            LogUnit = unit,
            Bends = bends,
            Levels = LevelsOf(known, different),
        };
        return plan with { Features = plan.Name(name, source) };

        double Bent(double[] sorted, double quantile)
        {
            double value = sorted[(int)(quantile * (sorted.Length - 1))];
            return isSkewed ? Math.Log(1 + (value / unit)) : value;
        }
    }

    /// <inheritdoc />
    public override void Write(SourceColumn column, int row, Span<float> features) => Write(column.NumberAt(row), features);

    /// <summary>The value with blanks filled.</summary>
    public double Filled(double value) => double.IsNaN(value) ? Median : value;

    /// <summary>Writes the features of one value.</summary>
    public void Write(double value, Span<float> features)
    {
        double filled = Filled(value);
        int at = 0;
        features[at++] = Narrow(filled);
        if (HasBlanks)
        {
            features[at++] = double.IsNaN(value) ? 1f : 0f;
        }

        if (HasZeros)
        {
            features[at++] = filled > 0 ? 1f : 0f;
        }

        double shown = IsSkewed ? Math.Log(1 + (Math.Max(filled, 0) / LogUnit)) : filled;
        if (IsSkewed)
        {
            features[at++] = Narrow(shown);
        }

        foreach (double bend in Bends)
        {
            features[at++] = Narrow(Math.Max(0, shown - bend));
        }

        foreach (double level in Levels)
        {
            features[at++] = filled == level ? 1f : 0f;
        }
    }

    private static float Narrow(double value) => (float)Math.Clamp(value, -1e30, 1e30);

    private static double[] LevelsOf(double[] known, double[] different) =>
        different.Length is < 3 or > MostLevels || Array.Exists(different, value => value != Math.Floor(value))
            ? []
            : [.. known.CountBy(value => value).Where(pair => pair.Value >= Math.Max(10, known.Length / 200)).Select(pair => pair.Key).Order()];

    private List<FeatureInfo> Name(string name, string source)
    {
        List<FeatureInfo> names = [new(name, source)];
        if (HasBlanks)
        {
            names.Add(new FeatureInfo($"{name} blank", source));
        }

        if (HasZeros)
        {
            names.Add(new FeatureInfo($"{name} above 0", source));
        }

        if (IsSkewed)
        {
            names.Add(new FeatureInfo($"log {name}", source, FeatureUse.Linear));
        }

        names.AddRange(Bends.Select((_, i) => new FeatureInfo(string.Create(CultureInfo.InvariantCulture, $"{name} bend {i + 1}"), source, FeatureUse.Linear)));
        names.AddRange(Levels.Select(level => new FeatureInfo(string.Create(CultureInfo.InvariantCulture, $"{name} = {level}"), source, FeatureUse.Linear)));
        return names;
    }
}
