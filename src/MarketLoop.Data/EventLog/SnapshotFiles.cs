using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MarketLoop.Data.Catalog;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>The files of a training snapshot: one JSON record a line, in a complete order, so the same history gives the same bytes.</summary>
internal static class SnapshotFiles
{
    private const string Cover = "snapshot.json";
    private const string Interactions = "interactions.jsonl";
    private const string Treatments = "treatments.jsonl";
    private const string Deliveries = "deliveries.jsonl";
    private const string Outcomes = "outcomes.jsonl";
    private const string Products = "products.jsonl";

    public static async Task WriteAsync(string folder, DateTimeOffset asOf, IEventLog log, ICatalogStore catalog, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        File.Delete(Path.Combine(folder, Cover));
        var range = LogRange.Before(asOf);
        await WriteLinesAsync(Path.Combine(folder, Interactions), log.ReadInteractionsAsync(range, cancellationToken), cancellationToken);
        await WriteLinesAsync(Path.Combine(folder, Treatments), log.ReadAsync<Treatment>(range, cancellationToken), cancellationToken);
        await WriteLinesAsync(Path.Combine(folder, Deliveries), log.ReadAsync<Delivery>(range, cancellationToken), cancellationToken);
        await WriteLinesAsync(Path.Combine(folder, Outcomes), LastOutcomesAsync(log, range, cancellationToken), cancellationToken);
        await WriteLinesAsync(
            Path.Combine(folder, Products),
            catalog.Current.Values.OrderBy(product => product.Id.Value, StringComparer.Ordinal).ToAsyncEnumerable(),
            cancellationToken);

        // The cover comes last: a folder without it is not a snapshot.
        await File.WriteAllBytesAsync(
            Path.Combine(folder, Cover),
            JsonSerializer.SerializeToUtf8Bytes(new SnapshotCover(1, asOf.ToUniversalTime()), RecordCodec.TypeOf<SnapshotCover>()),
            cancellationToken);
    }

    public static async Task<TrainingSnapshot> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        string coverFile = Path.Combine(folder, Cover);
        if (!File.Exists(coverFile))
        {
            throw new MarketLoopException($"{folder} is not a training snapshot: {Cover} is missing.");
        }

        try
        {
            SnapshotCover cover = RecordCodec.Read<SnapshotCover>(await File.ReadAllTextAsync(coverFile, cancellationToken));
            return cover.Format > 1
                ? throw new MarketLoopException($"The snapshot in {folder} was written by a newer version.")
                : new TrainingSnapshot
                {
                    AsOf = cover.AsOf,
                    Interactions = await ReadLinesAsync<Interaction>(Path.Combine(folder, Interactions), cancellationToken, new SharedTexts().Share),
                    Treatments = await ReadLinesAsync<Treatment>(Path.Combine(folder, Treatments), cancellationToken),
                    Deliveries = await ReadLinesAsync<Delivery>(Path.Combine(folder, Deliveries), cancellationToken),
                    Outcomes = await ReadLinesAsync<Outcome>(Path.Combine(folder, Outcomes), cancellationToken),
                    Products = await ReadLinesAsync<Product>(Path.Combine(folder, Products), cancellationToken),
                };
        }
        catch (JsonException damaged)
        {
            throw new MarketLoopException($"The snapshot in {folder} is damaged: {damaged.Message}", isTransient: false, damaged);
        }
    }

    private static async IAsyncEnumerable<Outcome> LastOutcomesAsync(
        IEventLog log,
        LogRange range,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        SortedDictionary<string, Outcome> last = new(StringComparer.Ordinal);
        await foreach (Outcome outcome in log.ReadAsync<Outcome>(range, cancellationToken))
        {
            if (!last.TryGetValue(outcome.Treatment.Value, out Outcome? before) || before.MeasuredAt <= outcome.MeasuredAt)
            {
                last[outcome.Treatment.Value] = outcome;
            }
        }

        foreach (Outcome outcome in last.Values)
        {
            yield return outcome;
        }
    }

    private static async Task WriteLinesAsync<T>(string path, IAsyncEnumerable<T> records, CancellationToken cancellationToken)
    {
        JsonTypeInfo<T> type = RecordCodec.TypeOf<T>();
        await using FileStream stream = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        await foreach (T record in records.WithCancellation(cancellationToken))
        {
            JsonSerializer.Serialize(stream, record, type);
            stream.WriteByte((byte)'\n');
        }
    }

    private static async Task<List<T>> ReadLinesAsync<T>(string path, CancellationToken cancellationToken, Func<T, T>? slim = null)
        where T : class
    {
        List<T> records = [];
        using StreamReader reader = new(path);
        while (await reader.ReadLineAsync(cancellationToken) is string line)
        {
            T record = RecordCodec.Read<T>(line);
            records.Add(slim is null ? record : slim(record));
        }

        return records;
    }
}

/// <summary>First file of a snapshot.</summary>
internal sealed record SnapshotCover(int Format, DateTimeOffset AsOf);
