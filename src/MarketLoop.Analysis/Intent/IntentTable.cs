using MarketLoop.Data.Importing;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Intent;

/// <summary>A file's rows with the target split off.</summary>
/// <param name="Table">The rows that have a target.</param>
/// <param name="Target">Its column.</param>
/// <param name="Positive">The value that counts as positive.</param>
/// <param name="FileRows">For each row its place in the file.</param>
/// <param name="Blank">Rows left out because their target is blank.</param>
internal sealed record IntentTable(SourceTable Table, string Target, string Positive, int[] FileRows, int Blank)
{
    private const int MostNamed = 8;

    private static readonly string[] Yes = ["true", "yes", "y", "t", "1", "1.0", "positive", "pos", "是"];

    /// <summary>Reads the target and the columns to learn from.</summary>
    /// <exception cref="MarketLoopException">A named column is not there, or the target does not have two values.</exception>
    public static IntentTable Read(TextTable file, IntentOptions options)
    {
        int target = options.Target is null ? file.Headers.Count - 1 : PlaceOf(file, options.Target, "target");
        HashSet<int> left = [.. options.Drop.Select(name => PlaceOf(file, name, "column to drop"))];
        if (!left.Add(target))
        {
            throw new MarketLoopException($"{file.Headers[target]} is the target: it cannot be dropped.");
        }

        string name = file.Headers[target];
        string?[] values = file.Columns[target];
        int[] rows = [.. Enumerable.Range(0, file.Rows).Where(row => values[row] is not null)];
        (string Value, int Count)[] found = [.. rows.Select(row => values[row] ?? "").CountBy(value => value).Select(pair => (pair.Key, pair.Value)).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)];
        string positive = Choose(name, found, options.Positive);
        SourceColumn[] columns =
        [
            .. Enumerable.Range(0, file.Headers.Count).Where(column => !left.Contains(column)).Select(column => SourceColumn.Read(file.Headers[column], [.. rows.Select(row => file.Columns[column][row])])),
        ];
        if (columns.Length == 0)
        {
            throw new MarketLoopException($"Besides the target {name} no column is left to learn from.");
        }

        bool[] labels = [.. rows.Select(row => string.Equals(values[row], positive, StringComparison.Ordinal))];
        return new IntentTable(new SourceTable(columns, labels), name, positive, rows, file.Rows - rows.Length);
    }

    private static int PlaceOf(TextTable file, string name, string what)
    {
        int exact = file.Headers.ToList().FindIndex(header => string.Equals(header, name.Trim(), StringComparison.Ordinal));
        int place = exact >= 0 ? exact : file.Headers.ToList().FindIndex(header => string.Equals(header, name.Trim(), StringComparison.OrdinalIgnoreCase));
        return place >= 0 ? place : throw new MarketLoopException($"There is no {what} '{name}'; the columns are {string.Join(", ", file.Headers)}.");
    }

    private static string Choose(string target, (string Value, int Count)[] found, string? wanted)
    {
        string named = string.Join(", ", found.Take(MostNamed).Select(value => $"'{value.Value}' ({value.Count} rows)")) + (found.Length > MostNamed ? ", ..." : "");
        if (found.Length < 2)
        {
            throw new MarketLoopException($"The target {target} has {(found.Length == 0 ? "no value" : $"one value only, {named}")}: there is nothing to tell apart. Name another column with --target.");
        }

        if (wanted is not null)
        {
            string? same = found.Select(value => value.Value).FirstOrDefault(value => string.Equals(value, wanted, StringComparison.Ordinal))
                ?? found.Select(value => value.Value).FirstOrDefault(value => string.Equals(value, wanted, StringComparison.OrdinalIgnoreCase) || IsSameNumber(value, wanted));
            return same ?? throw new MarketLoopException($"The target {target} never is '{wanted}'; it is {named}. Name one of these with --positive.");
        }

        return found.Length > 2
            ? throw new MarketLoopException($"The target {target} has {found.Length} values: {named}. Say with --positive VALUE which one is asked for (all others are then negative), or name another column with --target.")
            : found.Select(value => value.Value).FirstOrDefault(value => Yes.Contains(value, StringComparer.OrdinalIgnoreCase)) ?? found[1].Value;
    }

    private static bool IsSameNumber(string value, string wanted)
    {
        CellReader cells = CellReader.For([value, wanted]);
        return cells.Number(value) is var number && !double.IsNaN(number) && number == cells.Number(wanted);
    }
}
