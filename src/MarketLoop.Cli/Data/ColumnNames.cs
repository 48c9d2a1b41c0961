using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Importing;
using MarketLoop.Server.Hosting;

namespace MarketLoop.Cli.Data;

/// <summary>What the columns of a table mean: <c>customer=Buyer,time=Date</c>, or a file of such lines, or a file of JSON; without either, a guess by the names.</summary>
internal static class ColumnNames
{
    private static readonly JsonSerializerOptions Strict = new(JsonFormat.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };
    private static readonly PropertyInfo[] Fields = typeof(ColumnMapping).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    public static async Task<ColumnMapping> ReadAsync(string? columns, string? mappingFile, string file, CancellationToken cancellationToken)
    {
        if (columns is not null)
        {
            return Parse("--columns", columns.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }

        return mappingFile is not null ? await ReadFileAsync(mappingFile, cancellationToken) : await GuessAsync(file, cancellationToken);
    }

    private static async Task<ColumnMapping> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new UsageException($"--mapping: {path} is not there.");
        }

        string text = await File.ReadAllTextAsync(path, cancellationToken);
        if (!text.TrimStart().StartsWith('{'))
        {
            return Parse("--mapping", [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(line => line[0] != '#')]);
        }

        try
        {
            return JsonSerializer.Deserialize<ColumnMapping>(text, Strict) ?? throw new UsageException($"--mapping: {path} holds null.");
        }
        catch (JsonException wrong)
        {
            throw new UsageException($"--mapping: {path} is no mapping: {wrong.Message}");
        }
    }

    private static ColumnMapping Parse(string option, string[] pairs)
    {
        ColumnMapping mapping = new();
        foreach (string pair in pairs)
        {
            string[] sides = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            PropertyInfo field = Array.Find(Fields, candidate => string.Equals(candidate.Name, sides[0], StringComparison.OrdinalIgnoreCase))
                ?? throw new UsageException($"{option}: '{sides[0]}' is no field. Fields: {string.Join(", ", Fields.Select(known => known.Name.ToLowerInvariant()))}.");
            field.SetValue(mapping, sides.Length == 2 ? sides[1] : throw new UsageException($"{option}: write {sides[0]}=COLUMN."));
        }

        return mapping;
    }

    private static async Task<ColumnMapping> GuessAsync(string file, CancellationToken cancellationToken)
    {
        await using FileStream stream = File.OpenRead(file);
        try
        {
            return (await RowImporter.PreviewAsync(RowImporter.Csv, stream, null, TimeProvider.System.GetUtcNow(), cancellationToken)).Mapping;
        }
        catch (ImportFormatException unclear)
        {
            throw new UsageException($"{file}: {unclear.Message} Say it with --columns or --mapping.");
        }
    }
}
