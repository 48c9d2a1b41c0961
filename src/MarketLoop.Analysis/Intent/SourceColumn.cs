using System.Globalization;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Intent;

/// <summary>What stands in one column, row by row: its texts, and what they mean read as numbers and as moments. Nothing here is learned. Immutable.</summary>
internal sealed class SourceColumn
{
    /// <summary>Code of a blank field.</summary>
    public const int Blank = -1;

    private SourceColumn(string name, string[] words, int[] codes, double[] numbers, DateTime?[] moments)
    {
        Name = name;
        Words = words;
        Codes = codes;
        WordNumbers = numbers;
        WordMoments = moments;
    }

    /// <summary>Its header.</summary>
    public string Name { get; }

    /// <summary>Its different texts in order of first appearance.</summary>
    public string[] Words { get; }

    /// <summary>Place of each row's text in <see cref="Words"/>; <see cref="Blank"/> for a blank.</summary>
    public int[] Codes { get; }

    /// <summary>The number each text means; NaN where it means none.</summary>
    public double[] WordNumbers { get; }

    /// <summary>The moment each text means.</summary>
    public DateTime?[] WordMoments { get; }

    /// <summary>Reads a column of texts.</summary>
    public static SourceColumn Read(string name, IReadOnlyList<string?> texts)
    {
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        List<string> words = [];
        int[] codes = new int[texts.Count];
        for (int row = 0; row < codes.Length; row++)
        {
            string? text = texts[row];
            if (text is null || CellReader.IsBlank(text))
            {
                codes[row] = Blank;
            }
            else if (!places.TryGetValue(text, out codes[row]))
            {
                codes[row] = words.Count;
                places.Add(text, words.Count);
                words.Add(text);
            }
        }

        CellReader cells = CellReader.For(words);
        double[] numbers = [.. words.Select(cells.Number)];
        if (words.Where((_, i) => !double.IsNaN(numbers[i])).Select(CellReader.UnitOf).Where(unit => unit is not ("" or "+")).Distinct(StringComparer.OrdinalIgnoreCase).Count() > 2)
        {
            // "12 kg" beside "3 boxes": these numbers do not measure one thing.
            Array.Fill(numbers, double.NaN);
        }

        return new SourceColumn(name, [.. words], codes, numbers, [.. words.Select(CellReader.Moment)]);
    }

    /// <summary>A column that holds numbers already; NaN is a blank.</summary>
    public static SourceColumn Of(string name, ReadOnlySpan<float> numbers)
    {
        Dictionary<float, int> places = [];
        List<double> different = [];
        int[] codes = new int[numbers.Length];
        for (int row = 0; row < codes.Length; row++)
        {
            if (float.IsNaN(numbers[row]))
            {
                codes[row] = Blank;
            }
            else if (!places.TryGetValue(numbers[row], out codes[row]))
            {
                codes[row] = different.Count;
                places.Add(numbers[row], different.Count);
                different.Add(numbers[row]);
            }
        }

        return new SourceColumn(name, [.. different.Select(number => number.ToString("R", CultureInfo.InvariantCulture))], codes, [.. different], new DateTime?[different.Count]);
    }

    /// <summary>The number of a row; NaN when it is blank or no number.</summary>
    public double NumberAt(int row) => Codes[row] == Blank ? double.NaN : WordNumbers[Codes[row]];

    /// <summary>The same column with the fields of the given rows dealt out anew: row i gets what row <paramref name="others"/>[i] had.</summary>
    public SourceColumn Shuffled(ReadOnlySpan<int> rows, ReadOnlySpan<int> others)
    {
        int[] codes = [.. Codes];
        for (int i = 0; i < rows.Length; i++)
        {
            codes[rows[i]] = Codes[others[i]];
        }

        return new SourceColumn(Name, Words, codes, WordNumbers, WordMoments);
    }

    /// <summary>How often each text stands in the given rows.</summary>
    public int[] CountWords(ReadOnlySpan<int> rows)
    {
        int[] counts = new int[Words.Length];
        foreach (int row in rows)
        {
            if (Codes[row] != Blank)
            {
                counts[Codes[row]]++;
            }
        }

        return counts;
    }
}

/// <summary>Rows that can be learned from: columns, and for each row whether what was asked happened. Immutable.</summary>
/// <param name="Columns">The columns, in file order.</param>
/// <param name="Labels">True for a positive row.</param>
internal sealed record SourceTable(IReadOnlyList<SourceColumn> Columns, bool[] Labels)
{
    /// <summary>Number of rows.</summary>
    public int Rows => Labels.Length;

    /// <summary>A table of numbers.</summary>
    /// <param name="names">k names.</param>
    /// <param name="rowMajor">n x k numbers; NaN is a blank.</param>
    /// <param name="labels">n labels.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static SourceTable Of(IReadOnlyList<string> names, ReadOnlySpan<float> rowMajor, bool[] labels)
    {
        if (rowMajor.Length != (long)names.Count * labels.Length || labels.Length == 0)
        {
            throw new ArgumentException($"{rowMajor.Length} values are not {labels.Length} rows of {names.Count} columns.", nameof(rowMajor));
        }

        List<SourceColumn> columns = [];
        float[] values = new float[labels.Length];
        for (int column = 0; column < names.Count; column++)
        {
            for (int row = 0; row < values.Length; row++)
            {
                values[row] = rowMajor[(row * names.Count) + column];
            }

            columns.Add(SourceColumn.Of(names[column], values));
        }

        return new SourceTable(columns, labels);
    }

    /// <summary>The same rows with other labels.</summary>
    public SourceTable With(bool[] labels) => labels.Length == Rows ? this with { Labels = labels } : throw new MarketLoopException($"{labels.Length} labels are not {Rows} rows.");
}
