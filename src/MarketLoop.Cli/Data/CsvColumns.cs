using System.IO.Compression;
using System.Reflection;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Importing;

namespace MarketLoop.Cli.Data;

/// <summary>Reads <c>customer=Buyer,time=Date</c>; without it, guesses from the file's first line.</summary>
internal static class CsvColumns
{
    private static readonly char[] Separators = [',', ';', '\t'];
    private static readonly PropertyInfo[] Fields = typeof(ColumnMapping).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    public static async Task<ColumnMapping> ReadAsync(string? text, string file, CancellationToken cancellationToken) =>
        text is null ? ColumnMapping.Suggest(await ReadHeadersAsync(file, cancellationToken)) : Parse(text);

    private static ColumnMapping Parse(string text)
    {
        ColumnMapping mapping = new();
        foreach (string pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] sides = pair.Split('=', 2);
            PropertyInfo field = Array.Find(Fields, candidate => string.Equals(candidate.Name, sides[0], StringComparison.OrdinalIgnoreCase))
                ?? throw new UsageException($"--columns: '{sides[0]}' is no field. Fields: {string.Join(", ", Fields.Select(known => known.Name.ToLowerInvariant()))}.");
            field.SetValue(mapping, sides.Length == 2 ? sides[1] : throw new UsageException($"--columns: write {sides[0]}=COLUMN."));
        }

        return mapping;
    }

    private static async Task<string[]> ReadHeadersAsync(string file, CancellationToken cancellationToken)
    {
        await using FileStream stream = File.OpenRead(file);
        bool isPacked = stream.ReadByte() == 0x1f && stream.ReadByte() == 0x8b;
        stream.Position = 0;
        await using Stream plain = isPacked ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        using StreamReader reader = new(plain);
        string first = await reader.ReadLineAsync(cancellationToken) ?? "";
        char separator = Separators.MaxBy(candidate => first.Count(letter => letter == candidate));
        return [.. first.Split(separator).Select(header => header.Trim().Trim('"'))];
    }
}
