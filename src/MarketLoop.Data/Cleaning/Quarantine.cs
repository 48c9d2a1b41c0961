using System.Globalization;
using System.Text;
using System.Text.Json;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Importing;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Cleaning;

/// <summary>What doors and imports refused: to be looked at, set right and replayed. Thread-safe.</summary>
/// <remarks>A replay gives a row an id that follows from the row as it was refused, so that replaying it twice, also with two different cures, stores it once.</remarks>
public sealed class Quarantine
{
    private const int MostReports = 1_000;
    private readonly EmbeddedShop shop;
    private readonly ImportTarget target;
    private readonly QuarantineFiles files;

    private Quarantine(EmbeddedShop shop, ImportTarget target)
    {
        this.shop = shop;
        this.target = target;
        files = new QuarantineFiles(target.QuarantineFolder);
    }

    /// <summary>The quarantine of an opened shop.</summary>
    public static Quarantine Of(EmbeddedShop shop, ImportTarget target)
    {
        ArgumentNullException.ThrowIfNull(shop);
        ArgumentNullException.ThrowIfNull(target);
        return new Quarantine(shop, target);
    }

    /// <summary>The files, newest first, with how many rows wait in each.</summary>
    public async Task<IReadOnlyList<QuarantineFile>> ListFilesAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, ImportReport> reports = await ReadReportsAsync(cancellationToken);
        List<QuarantineFile> found = [];
        foreach (FileInfo file in files.List())
        {
            ImportReport? report = reports.GetValueOrDefault(file.Name);
            (long rows, DateTimeOffset? newest) = await files.CountAsync(file, cancellationToken);
            found.Add(new QuarantineFile(file.Name, report?.Source, report?.Format, rows, rows - shop.Mended.Read(file.Name).Count, newest ?? report?.ImportedAt ?? new DateTimeOffset(file.LastWriteTimeUtc)));
        }

