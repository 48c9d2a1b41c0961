using System.Runtime.InteropServices;
using System.Threading.Channels;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>One run over a file of events: read, clean, put orders together, store. Memory does not grow with the file, and an interrupted run goes on where it stopped.</summary>
internal sealed class RowImport(ImportTarget target, string format, SourceId source, IProgress<ImportProgress>? progress)
{
    private const int BlockRows = 2_000;
    private const int BlocksWaiting = 4;
    private const int RowsBetweenNews = 10_000;
    private readonly InteractionCleaner cleaner = new(target.Cleaning, target.Currency, target.Time.GetUtcNow());
    private readonly OrderWindow orders = new();
    private readonly SortedDictionary<string, long> dropped = new(StringComparer.Ordinal);
    private readonly System.IO.Hashing.XxHash64 block = new();
    private readonly Channel<RowBlock> blocks = System.Threading.Channels.Channel.CreateBounded<RowBlock>(BlocksWaiting);
    private List<ILogRecord> pending = new(BlockRows);
    private ImportMarks? marks;
    private long rows;
    private long stored;
    private long duplicates;
    private long resumedRows;
    private DateTimeOffset? first;
    private DateTimeOffset? last;

    /// <summary>What the columns were told to mean, for the report: the quarantine reads mended rows by it.</summary>
    public ColumnMapping? Mapping { get; init; }

    /// <summary>Imports the file.</summary>
    public async Task<ImportReport> RunAsync(IRowFile file, CancellationToken cancellationToken)
    {
        await using RejectedRows rejected = new(target.QuarantineFolder, source.Value, file.Headers);
        Task storing = Task.Run(() => StoreAsync(cancellationToken), CancellationToken.None);
        try
        {
            while (await file.ReadAsync(cancellationToken))
            {
                await TakeAsync(file, rejected);
                if (rows % BlockRows == 0)
                {
                    await EndBlockAsync(isWhole: true);
                }

                if (rows % RowsBetweenNews == 0)
                {
                    progress?.Report(new ImportProgress("read", rows, file.Share));
                }
            }

            CloseOrders(long.MaxValue - 1);
            await EndBlockAsync(isWhole: false);
            blocks.Writer.Complete();
            await storing;
            marks?.Complete();
        }
        catch (ChannelClosedException)
        {
            await storing; // tells why nothing can be stored
            throw;
        }
        finally
        {
            blocks.Writer.TryComplete();
            await storing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            marks?.Dispose();
        }

        ImportReport report = Summarise(await rejected.CompleteAsync());
        await target.Store.AddImportReportAsync(report.ToJson(), cancellationToken);
        return report;
    }

    private async ValueTask TakeAsync(IRowFile file, RejectedRows rejected)
    {
        rows++;
        UInt128 fingerprint = file.Fingerprint;
        block.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in fingerprint)));
        RowReading reading = file.Read();
        string? fault = reading.Fault;
        if (reading.Interaction is { } interaction)
        {
            fault = cleaner.Judge(ref interaction, reading.UserAgent);
            reading = reading with { Interaction = interaction };
        }

        if (fault is null && reading.OrderKey is not null)
        {
            fault = orders.Add(reading, fingerprint, rows) ? null : RowFaults.Duplicate;
        }
        else if (fault is null)
        {
            Add(reading.Told is { } told ? reading.Interaction! with { PropertiesJson = ToldProduct.Write([told]) } : reading.Interaction!); // no fault, so there is one
        }

        if (fault is not null)
        {
            dropped[fault] = dropped.GetValueOrDefault(fault) + 1;
            await rejected.AddAsync(file.Fields, file.Line, fault);
        }

        CloseOrders(rows);
    }

    private void CloseOrders(long row)
    {
        foreach (Interaction order in orders.TakeClosed(row))
        {
            Add(order);
        }
    }

    private void Add(Interaction interaction)
    {
        pending.Add(interaction);
        first = first is { } earliest && earliest <= interaction.OccurredAt ? first : interaction.OccurredAt;
        last = last is { } latest && latest >= interaction.OccurredAt ? last : interaction.OccurredAt;
    }

    private async ValueTask EndBlockAsync(bool isWhole)
    {
        ulong hash = block.GetCurrentHashAsUInt64();
        block.Reset();
        if (isWhole)
        {
            marks ??= ImportMarks.Open(target.MarksFolder, format, source, hash);
        }

        if (isWhole && marks?.Pass(hash) is { } passed)
        {
            stored += passed.Stored;
            duplicates += passed.Duplicates;
            resumedRows += BlockRows;
            pending.Clear();
            return;
        }

        await blocks.Writer.WriteAsync(new RowBlock(pending, isWhole ? hash : null));
        pending = new List<ILogRecord>(BlockRows);
    }

    // The disk works on the blocks in their order while the next ones are read.
    private async Task StoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (RowBlock read in blocks.Reader.ReadAllAsync(CancellationToken.None))
            {
                AppendReceipt receipt = read.Events.Count == 0 ? new AppendReceipt(0, 0, 0) : await target.Log.AppendAsync(read.Events, cancellationToken);
                stored += receipt.Stored;
                duplicates += receipt.Duplicates;
                if (read.Hash is { } whole)
                {
                    marks!.Add(new ImportMark(whole, receipt.Stored, receipt.Duplicates)); // opened with the first whole block
                }
            }
        }
        finally
        {
            blocks.Writer.TryComplete(); // whoever reads on finds it closed
        }
    }

    private ImportReport Summarise(string? rejectedFile) => new()
    {
        Format = format,
        Source = source.Value,
        Mapping = Mapping,
        ImportedAt = target.Time.GetUtcNow(),
        RowsRead = rows,
        RowsJoined = orders.Joined,
        RowsResumed = resumedRows > 0 ? resumedRows : null,
        Rejected = dropped,
        RejectedFile = rejectedFile,
        EventsStored = stored,
        EventsDuplicate = duplicates,
        FirstEvent = first,
        LastEvent = last,
    };

    /// <summary>Events of a block of rows.</summary>
    /// <param name="Events">What is to be stored.</param>
    /// <param name="Hash">Hash of its rows; null for the rest of a file, which leaves no mark.</param>
    private readonly record struct RowBlock(List<ILogRecord> Events, ulong? Hash);
}
