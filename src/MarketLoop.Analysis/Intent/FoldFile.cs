using System.Globalization;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Intent;

/// <summary>Reads a file of fold numbers: a line for each row of the table, a column for each sorting.</summary>
public static class FoldFile
{
    /// <summary>The sortings of the file.</summary>
    /// <exception cref="MarketLoopException">It has another number of rows than the table, or a field that is no whole number of 0 or more.</exception>
    public static IReadOnlyList<(string Name, IReadOnlyList<int> FoldOfRow)> Read(TextTable folds, int rows)
    {
        ArgumentNullException.ThrowIfNull(folds);
        if (folds.Rows != rows)
        {
            throw new MarketLoopException($"The folds file has {folds.Rows} rows, the table {rows}: a fold for each row is needed, in the same order.");
        }

        List<(string, IReadOnlyList<int>)> sortings = [];
        for (int column = 0; column < folds.Headers.Count; column++)
        {
            string name = folds.Headers[column];
            sortings.Add((name, [.. folds.Columns[column].Select((text, row) => Number(name, text, row))]));
        }

        return sortings;
    }

    private static int Number(string name, string? text, int row) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int fold) && fold < 10_000
            ? fold
            : throw new MarketLoopException($"Column {name} of the folds file has '{text}' for row {row + 1}: a fold is a whole number, 0 or more.");
}
