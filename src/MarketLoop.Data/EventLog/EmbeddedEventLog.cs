using System.Runtime.CompilerServices;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.Consent;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.Identity;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>The log of one data folder: journal in front, columns behind.</summary>
internal sealed class EmbeddedEventLog(DataFolder folder, Journal journal, EventQueries queries, EventLoader loader, IdentityGraph links, PersonDirectory directory, EmbeddedCatalog catalog, KeyHash keyHash) : IEventLog
{
    private const int RecordsPerBatch = 5_000; // more than any call of a sender; a turn's insights of all customers would need one frame buffer of hundreds of megabytes

    /// <summary>Appends under way, for an erasure to wait for.</summary>
    public AppendRounds Rounds { get; } = new();

    /// <inheritdoc />
    public long Head => journal.Head;

    /// <inheritdoc />
    public async ValueTask<AppendReceipt> AppendAsync(IReadOnlyList<ILogRecord> records, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        cancellationToken.ThrowIfCancellationRequested();
        if (records.Count == 0)
        {
            return new AppendReceipt(0, 0, Head);
        }

        AppendRounds.Round round = Rounds.Enter();
        try
        {
            AppendReceipt sum = new(0, 0, Head);
            for (int from = 0; from < records.Count; from += RecordsPerBatch)
            {
                AppendReceipt receipt = await AppendBatchAsync(Part(records, from), cancellationToken);
                sum = new AppendReceipt(sum.Stored + receipt.Stored, sum.Duplicates + receipt.Duplicates, receipt.LastPosition);
            }

            return sum;
        }
        finally
        {
            Rounds.Leave(round);
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<Interaction> ReadInteractionsAsync(LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(range);
        await loader.LoadAsync(cancellationToken);
        await foreach (Interaction interaction in queries.ReadInteractionsAsync(range, cancellationToken))
        {
            yield return interaction;
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<InteractionColumns> ReadColumnsAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await loader.LoadAsync(cancellationToken);
        await foreach (InteractionColumns stretch in queries.ReadColumnsAsync(before, cancellationToken))
        {
            yield return stretch;
        }
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<KeyValuePair<long, CustomerId>>> ReadPeopleAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await loader.LoadAsync(cancellationToken);
        return directory.List(customer => links.Resolve(customer, before.UtcTicks));
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<Interaction>> ReadTimelineAsync(CustomerId customer, int limit, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        await loader.LoadAsync(cancellationToken);
        return queries.ReadTimeline(directory.Find(links.ListOf(customer)), limit, before);
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<TRecord> ReadAsync<TRecord>(LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TRecord : class, ILogRecord
    {
        ArgumentNullException.ThrowIfNull(range);
        if (RecordCodec.KindOf<TRecord>() == RecordKind.Interaction)
        {
            throw new ArgumentException("Interactions are read by ReadInteractionsAsync, which resolves browsers.", nameof(range));
        }

        await loader.LoadAsync(cancellationToken);
        await foreach (TRecord record in queries.ReadAsync<TRecord>(range, cancellationToken))
        {
            yield return record;
        }
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<LoggedRecord<TRecord>>> ReadNewestAsync<TRecord>(long before, int limit, CancellationToken cancellationToken)
        where TRecord : class, ILogRecord
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        await loader.LoadAsync(cancellationToken);
        return queries.ReadNewest<TRecord>(before, limit);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<DayCount>> CountByDayAsync(TimeWindow window, CancellationToken cancellationToken)
    {
        await loader.LoadAsync(cancellationToken);
        return queries.CountByDay(window);
    }

    /// <inheritdoc />
    public async ValueTask<CustomerId> ResolveAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        await loader.LoadProfilesAsync(cancellationToken); // aliases and keys count once they are loaded
        return links.Resolve(customer);
    }

    /// <inheritdoc />
    public async Task<LogStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        await loader.LoadAsync(cancellationToken);
        return queries.ReadStatus(folder.MeasureBytes()) with { Duplicates = journal.Window };
    }

    /// <inheritdoc />
    public async Task ExportSnapshotAsync(string folder, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        await SnapshotFiles.WriteAsync(folder, asOf, this, catalog, cancellationToken);
    }

    /// <summary>Loads what is left and closes. The owner of the parts disposes them.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static IReadOnlyList<ILogRecord> Part(IReadOnlyList<ILogRecord> records, int from) =>
        records.Count <= RecordsPerBatch ? records : [.. Enumerable.Range(from, Math.Min(RecordsPerBatch, records.Count - from)).Select(i => records[i])];

    private async ValueTask<AppendReceipt> AppendBatchAsync(IReadOnlyList<ILogRecord> told, CancellationToken cancellationToken)
    {
        IReadOnlyList<ILogRecord> welcome = told.Any(directory.Tombstones.Refuses) ? [.. told.Where(record => !directory.Tombstones.Refuses(record))] : told;
        int refused = told.Count - welcome.Count;
        if (welcome.Count == 0)
        {
            return new AppendReceipt(0, refused, Head);
        }

        JournalBatch batch = new(welcome, keyHash);
        AppendReceipt receipt = await journal.AppendAsync(batch, cancellationToken);
        for (int i = 0; i < welcome.Count; i++)
        {
            if (batch.IsStored[i] && welcome[i] is Interaction interaction)
            {
                Note(interaction, receipt.LastPosition);
            }
        }

        batch.Recycle();
        return receipt with { Duplicates = receipt.Duplicates + refused };
    }

    private void Note(Interaction interaction, long position)
    {
        if (BrowserLinks.From(interaction) is BrowserLink link)
        {
            links.Observe(link);
        }

        if (ToldConsents.TellsOfProfile(interaction) || interaction.PreviousId is not null || interaction is { UserId: null, AnonymousId: null }
            || (interaction.UserId is string user && links.MattersWhetherSignedIn(user)))
        {
            loader.ExpectProfilesThrough(position);
        }
    }
}
