using System.Text;
using System.Text.Json;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Reads one row again that an import refused, by the same format and the same rules.</summary>
internal static class RowReplay
{
    /// <summary>What the row tells now, or the rule that it still breaks.</summary>
    public static async Task<(Interaction? Read, string? Fault)> ReadAsync(
        ImportTarget target, string format, SourceId source, ColumnMapping? mapping, string content, CancellationToken cancellationToken)
    {
        if (format is not (RowImporter.SegmentJsonl or RowImporter.Ga4Jsonl) && !TryWriteTable(content, out content))
        {
            return (null, FaultCodes.MalformedJson);
        }

        DateTimeOffset now = target.Time.GetUtcNow();
        try
        {
            using MemoryStream file = new(Encoding.UTF8.GetBytes(content));
            using IRowFile rows = await RowImporter.OpenAsync(format, mapping, file, source, target.Limits, target.Identity, now, cancellationToken);
            if (!await rows.ReadAsync(cancellationToken))
            {
                return (null, RowFaults.Unreadable);
            }

            RowReading reading = rows.Read();
            if (reading.Interaction is not { } interaction)
            {
                return (null, reading.Fault);
            }

            string? fault = new InteractionCleaner(target.Cleaning, target.Currency, now).Judge(ref interaction, reading.UserAgent);
            return fault is null
                ? (reading.Told is { } told ? interaction with { PropertiesJson = Catalog.ToldProduct.Write([told]) } : interaction, null)
                : (null, fault);
        }
        catch (ImportFormatException)
        {
            return (null, RowFaults.Unreadable);
        }
    }

    /// <summary>A JSON object of columns as a table of one row.</summary>
    public static bool TryWriteTable(string json, out string table)
    {
        table = "";
        try
        {
            Dictionary<string, string?>? columns = JsonSerializer.Deserialize<Dictionary<string, string?>>(json);
            if (columns is not { Count: > 0 })
            {
                return false;
            }

            table = string.Join(',', columns.Keys.Select(Quote)) + "\n" + string.Join(',', columns.Values.Select(value => Quote(value ?? ""))) + "\n";
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Quote(string field) => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
