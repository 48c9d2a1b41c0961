using MarketLoop.Data.Catalog;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Data.Profiles;
using MarketLoop.Data.Shop;
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

    private EmbeddedShop(DataFolder folder, Journal journal, EventDatabase events, ShopDatabase shop, KeyHash keyHash, TimeProvider clock, ILogger logger)
    {
        Folder = folder;
        this.journal = journal;
        this.events = events;
        this.shop = shop;
        BrowserLinks links = new();
        events.FillLinks(links);
        EmbeddedCatalog catalog = new(shop, clock);
        loader = new EventLoader(journal, events, shop, catalog, links, clock, logger);
        Log = new EmbeddedEventLog(folder, journal, events, loader, links, catalog, keyHash);
        Profiles = new EmbeddedProfiles(shop, loader);
        Catalog = catalog;
        Campaigns = new EmbeddedCampaigns(shop);
        Mended = new MendedRows(shop, clock);
        Models = new EmbeddedModels(folder, shop);
        Store = new EmbeddedShopStore(shop, clock);
    }

    /// <summary>The event log.</summary>
    public IEventLog Log { get; }

    /// <summary>Traits and consent.</summary>
    public IProfileStore Profiles { get; }

    /// <summary>The catalogue.</summary>
    public ICatalogStore Catalog { get; }

    /// <summary>Promotions and advertising campaigns.</summary>
    public ICampaignStore Campaigns { get; }

    /// <summary>The model registry.</summary>
    public IModelStore Models { get; }

    /// <summary>Keyed state: settings, keys, claims, turns.</summary>
    public IShopStore Store { get; }

    /// <summary>The folder.</summary>
    public DataFolder Folder { get; }

    /// <summary>What became of quarantined rows.</summary>
    internal MendedRows Mended { get; }

    /// <summary>Opens a data folder; makes it when it is missing.</summary>
    /// <exception cref="MarketLoopException">Another process holds the folder, it is of a newer format, or it cannot be read or written.</exception>
    public static Task<EmbeddedShop> OpenAsync(string folder, TimeProvider clock, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        OpenAsync(folder, clock, loggers, whenNew: null, cancellationToken);

    /// <summary>Opens a data folder; makes it with the given facts when it is missing.</summary>
    /// <exception cref="MarketLoopException">Another process holds the folder, it is of a newer format, or it cannot be read or written.</exception>
    public static async Task<EmbeddedShop> OpenAsync(string folder, TimeProvider clock, ILoggerFactory loggers, NewFolder? whenNew, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        ILogger logger = loggers.CreateLogger("MarketLoop.Data");
        DataFolder held = await DataFolder.OpenAsync(folder, clock, whenNew, cancellationToken);
        EventDatabase? columns = null;
        ShopDatabase? keyed = null;
        Journal? door = null;
        try
        {
            KeyHash keyHash = new(held.Secrets.Keys);
            columns = EventDatabase.Open(held, keyHash, logger);
            keyed = ShopDatabase.Open(held);
            KeyIndex index = new();
            columns.FillKeys(index);
            door = Journal.Open(held.Journal, index, Math.Max(columns.Position, keyed.Position), Math.Min(columns.Position, keyed.Position), logger);
            EmbeddedShop opened = new(held, door, columns, keyed, keyHash, clock, logger);
            await opened.CatchUpAsync(logger, cancellationToken);
            return opened;
        }
        catch (Exception failure)
        {
            if (door is not null)
            {
                await door.DisposeAsync();
            }

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
        events.Dispose();
        shop.Dispose();
        Folder.Dispose();
    }

    private async Task CatchUpAsync(ILogger logger, CancellationToken cancellationToken)
    {
        long before = loader.Position;
        await loader.LoadAsync(cancellationToken);
        EventDatabase.ForgetDamaged(Folder);
        loader.Start();
        Data.Log.FolderOpened(logger, Folder.Root, journal.Head, journal.Head - before);
    }
}