        return found;
    }

    /// <summary>Rows of one file in their order.</summary>
    /// <param name="file">Name of the file.</param>
    /// <param name="after">Id of the row before the first wanted one; null for the first.</param>
    /// <param name="limit">Most rows wanted.</param>
    /// <param name="onlyWaiting">Leaves out what was replayed or discarded.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<QuarantinedRow>> ListAsync(string file, string? after, int limit, bool onlyWaiting, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (!IsFile(file))
        {
            return [];
        }

        ImportReport? report = (await ReadReportsAsync(cancellationToken)).GetValueOrDefault(file);
        Dictionary<string, QuarantineState> states = shop.Mended.Read(file);
        long behind = after is not null && TrySplit(after, out _, out long row) ? row : 0;
        List<QuarantinedRow> found = [];
        await foreach (QuarantinedRow kept in files.ReadAsync(file, report?.Source ?? "", cancellationToken))
        {
            QuarantineState state = states.GetValueOrDefault(kept.Id);
            if (TrySplit(kept.Id, out _, out long number) && number > behind && !(onlyWaiting && state != QuarantineState.Waiting))
            {
                found.Add(kept with { Format = report?.Format, State = state });
                if (found.Count == limit)
                {
                    break;
                }
            }
        }

        return found;
    }

    /// <summary>One row; null when there is none of that id.</summary>
    public async Task<QuarantinedRow?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (!TrySplit(id, out string? file, out long row) || row < 1)
        {
            return null;
        }

        string before = $"{file}:{(row - 1).ToString(CultureInfo.InvariantCulture)}";
        IReadOnlyList<QuarantinedRow> found = await ListAsync(file, before, 1, onlyWaiting: false, cancellationToken);
        return found.Count == 1 && string.Equals(found[0].Id, id, StringComparison.Ordinal) ? found[0] : null;
    }

    /// <summary>Stores a row as it was set right; nothing is stored while it breaks a rule.</summary>
    /// <param name="id">The row.</param>
    /// <param name="content">The row set right, in the form it is listed in; null replays it as it is, for rules that have changed.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>What it did; null when there is no such row.</returns>
    /// <exception cref="MarketLoopException">The store cannot write.</exception>
    public async Task<ReplayVerdict?> ReplayAsync(string id, string? content, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not { } row)
        {
            return null;
        }

        TrySplit(id, out string? file, out _);
        ImportReport? report = (await ReadReportsAsync(cancellationToken)).GetValueOrDefault(file ?? "");
        string text = string.IsNullOrWhiteSpace(content) ? row.Content : content;
        if (report?.Catalog is not null)
        {
            (string? refusal, Catalog.CatalogChanges changes) = await ProductImporter.ReplayAsync(target, text, cancellationToken);
            return await EndAsync(id, refusal, new AppendReceipt((int)(changes.Added + changes.Changed), (int)changes.Unchanged, 0), cancellationToken);
        }

        (Interaction? read, string? fault) = row.Format is null
            ? ReadEvent(row, text)
            : await RowReplay.ReadAsync(target, row.Format, new SourceId(row.Source), report?.Mapping, text, cancellationToken);
        if (read is null)
        {
            return new ReplayVerdict(false, false, fault);
        }

        bool hasOwnId = row.Format is null && !read.MessageId.StartsWith("auto-", StringComparison.Ordinal);
        string mendedId = string.Create(CultureInfo.InvariantCulture, $"mended:{System.IO.Hashing.XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(row.Content)):x32}");
        AppendReceipt receipt = await target.Log.AppendAsync([hasOwnId ? read : read with { MessageId = mendedId }], cancellationToken);
        return await EndAsync(id, null, receipt, cancellationToken);
    }

    /// <summary>Leaves a row out for good; false when there is none of that id, or it was replayed.</summary>
    public async Task<bool> DiscardAsync(string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not { State: not QuarantineState.Replayed })
        {
            return false;
        }

        await shop.Mended.SetAsync(id, QuarantineState.Discarded, cancellationToken);
        return true;
    }

    private async Task<ReplayVerdict> EndAsync(string id, string? fault, AppendReceipt receipt, CancellationToken cancellationToken)
    {
        if (fault is null)
        {
            await shop.Mended.SetAsync(id, QuarantineState.Replayed, cancellationToken);
        }

        return new ReplayVerdict(receipt.Stored > 0, receipt.Duplicates > 0, fault);
    }

    // The call that an event came with is not kept: a batched one names its type, the others are told apart by what they carry.
    private (Interaction? Read, string? Fault) ReadEvent(QuarantinedRow row, string text)
    {
        if (!IntakeBody.TryParse(Encoding.UTF8.GetBytes(text), out IntakeBody? body, out _))
        {
            return (null, FaultCodes.MalformedJson);
        }

        using (body)
        {
            JsonElement item = body.Root;
            IntakeRoute route = JsonFields.TryRead(item, "type") is not null ? IntakeRoute.Batch
                : JsonFields.TryRead(item, "event") is not null ? IntakeRoute.Track
                : JsonFields.TryRead(item, "traits") is not null ? IntakeRoute.Identify
                : IntakeRoute.Batch;
            DateTimeOffset receivedAt = row.ReceivedAt ?? target.Time.GetUtcNow();
            BodyEnvelope envelope = new(receivedAt, null, null, IsImport: true);
            (SegmentEvent? understood, Fault? fault) = new SegmentEventReader(target.Limits, shop.Identity).Read(item, route, new SourceId(row.Source), envelope);
            return (understood?.Interaction, fault?.Code);
        }
    }

    private async Task<Dictionary<string, ImportReport>> ReadReportsAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, ImportReport> byFile = new(StringComparer.Ordinal);
        foreach (string json in await target.Store.ListImportReportsAsync(MostReports, cancellationToken))
        {
            if (Parse(json) is { RejectedFile: { } path } report)
            {
                byFile.TryAdd(Path.GetFileName(path), report);
            }
        }

        return byFile;
    }

    private static ImportReport? Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<ImportReport>(json, ImportReport.Json);
        }
        catch (JsonException)
        {
            return null; // a report of another version's shape
        }
    }

    private bool IsFile(string name) => files.List().Any(file => string.Equals(file.Name, name, StringComparison.Ordinal));

    private static bool TrySplit(string id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? file, out long row)
    {
        int at = id.LastIndexOf(':');
        file = at > 0 ? id[..at] : null;
        row = 0;
        return file is not null && long.TryParse(id.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out row);
    }
}
