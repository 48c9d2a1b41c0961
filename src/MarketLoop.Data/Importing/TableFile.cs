using System.Globalization;

namespace MarketLoop.Data.Importing;

/// <summary>A whole table of texts, column by column; a blank field is null.</summary>
/// <param name="Headers">Names of the columns, each once: a second "x" is called "x (2)", a nameless third column "column 3".</param>
/// <param name="Columns">A text for each row of each column, trimmed; equal texts are mostly the same object.</param>
/// <param name="Rows">Number of rows.</param>
public sealed record TextTable(IReadOnlyList<string> Headers, IReadOnlyList<string?[]> Columns, int Rows);

/// <summary>Reads any delimited table with a header into memory: plain or gzipped; comma, semicolon, tab or bar, found by itself; quotes and byte order marks as usual.</summary>
public static class TableFile
{
    /// <summary>Reads the file.</summary>
    /// <param name="file">The file; stays open.</param>
    /// <param name="progress">Told the share read, 0..1; null for nobody.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ImportFormatException">There is no header or no row, a row has more fields than the header, or the file is damaged.</exception>
    public static async Task<TextTable> ReadAsync(Stream file, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        using CsvRows rows = await CsvRows.OpenAsync(file, cancellationToken);
        string[] headers = NameAll(rows.Headers);
        List<string?>[] columns = [.. headers.Select(_ => new List<string?>())];
        while (await rows.ReadAsync(cancellationToken))
        {
            if (rows.Fields.Skip(headers.Length).Any(field => !string.IsNullOrWhiteSpace(field)))
            {
                throw new ImportFormatException(string.Create(
                    CultureInfo.InvariantCulture, $"Line {rows.Line} has {rows.Fields.Length} fields, the header {headers.Length}: is a field with a separator in it not quoted?"));
            }

            for (int column = 0; column < columns.Length; column++)
            {
                columns[column].Add(rows.Field(column));
            }

            if (columns[0].Count % 1024 == 0 && rows.Share is { } share)
            {
                progress?.Report(share);
            }
        }

        return columns[0].Count == 0
            ? throw new ImportFormatException("The file has a header and no rows.")
            : new TextTable(headers, [.. columns.Select(column => column.ToArray())], columns[0].Count);
    }

    private static string[] NameAll(IReadOnlyList<string> headers)
    {
        HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);
        string[] names = new string[headers.Count];
        for (int i = 0; i < names.Length; i++)
        {
            string wanted = headers[i].Length > 0 ? headers[i] : string.Create(CultureInfo.InvariantCulture, $"column {i + 1}");
            names[i] = wanted;
            for (int copy = 2; !taken.Add(names[i]); copy++)
            {
                names[i] = string.Create(CultureInfo.InvariantCulture, $"{wanted} ({copy})");
            }
        }

        return names;
    }
}
