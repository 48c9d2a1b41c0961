using System.Globalization;
using System.Runtime.CompilerServices;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>One column of a file: what a header may call it. The first name is the one that messages use.</summary>
internal sealed record LineColumn(params string[] Names);

/// <summary>One line of a file with columns.</summary>
/// <param name="File">Where it stands.</param>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Fields">A text for each column asked for.</param>
internal readonly record struct ColumnLine(string File, int Number, string[] Fields)
{
    /// <summary>A moment in seconds since 1970: a number, or a date in ISO form.</summary>
    /// <exception cref="MarketLoopException">It is neither.</exception>
    public double Seconds(int column)
    {
        string text = Fields[column];
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && double.IsFinite(seconds))
        {
            return seconds;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment)
            ? (moment - DateTimeOffset.UnixEpoch).TotalSeconds
            : throw Refuse($"'{text}' is no time; write seconds since 1970 (1396860669.277) or a date (2014-04-07T08:51:09Z)");
    }

    public MarketLoopException Refuse(string why) => new($"{File}: line {Number}: {why}.");
}

/// <summary>Lines of fields split by tabs, commas, semicolons or blanks, with or without a header; blank lines are passed over.</summary>
internal static class ColumnLines
{
    public static async IAsyncEnumerable<ColumnLine> ReadAsync(string path, LineColumn[] columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int number = 0;
        char[]? separators = null;
        int[]? places = null;
        await foreach (string line in TextLines.ReadAsync(path, cancellationToken))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            separators ??= SeparatorOf(line);
            string[] fields = Split(line, separators);
            if (places is null && (places = PlacesIn(path, fields, columns)) is not null)
            {
                continue; // the header
            }

            places ??= [.. Enumerable.Range(0, columns.Length)];
            if (fields.Length <= places.Max() || places.Any(place => fields[place].Length == 0))
            {
                throw new MarketLoopException($"{path}: line {number} lacks a field: {string.Join(", ", columns.Select(column => column.Names[0]))} are needed. Complete the line or remove it.");
            }

            yield return new ColumnLine(path, number, [.. places.Select(place => fields[place])]);
        }
    }

    private static char[] SeparatorOf(string line) => line.Contains('\t') ? ['\t'] : line.Contains(',') ? [','] : line.Contains(';') ? [';'] : [' '];

    private static string[] Split(string line, char[] separators) =>
        line.Split(separators, separators[0] == ' ' ? StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries : StringSplitOptions.TrimEntries)
            .Select(field => field.Length >= 2 && field[0] == '"' && field[^1] == '"' ? field[1..^1] : field).ToArray();

    /// <summary>Where each column stands according to a header; null when the line is none.</summary>
    private static int[]? PlacesIn(string path, string[] fields, LineColumn[] columns)
    {
        string[] names = [.. fields.Select(Plain)];
        int[] places = [.. columns.Select(column => Array.FindIndex(names, name => column.Names.Any(known => string.Equals(Plain(known), name, StringComparison.Ordinal))))];
        if (places.All(place => place < 0))
        {
            return null;
        }

        int missing = Array.FindIndex(places, place => place < 0);
        return missing < 0 ? places : throw new MarketLoopException($"{path}: line 1: the header has no column '{columns[missing].Names[0]}', only {string.Join(", ", fields)}. Name it, or leave the header out and keep the order {string.Join(", ", columns.Select(column => column.Names[0]))}.");
    }

    private static string Plain(string name) => new([.. name.Where(char.IsLetter).Select(char.ToLowerInvariant)]);
}
