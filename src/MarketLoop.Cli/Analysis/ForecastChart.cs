using System.Globalization;
using System.Text;
using MarketLoop.Analysis.Evaluation;

namespace MarketLoop.Cli.Analysis;

/// <summary>Cumulative repeat purchases by week, expected against actual: as a picture, and in letters for a terminal.</summary>
internal static class ForecastChart
{
    private const int Width = 860;
    private const int Height = 460;
    private const int Left = 70;
    private const int Right = 20;
    private const int Top = 50;
    private const int Bottom = 50;
    private const int Columns = 60;
    private const int Rows = 14;
    private const int LabelEveryWeeks = 13;

    /// <summary>The picture, on its own.</summary>
    public static string ToSvg(ValueReport report)
    {
        List<WeekForecast> weeks = [.. report.Calibration, .. report.Forecast];
        double most = Most(weeks);
        double step = NiceStep(most);
        double last = Math.Max(1, weeks.Count > 0 ? weeks[^1].Week : 1);
        double X(double week) => Left + ((Width - Left - Right) * week / last);
        double Y(double count) => Height - Bottom - ((Height - Top - Bottom) * count / most);
        string Line(Func<WeekForecast, double> count) => string.Join(' ', weeks.Select(week => Text($"{X(week.Week):0.0},{Y(count(week)):0.0}")));

        StringBuilder svg = new();
        svg.AppendLine(Text($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\">"));
        svg.AppendLine(Text($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#fff\"/>"));
        svg.AppendLine(Text($"<text x=\"{Left}\" y=\"22\" font-size=\"15\">Repeat purchases of {report.Customers:N0} customers, cumulative by week</text>"));
        for (double count = 0; count <= most; count += step)
        {
            svg.AppendLine(Text($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(count):0.0}\" y2=\"{Y(count):0.0}\" stroke=\"#e5e5e5\"/><text x=\"{Left - 8}\" y=\"{Y(count) + 4:0.0}\" text-anchor=\"end\">{count:N0}</text>"));
        }

        for (int week = 0; week <= last; week += LabelEveryWeeks)
        {
            svg.AppendLine(Text($"<text x=\"{X(week):0.0}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{week}</text>"));
        }

        if (report.Forecast.Count > 0)
        {
            double border = X(report.Forecast[0].Week - 1);
            svg.AppendLine(Text($"<line x1=\"{border:0.0}\" x2=\"{border:0.0}\" y1=\"{Top}\" y2=\"{Height - Bottom}\" stroke=\"#999\" stroke-dasharray=\"2 3\"/><text x=\"{border - 6:0.0}\" y=\"{Top + 12}\" text-anchor=\"end\" fill=\"#777\">learned from</text><text x=\"{border + 6:0.0}\" y=\"{Top + 12}\" fill=\"#777\">forecast</text>"));
        }

        svg.AppendLine(Text($"<polyline points=\"{Line(week => week.Actual)}\" fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"2\"/>"));
        svg.AppendLine(Text($"<polyline points=\"{Line(week => week.Expected)}\" fill=\"none\" stroke=\"#c8501e\" stroke-width=\"2\" stroke-dasharray=\"6 4\"/>"));
        svg.AppendLine(Text($"<text x=\"{Left}\" y=\"40\" fill=\"#1f5fa8\">actual</text><text x=\"{Left + 60}\" y=\"40\" fill=\"#c8501e\">expected (BG/NBD)</text>"));
        svg.AppendLine(Text($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">week</text>"));
        return svg.AppendLine("</svg>").ToString();
    }

    /// <summary>The weeks of the forecast in letters: * actual, o expected, @ both.</summary>
    public static IEnumerable<string> ToLines(ValueReport report)
    {
        IReadOnlyList<WeekForecast> weeks = report.Forecast;
        if (weeks.Count == 0)
        {
            yield break;
        }

        double most = Most(weeks);
        double least = weeks.Min(week => Math.Min(week.Expected, week.Actual));
        double range = Math.Max(1, most - least);
        int columns = Math.Min(Columns, weeks.Count);
        char[][] letters = [.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Repeat(' ', columns).ToArray())];
        for (int column = 0; column < columns; column++)
        {
            WeekForecast week = weeks[(int)((long)column * weeks.Count / columns)];
            int actual = RowOf(week.Actual), expected = RowOf(week.Expected);
            letters[actual][column] = '*';
            letters[expected][column] = actual == expected ? '@' : 'o';
        }

        yield return "  cumulative repeat purchases (* came, o expected, @ both):";
        for (int row = 0; row < Rows; row++)
        {
            string label = row is 0 or Rows - 1 ? Text($"{(row == 0 ? most : least):N0}") : "";
            yield return $"  {label,9} |{new string(letters[row]).TrimEnd()}";
        }

        yield return Text($"  {"week",9}  {weeks[0].Week}{weeks[^1].Week.ToString(CultureInfo.InvariantCulture).PadLeft(Math.Max(3, columns - 2))}");

        int RowOf(double count) => Rows - 1 - (int)Math.Round((count - least) / range * (Rows - 1));
    }

    private static double Most(IReadOnlyList<WeekForecast> weeks) => weeks.Count == 0 ? 1 : Math.Max(1, weeks.Max(week => Math.Max(week.Expected, week.Actual)));

    // 1, 2 or 5 times a power of ten, for four to ten lines.
    private static double NiceStep(double most)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return most / power >= 5 ? power : most / power >= 2 ? power / 2 : power / 5;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
