using MarketLoop.Data.Catalog;
using MarketLoop.Data.Consent;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Profiles;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Data.EventLog;

/// <summary>Carries acknowledged records from the journal into the event database and, where they touch profiles or catalogue, into the shop database. Thread-safe.</summary>
/// <remarks>Each database keeps its own position in its own transaction, so a crash between the two costs nothing: the one that lags takes the records again, the other leaves them out.</remarks>
internal sealed class EventLoader : IAsyncDisposable
{
    private const int IdleTicksBeforeCheckpoint = 10;
    private const int SegmentsBeforeCheckpoint = 4;
    private const int HeartbeatsBeforeCheckpoint = 1_000;
    private const int AttemptsAtCheckpoint = 100;
    private const int CalmRecordsPerTick = 2_000;
    private const int FloodRecordsPerTick = 15_000;
    private const int RecordsWorthARun = 400_000;
    private const int LargeBlock = 10_000;
    private static readonly TimeSpan Cadence = TimeSpan.FromMilliseconds(500);

    private readonly Journal journal;
    private readonly EventDatabase events;
    private readonly ShopDatabase shop;
    private readonly EmbeddedCatalog catalog;
    private readonly IdentityGraph links;
    private readonly PersonDirectory directory;
    private readonly ILogger logger;
    private readonly JournalReader reader;
    private readonly EventSorter sorter;
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly CancellationTokenSource stopping = new();
    private readonly PeriodicTimer timer;
    private Task running = Task.CompletedTask;
    private Task sorting = Task.CompletedTask;
    private long profilesThrough;
    private long checkpointed;
    private long headSeen;
    private int idleTicks;
    private int largestBlock;
    private long recordsWaiting;
    private long heartbeatsWaiting;
    private bool isFailing;
    private char[] scratch = [];

    public EventLoader(Journal journal, EventDatabase events, ShopDatabase shop, EmbeddedCatalog catalog, IdentityGraph links, PersonDirectory directory, TimeProvider clock, ILogger logger)
    {
        this.journal = journal;
        this.events = events;
        this.shop = shop;
        this.catalog = catalog;
        this.links = links;
        this.directory = directory;
        this.logger = logger;
        reader = new JournalReader(journal, Position);
        headSeen = journal.Head;
        sorter = new EventSorter(events);
        timer = new PeriodicTimer(Cadence, clock);
    }

    /// <summary>Position that both databases have reached.</summary>
    public long Position => Math.Min(events.Position, shop.Position);

    /// <summary>Starts loading by itself every half second.</summary>
    public void Start() => running = Task.Run(RunAsync);

    /// <summary>Waits until everything acknowledged so far is loaded.</summary>
    public ValueTask LoadAsync(CancellationToken cancellationToken) => LoadThroughAsync(journal.Head, cancellationToken);

    /// <summary>Waits until every acknowledged trait and consent is in the profiles; does nothing when only other events are waiting.</summary>
    public ValueTask LoadProfilesAsync(CancellationToken cancellationToken) => LoadThroughAsync(Volatile.Read(ref profilesThrough), cancellationToken);

    /// <summary>Notes that a record at or before this position tells something of a profile.</summary>
    public void ExpectProfilesThrough(long position)
    {
        long present = Volatile.Read(ref profilesThrough);
        while (position > present)
        {
            long seen = Interlocked.CompareExchange(ref profilesThrough, position, present);
            if (seen == present)
            {
                return;
            }

            present = seen;
        }
    }

