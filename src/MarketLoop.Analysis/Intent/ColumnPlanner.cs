using System.Globalization;
using System.Text.RegularExpressions;

namespace MarketLoop.Analysis.Intent;

/// <summary>A column that no learner sees, and why.</summary>
/// <param name="Name">Its header.</param>
/// <param name="Reason">Why it was left out.</param>
public sealed record DroppedColumn(string Name, string Reason);

/// <summary>Judges by its training rows what a column is: number, date, category, or nothing to learn from.</summary>
internal static partial class ColumnPlanner
{
    private const double Readable = 0.95;
    private const double MostlyDifferent = 0.5;
    private const int FewWords = 50;
    private const int FewestForIds = 50;

    /// <summary>The plan of a column; null when it is left out.</summary>
    public static ColumnPlan? Plan(SourceTable table, int column, ReadOnlySpan<int> rows, out DroppedColumn? dropped)
    {
        SourceColumn source = table.Columns[column];
        int[] counts = source.CountWords(rows);
        int filled = counts.Sum();
        int words = counts.Count(count => count > 0);
        dropped = null;
        if (filled == 0 || (words == 1 && filled == rows.Length))
        {
            dropped = new DroppedColumn(source.Name, filled == 0 ? "it is blank in every training row" : "it says the same in every training row");
            return null;
        }

        double numbers = Share(counts, filled, word => !double.IsNaN(source.WordNumbers[word]));
        double moments = Share(counts, filled, word => source.WordMoments[word] is not null);
        if (moments >= Readable && (numbers < Readable || LooksLikeDate().IsMatch(source.Name)))
        {
            return MomentPlan.Fit(column, source, rows) is { Parts.Count: > 0 } plan ? plan : Presence(column, source, filled, rows.Length);
        }

        if (numbers >= Readable)
        {
            if (IsId(source, rows, words, filled))
            {
                dropped = new DroppedColumn(source.Name, "a whole number of its own for nearly every row: an id says nothing of rows to come");
                return Presence(column, source, filled, rows.Length);
            }

            int[] asked = rows.ToArray();
            return NumberPlan.Fit(column, source.Name, source.Name, [.. asked.Select(source.NumberAt)]);
        }

        if (words > FewWords && words > MostlyDifferent * filled)
        {
            dropped = new DroppedColumn(source.Name, string.Create(CultureInfo.InvariantCulture, $"{words} different texts in {filled} rows: an id or free text"));
            return Presence(column, source, filled, rows.Length);
        }

        return CategoryPlan.Fit(column, source, rows, table.Labels);
    }

    // Left out, but that it was not filled in may say much.
    private static PresencePlan? Presence(int column, SourceColumn source, int filled, int rows) => filled >= 0.99 * rows || filled <= 0.01 * rows
        ? null
        : new PresencePlan { Column = column, Features = [new FeatureInfo($"{source.Name} filled in", source.Name)] };

    private static bool IsId(SourceColumn source, ReadOnlySpan<int> rows, int words, int filled)
    {
        if (filled < FewestForIds || words < 0.9 * filled)
        {
            return false;
        }

        double least = double.MaxValue;
        double most = double.MinValue;
        foreach (int row in rows)
        {
            double value = source.NumberAt(row);
            if (double.IsNaN(value))
            {
                continue;
            }

            if (value != Math.Floor(value))
            {
                return false;
            }

            least = Math.Min(least, value);
            most = Math.Max(most, value);
        }

        // Nearly every number between the first and the last is there, or the name says it.
        return LooksLikeId().IsMatch(source.Name) || (words >= 0.98 * filled && most - least < 3.0 * filled);
    }

    private static double Share(int[] counts, int filled, Func<int, bool> isOne)
    {
        long sum = 0;
        for (int word = 0; word < counts.Length; word++)
        {
            sum += counts[word] > 0 && isOne(word) ? counts[word] : 0;
        }

        return (double)sum / filled;
    }

    [GeneratedRegex(@"(^|[_\s.-])(?i:ids?|no|nr|number|key|uuid|guid|index|idx|row|rownames)$|[a-z](Id|ID)$|^(?i:unnamed|column \d+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LooksLikeId();

    [GeneratedRegex(@"date|time|day|since|_at$|日期|时间", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex LooksLikeDate();
}
