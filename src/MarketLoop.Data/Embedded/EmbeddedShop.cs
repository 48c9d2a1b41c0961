using MarketLoop.Data.Audiences;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Consent;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Journeys;
using MarketLoop.Data.Models;
using MarketLoop.Data.Placements;
using MarketLoop.Data.Profiles;
using MarketLoop.Data.Shop;
using MarketLoop.Data.Upkeep;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Data.Embedded;

/// <summary>One shop's data folder, opened: the ports of room 1 over a journal, DuckDB and SQLite. Thread-safe.</summary>
/// <remarks>When <see cref="OpenAsync(string, TimeProvider, ILoggerFactory, CancellationToken)"/> returns, everything ever acknowledged is loaded: a crash needs no repair step.</remarks>
public sealed class EmbeddedShop : IAsyncDisposable
{
    private readonly Journal journal;
    private readonly EventDatabase events;
    private readonly ShopDatabase shop;
    private readonly EventLoader loader;
    private bool isDisposed;

    private EmbeddedShop(DataFolder folder, Journal journal, EventDatabase events, ShopDatabase shop, PersonDirectory directory, KeyHash keyHash, TimeProvider clock, ILogger logger)
    {
        Folder = folder;
        this.journal = journal;
        this.events = events;
        this.shop = shop;
        IdentityGraph links = new(keyHash);
        shop.Read(connection =>
        {
            IdentityTables.Fill(connection, links);
            return 0;
        });
        EmbeddedCatalog catalog = new(shop, clock);
        loader = new EventLoader(journal, events, shop, catalog, links, directory, clock, logger);
        EventQueries queries = new(events, links, directory.Keys);
        EmbeddedEventLog log = new(folder, journal, queries, loader, links, directory, catalog, keyHash);
        Log = log;
        Journeys = new JourneyReader(events, loader, links, shop);
        Profiles = new EmbeddedProfiles(shop, loader, links);
        Consents = new ConsentLedger(shop, loader, links, log);
        Catalog = catalog;
        Campaigns = new EmbeddedCampaigns(shop);
        Audiences = new EmbeddedAudiences(shop);
        Placements = new EmbeddedPlacements(shop);
        Mended = new MendedRows(shop, clock);
        Models = new EmbeddedModels(folder, shop);
        Store = new EmbeddedShopStore(shop, clock);
        Parts = new(this, log, queries, loader, shop, links, directory, journal, events, keyHash);
        Identity = new CustomerIdentity(Parts, clock);
        Rights = new CustomerRights(Parts, clock);
        Upkeep = new FolderUpkeep(Parts, clock);
    }

    /// <summary>The event log.</summary>
    public IEventLog Log { get; }

    /// <summary>Everybody's acts in order, person by person.</summary>
    public JourneyReader Journeys { get; }

    /// <summary>Traits and consent.</summary>
    public IProfileStore Profiles { get; }

    /// <summary>Who said yes or no to what.</summary>
    public ConsentLedger Consents { get; }

    /// <summary>The catalogue.</summary>
    public ICatalogStore Catalog { get; }

    /// <summary>Promotions and advertising campaigns.</summary>
    public ICampaignStore Campaigns { get; }

    /// <summary>Saved audiences.</summary>
    public IAudienceStore Audiences { get; }

    /// <summary>Settings of the places where recommendations show.</summary>
    public IPlacementStore Placements { get; }

    /// <summary>The model registry.</summary>
    public IModelStore Models { get; }

    /// <summary>Keyed state: settings, keys, claims, turns.</summary>
    public IShopStore Store { get; }

    /// <summary>Merges, splits, and what waits for such a decision.</summary>
    public CustomerIdentity Identity { get; }

    /// <summary>What a person may ask for: export and erasure.</summary>
    public CustomerRights Rights { get; }

    /// <summary>Backup and verification.</summary>
    public FolderUpkeep Upkeep { get; }

    /// <summary>The folder.</summary>
    public DataFolder Folder { get; }

    /// <summary>Events that the door refused and that wait to be looked at: those replayed or discarded no longer count. O(bytes of the quarantine).</summary>
    public Task<long> CountQuarantinedAsync(CancellationToken cancellationToken) => QuarantineFiles.CountWaitingAsync(Folder.Quarantine, Mended, cancellationToken);