    /// <summary>Waits until all up to a position is loaded.</summary>
    /// <exception cref="MarketLoopException">A database cannot be written.</exception>
    public async ValueTask LoadThroughAsync(long through, CancellationToken cancellationToken)
    {
        if (Position >= through)
        {
            return;
        }

        await gate.WaitAsync(cancellationToken);
        try
        {
            while (Position < through && await LoadBlockAsync())
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            ReleaseLargeBuffers();
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Moves everything loaded into the database file and deletes the journal's segments that are no longer needed.</summary>
    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            long through = Position;
            if (through > checkpointed && events.TryCheckpoint())
            {
                checkpointed = through;
                recordsWaiting = heartbeatsWaiting = 0;
                Log.Checkpointed(logger, through, journal.DeleteThrough(through));
            }
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Loads everything acknowledged, then does something while nothing is loaded.</summary>
    public async Task<T> RunLoadedAsync<T>(Func<Task<T>> run, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            while (Position < journal.Head && await LoadBlockAsync())
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            return await run();
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Empties the journal of everything loaded. Only inside <see cref="RunLoadedAsync"/>.</summary>
    /// <exception cref="MarketLoopException">Readers kept the event database from being checkpointed (transient).</exception>
    public async Task DropJournalAsync(CancellationToken cancellationToken)
    {
        long through = await journal.RotateAsync(cancellationToken);
        while (Position < through && await LoadBlockAsync())
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        for (int attempt = 0; !events.TryCheckpoint(); attempt++)
        {
            if (attempt == AttemptsAtCheckpoint)
            {
                throw new MarketLoopException("The event database cannot be checkpointed: somebody keeps reading it.", isTransient: true);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }

        checkpointed = Math.Max(checkpointed, through);
        journal.DeleteThrough(through);
    }

    /// <summary>Stops; what is not loaded stays in the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        await sorting;
        timer.Dispose();
        reader.Dispose();
        gate.Dispose();
        stopping.Dispose();
    }

    private async Task<bool> LoadBlockAsync()
    {
        long before = Position;
        try
        {
            List<LoadedRecord> records = reader.ReadBlock();
            if (records.Count == 0)
            {
                return false;
            }

            long through = records[^1].Position;

            // The shop database first: a record must not be in the log before its person's key is safe.
            Enrolment people = through > shop.Position ? await ProjectAsync(records, through) : await directory.EnrolAsync(records);
            events.Append(records, people.ByRecord, through);
            CountSinceCheckpoint(records);
            largestBlock = Math.Max(largestBlock, records.Count);
            return true;
        }
        catch
        {
            reader.ReturnTo(before);
            throw;
        }
    }

    /// <summary>After a flood the buffers of its blocks would be most of an idle shop's memory; a steady trickle keeps its small ones.</summary>
    private void ReleaseLargeBuffers()
    {
        if (largestBlock >= LargeBlock && Position == journal.Head)
        {
            reader.Release();
            events.ReleaseBuffers();
            largestBlock = 0;
        }
    }

    /// <summary>A checkpoint for a single sign of life every half minute would wear the disk: they wait for each other.</summary>
    private void CountSinceCheckpoint(List<LoadedRecord> records)
    {
        int beats = records.Count(record => record.Kind == RecordKind.Heartbeat);
        heartbeatsWaiting += beats;
        recordsWaiting += records.Count - beats;
    }

    private async Task<Enrolment> ProjectAsync(IReadOnlyList<LoadedRecord> records, long through)
    {
        Enrolment? people = null;
        IReadOnlyList<CustomerId> moved = [];
        await shop.ProjectAsync(
            through,
            (connection, transaction) =>
            {
                people = directory.Enrol(connection, transaction, records);
                HashSet<string> told = new(StringComparer.Ordinal);
                List<Interaction> interactions = ListInteractions(records, people, record => IsOfConcern(record, told));
                if (interactions.Exists(interaction => interaction.PreviousId is not null))
                {
                    interactions = ListInteractions(records, people, _ => true); // an alias asks who of this block signed in
                }

                EmbeddedProfiles.Project(connection, transaction, interactions);
                ConsentTable.Project(connection, transaction, interactions);
                moved = IdentityTables.Project(connection, transaction, interactions, people, links, links.Keys);
                return catalog.Learn(connection, transaction, interactions);
            },
            learned =>
            {
                directory.Publish(people!); // set just before
                catalog.Publish(learned);
                links.Announce(moved);
            },
            CancellationToken.None);
        return people!; // the same
    }

    private List<Interaction> ListInteractions(IReadOnlyList<LoadedRecord> records, Enrolment people, Func<LoadedRecord, bool> isWanted) => [.. records
        .Where((record, i) => record.Kind == RecordKind.Interaction && record.Position > shop.Position && people.ByRecord[i] != PersonDirectory.Nobody && isWanted(record))
        .Select(record => (Interaction)record.Record)];

    private bool IsOfConcern(in LoadedRecord record, HashSet<string> told) =>
        record.Row.IsTellingOfPeople || catalog.MayLearnFrom(record.Row, told) || (links.HasAliases && links.MattersWhetherSignedIn(record.CopyCustomer(ref scratch)));

    private async Task RunAsync()
    {
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                await TickAsync();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // closing
        }
    }

    private async Task TickAsync()
    {
        try
        {
            long before = Position;
            long head = journal.Head;
            bool isFlood = head - headSeen >= FloodRecordsPerTick;
            headSeen = head;
            if (isFlood && head - before < RecordsWorthARun)
            {
                return; // soon there is enough for a sorted run; whoever reads before loads what there is
            }

            bool isIdle = head == before;
            await LoadThroughAsync(isFlood ? before + 1 : head, stopping.Token); // in a flood one block, and no small rest
            idleTicks = isIdle ? idleTicks + 1 : 0;
            bool isWorthIt = recordsWaiting > 0 || heartbeatsWaiting >= HeartbeatsBeforeCheckpoint;
            if ((idleTicks == IdleTicksBeforeCheckpoint && isWorthIt) || journal.ListSegments().Count > SegmentsBeforeCheckpoint)
            {
                await CheckpointAsync(stopping.Token);
            }

            if (sorting.IsCompleted)
            {
                bool isCalm = Position - before < CalmRecordsPerTick;
                sorting = Task.Run(() => Sort(isCalm));
            }

            isFailing = false;
        }
        catch (Exception failure) when (failure is not OperationCanceledException) // host border: the loader lives on and tries again; a reader who waits gets the exception itself
        {
            if (!isFailing)
            {
                Log.LoadFailed(logger, failure);
            }

            isFailing = true;
        }
    }

    private void Sort(bool isCalm)
    {
        try
        {
            long moved = sorter.Sort(Position, isCalm, stopping.Token);
            if (moved > 0)
            {
                Log.HistorySorted(logger, moved);
            }
        }
        catch (Exception failure) // host border: unsorted history is only slower, and the next tick tries again
        {
            Log.SortFailed(logger, failure);
        }
    }
}
