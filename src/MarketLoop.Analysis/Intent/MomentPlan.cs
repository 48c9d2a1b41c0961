namespace MarketLoop.Analysis.Intent;

/// <summary>A date: days since the first one, year and month, weekday, day of the month and hour, each as a number.</summary>
internal sealed record MomentPlan : ColumnPlan
{
    private static readonly (string Name, Func<DateTime, double> Read)[] Kinds =
    [
        ("day", moment => (moment - DateTime.UnixEpoch).TotalDays),
        ("month", moment => moment.Month),
        ("weekday", moment => (int)moment.DayOfWeek),
        ("day of month", moment => moment.Day),
        ("hour", moment => moment.Hour),
    ];

    /// <inheritdoc />
    public override string Kind => "date";

    /// <inheritdoc />
    public override required IReadOnlyList<FeatureInfo> Features { get; init; }

    /// <summary>One plan for each part that varies.</summary>
    public required IReadOnlyList<NumberPlan> Parts { get; init; }

    /// <summary>Which part of the moment each plan is of.</summary>
    public required IReadOnlyList<int> PartKinds { get; init; }

    /// <summary>Learns from training rows.</summary>
    public static MomentPlan Fit(int column, SourceColumn source, ReadOnlySpan<int> rows)
    {
        List<NumberPlan> parts = [];
        List<int> kinds = [];
        int[] asked = rows.ToArray();
        for (int kind = 0; kind < Kinds.Length; kind++)
        {
            double[] values = [.. asked.Select(row => Read(kind, source, row))];
            if (values.Where(value => !double.IsNaN(value)).Distinct().Skip(1).Any())
            {
                parts.Add(NumberPlan.Fit(column, $"{source.Name} {Kinds[kind].Name}", source.Name, values));
                kinds.Add(kind);
            }
        }

        return new MomentPlan { Column = column, Parts = parts, PartKinds = kinds, Features = [.. parts.SelectMany(part => part.Features)] };
    }

    /// <inheritdoc />
    public override void Write(SourceColumn column, int row, Span<float> features)
    {
        int at = 0;
        for (int i = 0; i < Parts.Count; i++)
        {
            Parts[i].Write(Read(PartKinds[i], column, row), features[at..]);
            at += Parts[i].Features.Count;
        }
    }

    private static double Read(int kind, SourceColumn column, int row) =>
        column.Codes[row] is var code and not SourceColumn.Blank && column.WordMoments[code] is { } moment ? Kinds[kind].Read(moment) : double.NaN;
}