    /// <summary>What became of quarantined rows.</summary>
    internal MendedRows Mended { get; }

    /// <summary>What lies below the ports.</summary>
    internal ShopParts Parts { get; }

    /// <summary>Opens a data folder; makes it when it is missing.</summary>
    /// <exception cref="MarketLoopException">Another process holds the folder, it is of a newer format, or it cannot be read or written.</exception>
    public static Task<EmbeddedShop> OpenAsync(string folder, TimeProvider clock, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        OpenAsync(folder, clock, loggers, whenNew: null, databaseMegabytes: null, cancellationToken);

    /// <summary>Opens a data folder; makes it with the given facts when it is missing.</summary>
    /// <exception cref="MarketLoopException">Another process holds the folder, it is of a newer format, or it cannot be read or written.</exception>
    public static async Task<EmbeddedShop> OpenAsync(string folder, TimeProvider clock, ILoggerFactory loggers, NewFolder? whenNew, int? databaseMegabytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        ILogger logger = loggers.CreateLogger("MarketLoop.Data");
        DataFolder held = await DataFolder.OpenAsync(folder, clock, whenNew, cancellationToken);
        EventDatabase? columns = null;
        ShopDatabase? keyed = null;
        Journal? door = null;
        KeyIndex? index = null;
        try
        {
            KeyHash keyHash = new(held.Secrets.Keys);
            await FolderUpgrade.RunAsync(held, logger, cancellationToken);
            keyed = ShopDatabase.Open(held.ShopDatabase);
            PersonDirectory directory = new(keyed, keyHash);
            columns = EventDatabase.Open(held.EventDatabase, held.Temporary, keyHash, directory.Keys, logger, databaseMegabytes);
            index = new KeyIndex(held.Temporary);
            columns.FillKeys(index);
            door = Journal.Open(held.Journal, index, Math.Max(columns.Position, keyed.Position), Math.Min(columns.Position, keyed.Position), logger);
            EmbeddedShop opened = new(held, door, columns, keyed, directory, keyHash, clock, logger);
            await opened.CatchUpAsync(logger, cancellationToken);
            return opened;
        }
        catch (Exception failure)
        {
            if (door is not null)
            {
                await door.DisposeAsync();
            }

            index?.Dispose();
            keyed?.Dispose();
            columns?.Dispose();
            held.Dispose();
            if (failure is IOException or UnauthorizedAccessException)
            {
                throw new MarketLoopException($"The data folder {held.Root} cannot be opened: {failure.Message}", isTransient: true, failure);
            }

            throw;
        }
    }

    /// <summary>Writes the log compactly to disk and drops the part of the journal that is no longer needed. Happens by itself when idle and on closing.</summary>
    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        await loader.LoadAsync(cancellationToken);
        await loader.CheckpointAsync(cancellationToken);
    }

    /// <summary>Answers what is under way, loads it, closes, and releases the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        await journal.DisposeAsync();
        try
        {
            await CheckpointAsync(CancellationToken.None);
        }
        catch (MarketLoopException)
        {
            // a full disk must not keep the program from ending: what is not loaded is in the journal
        }

        await loader.DisposeAsync();
        Parts.OneAtATime.Dispose();
        events.Dispose();
        shop.Dispose();
        Folder.Dispose();
    }

    private async Task CatchUpAsync(ILogger logger, CancellationToken cancellationToken)
    {
        long before = loader.Position;
        await loader.LoadAsync(cancellationToken);
        EventDatabase.ForgetDamaged(Folder);
        await Rights.ResumeAsync(cancellationToken);
        loader.Start();
        Data.Log.FolderOpened(logger, Folder.Root, journal.Head, journal.Head - before);
    }
}

/// <summary>The parts of an opened shop that work together below its ports.</summary>
internal sealed record ShopParts(
    EmbeddedShop Owner, EmbeddedEventLog Log, EventQueries Queries, EventLoader Loader, ShopDatabase Shop, IdentityGraph Links, PersonDirectory Directory, Journal Journal, EventDatabase Events, KeyHash KeyHash)
{
    /// <summary>Held by an erasure, a backup or a verification: none of them may see another half done.</summary>
    public SemaphoreSlim OneAtATime { get; } = new(1, 1);
}
