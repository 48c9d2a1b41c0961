using System.Text.Json;
using MarketLoop.Analysis.Evaluation;
using MarketLoop.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Importing;
using MarketLoop.Data.Shop;
using MarketLoop.Data.Upkeep;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Data;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace MarketLoop.Cli.Access;

/// <summary>A shop whose folder this very process holds.</summary>
internal sealed class LocalShop : IShopAccess
{
    private readonly EmbeddedShop shop;
    private readonly ServiceProvider services;

    private LocalShop(EmbeddedShop shop, ServiceProvider services)
    {
        this.shop = shop;
        this.services = services;
    }

    /// <inheritdoc />
    public string Place => $"folder {shop.Folder.Root}";

    /// <summary>Opens the folder; makes it when it is missing.</summary>
    public static async Task<LocalShop> OpenAsync(string folder, CancellationToken cancellationToken)
    {
        IConfiguration configuration = ShopConfiguration.Build(folder);
        ILoggerFactory loggers = QuietLogging.CreateFactory();
        DataOptions options = new();
        configuration.GetSection(DataOptions.SectionName).Bind(options);
        EmbeddedShop opened = await EmbeddedShop.OpenAsync(folder, TimeProvider.System, loggers, options.ToNewFolder(), cancellationToken);
        ServiceProvider provider = new ServiceCollection()
            .AddSingleton(loggers)
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddMarketLoop(configuration, opened)
            .BuildServiceProvider();
        return new LocalShop(opened, provider);
    }

    /// <inheritdoc />
    public async Task<DataStatus> ReadStatusAsync(CancellationToken cancellationToken)
    {
        LogStatus status = await shop.Log.GetStatusAsync(cancellationToken);
        long quarantined = Directory.EnumerateFiles(shop.Folder.Quarantine, "*.jsonl").Sum(file => (long)File.ReadLines(file).Count());
        return new DataStatus(new EventCounts(status.Events, status.ByType, status.BySource), status.First, status.Last, quarantined, status.BytesOnDisk, status.Records) { Duplicates = status.Duplicates };
    }

    /// <inheritdoc />
    public async Task<ImportReport> ImportAsync(ImportOrder order, IProgress<ImportProgress> progress, CancellationToken cancellationToken)
    {
        ImportTarget target = services.GetRequiredService<ImportTarget>();
        IShopImporter importer = order.Mapping is { } mapping
            ? new MappedCsvImporter(target, mapping)
            : ShopImporters.Find(order.Format, target) ?? throw new ImportFormatException($"There is no format '{order.Format}'.");
        await using FileStream file = File.OpenRead(order.File);
        return await importer.ImportAsync(file, new SourceId(order.Source ?? order.Format), progress, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<TurnReport> TurnAsync(DateTimeOffset? asOf, IProgress<string> progress, CancellationToken cancellationToken)
    {
        await services.PrepareMarketLoopAsync(cancellationToken);
        return await services.GetRequiredService<LoopTurns>().RunAsync(asOf, cancellationToken, progress);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<SourceKey>> ListKeysAsync(CancellationToken cancellationToken) => shop.Store.ListKeysAsync(cancellationToken);

    /// <inheritdoc />
    public async Task<NewKey> AddKeyAsync(string source, bool isSecret, CancellationToken cancellationToken)
    {
        IssuedKey issued = await shop.Store.AddKeyAsync(new SourceId(source), isSecret, cancellationToken);
        return new NewKey(issued.Key.Id, issued.Key.Source, issued.Key.IsSecret, issued.Secret);
    }

    /// <inheritdoc />
    public Task<bool> RevokeKeyAsync(string id, CancellationToken cancellationToken) => shop.Store.RevokeKeyAsync(id, cancellationToken);

    /// <inheritdoc />
    public Task<CustomerExport> ExportCustomerAsync(CustomerId customer, CancellationToken cancellationToken) => shop.Rights.ExportAsync(customer, cancellationToken);

    /// <inheritdoc />
    public Task<ErasureReceipt> EraseCustomerAsync(CustomerId customer, CancellationToken cancellationToken) => shop.Rights.EraseAsync(customer, cancellationToken);

    /// <inheritdoc />
    public Task<BackupManifest> BackUpAsync(string to, CancellationToken cancellationToken) => shop.Upkeep.BackUpAsync(to, cancellationToken);

    /// <inheritdoc />
    public Task<VerificationReport> VerifyAsync(CancellationToken cancellationToken) => shop.Upkeep.VerifyAsync(cancellationToken);

    /// <inheritdoc />
    public async Task<JsonElement> EvaluateSegmentsAsync(CancellationToken cancellationToken)
    {
        LogStatus status = await shop.Log.GetStatusAsync(cancellationToken);
        DateTimeOffset asOf = status.Last?.AddSeconds(1) ?? throw new MarketLoopException("The shop has no events yet: import some first.");
        Product[] products = [.. shop.Catalog.Current.Values.OrderBy(product => product.Id.Value, StringComparer.Ordinal)];
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(shop.Folder.Shop.TimeZone);
        IAsyncEnumerable<Interaction> interactions = shop.Log.ReadInteractionsAsync(LogRange.Everything, cancellationToken);
        return JsonSerializer.SerializeToElement(await SegmentEvaluator.EvaluateAsync(interactions, products, asOf, zone, seed: 1, progress: null, cancellationToken), Terminal.Screen.JsonOptions);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await shop.DisposeAsync();
    }
}
