using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MarketLoop.Data.Importing;
using MarketLoop.Data.Intake;

namespace MarketLoop.Data.Cleaning;

/// <summary>Reads the files of the quarantine folder: <c>events-DAY.jsonl</c> from the door, <c>import-SOURCE-HASH.csv</c> from imports.</summary>
internal sealed class QuarantineFiles(string folder)
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly ConcurrentDictionary<(string Name, long Length), (long Rows, DateTimeOffset? Newest)> counts = new();

    /// <summary>The files, newest first.</summary>
    public IReadOnlyList<FileInfo> List() =>
    [
        .. new DirectoryInfo(folder).EnumerateFiles()
            .Where(file => file.Name is [not '.', ..] && file.Extension is ".jsonl" or ".csv")
            .OrderByDescending(file => file.LastWriteTimeUtc)
            .ThenBy(file => file.Name, StringComparer.Ordinal),
    ];

    /// <summary>Rows of a file, and when the newest of them came, where they tell; counted once for each length.</summary>
    public async Task<(long Rows, DateTimeOffset? Newest)> CountAsync(FileInfo file, CancellationToken cancellationToken)
    {
        (string Name, long Length) key = (file.Name, file.Length);
        if (!counts.TryGetValue(key, out (long Rows, DateTimeOffset? Newest) known))
        {
            await foreach (QuarantinedRow row in ReadAsync(file.Name, "", cancellationToken))
            {
                known = (known.Rows + 1, row.ReceivedAt > known.Newest || known.Newest is null ? row.ReceivedAt : known.Newest);
            }

            counts[key] = known;
        }

        return known;
    }

    /// <summary>Events of the door that wait: lines of its files, without those that were replayed or discarded. O(bytes).</summary>
    public static async Task<long> CountWaitingAsync(string folder, MendedRows mended, CancellationToken cancellationToken)
    {
        long waiting = 0;
        foreach (string path in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.jsonl") : [])
        {
            waiting += Math.Max(0, await CountLinesAsync(path, cancellationToken) - mended.Read(Path.GetFileName(path)).Count);
        }

        return waiting;
    }

    /// <summary>The rows of a file in their order, all as waiting.</summary>
    /// <param name="name">The file; empty result when it is gone.</param>
    /// <param name="source">Whose rows a file of imports holds.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<QuarantinedRow> ReadAsync(string name, string source, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, name);
        return !File.Exists(path) ? AsyncEnumerable.Empty<QuarantinedRow>()
            : name.EndsWith(".jsonl", StringComparison.Ordinal) ? ReadEventsAsync(path, cancellationToken)
            : ReadRowsAsync(path, source, cancellationToken);
    }

    private static async Task<long> CountLinesAsync(string path, CancellationToken cancellationToken)
    {
        await using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);
        byte[] buffer = new byte[64 * 1024];
        long lines = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        return lines;
    }

    private static async IAsyncEnumerable<QuarantinedRow> ReadEventsAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(file);
        long number = 0;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            number++;
            if (ReadEvent($"{Path.GetFileName(path)}:{number.ToString(CultureInfo.InvariantCulture)}", line) is { } row)
            {
                yield return row;
            }
        }
    }

    // A line that is being written at this moment may be torn: it is whole at the next look.
    private static QuarantinedRow? ReadEvent(string id, string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            JsonElement kept = document.RootElement;
            string content = kept.TryGetProperty("event", out JsonElement text)
                ? text.GetString() ?? ""
                : Encoding.UTF8.GetString(kept.GetProperty("eventBase64").GetBytesFromBase64());
            return new QuarantinedRow(
                id, kept.GetProperty("source").GetString() ?? "", null, kept.GetProperty("index").GetInt64(), kept.GetProperty("code").GetString() ?? "",
                JsonFields.Text(kept, "reason"), content, QuarantineState.Waiting)
            {
                ReceivedAt = kept.GetProperty("receivedAt").GetDateTimeOffset(),
            };
        }
        catch (Exception torn) when (torn is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static async IAsyncEnumerable<QuarantinedRow> ReadRowsAsync(string path, string source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using CsvRows rows = await CsvRows.OpenAsync(file, cancellationToken);
        long number = 0;
        while (await rows.ReadAsync(cancellationToken))
        {
            number++;
            string[] fields = rows.Fields;
            if (fields.Length >= 2 && long.TryParse(fields[^2], NumberStyles.None, CultureInfo.InvariantCulture, out long line))
            {
                string id = $"{Path.GetFileName(path)}:{number.ToString(CultureInfo.InvariantCulture)}";
                yield return new QuarantinedRow(id, source, null, line, fields[^1], null, ContentOf(rows.Headers, fields[..^2]), QuarantineState.Waiting);
            }
        }
    }

    // Formats of JSON lines keep the line itself in their one column.
    private static string ContentOf(IReadOnlyList<string> headers, string[] fields)
    {
        if (headers is ["event" or "product", "line", "reason"])
        {
            return fields.Length > 0 ? fields[0] : "";
        }

        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, Readable))
        {
            writer.WriteStartObject();
            for (int index = 0; index < Math.Max(fields.Length, headers.Count - 2); index++)
            {
                string name = index < headers.Count - 2 ? headers[index] : $"#{(index + 1).ToString(CultureInfo.InvariantCulture)}";
                writer.WriteString(name, index < fields.Length ? fields[index] : "");
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
