using System.Text.Json;
using MarketLoop.Analysis.Audiences;
using MarketLoop.Analysis.Baskets;
using MarketLoop.Analysis.Evaluation;
using MarketLoop.Analysis.Journeys;
using MarketLoop.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Importing;
using MarketLoop.Data.Shop;
using MarketLoop.Data.Upkeep;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Analysis;
using MarketLoop.Server.Api.Data;
using MarketLoop.Server.Hosting;
using Microsoft.Extensions.Configuration;

namespace MarketLoop.Cli.Access;

/// <summary>A shop whose folder this very process holds.</summary>
internal sealed class LocalShop : IShopAccess
{
    private const string Owner = "command line";

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
        IConfiguration configuration = ShopConfiguration.ReadChecked(folder);
        ILoggerFactory loggers = QuietLogging.CreateFactory();
        EmbeddedShop opened = await EmbeddedShop.OpenAsync(folder, TimeProvider.System, loggers, DataOptions.ReadNewFolder(configuration), DataOptions.ReadDatabaseMegabytes(configuration), cancellationToken);
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
        long quarantined = await shop.CountQuarantinedAsync(cancellationToken);
        return new DataStatus(new EventCounts(status.Events, status.ByType, status.BySource), status.First, status.Last, quarantined, status.BytesOnDisk, status.Records) { Duplicates = status.Duplicates };
    }

    /// <inheritdoc />
    public async Task<ImportReport> ImportAsync(ImportOrder order, IProgress<ImportProgress> progress, CancellationToken cancellationToken)
    {
        ImportTarget target = services.GetRequiredService<ImportTarget>();
        IShopImporter importer = ShopImporters.Find(order.Format, target, order.Mapping) ?? throw new ImportFormatException($"There is no format '{order.Format}'.");
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
        return NewKey.Of(await shop.Store.AddKeyAsync(new SourceId(source), isSecret, cancellationToken));
    }

    /// <inheritdoc />
    public async Task<NewKey?> RotateKeyAsync(string id, double overlapHours, CancellationToken cancellationToken) =>
        await shop.Store.RotateKeyAsync(id, TimeSpan.FromHours(overlapHours), cancellationToken) is { } issued ? NewKey.Of(issued) : null;

    /// <inheritdoc />
    public Task<bool> LimitKeyAsync(string id, int? requestsPerSecond, CancellationToken cancellationToken) =>
        shop.Store.LimitKeyAsync(id, requestsPerSecond, cancellationToken);

    /// <inheritdoc />
    public Task<bool> RevokeKeyAsync(string id, CancellationToken cancellationToken) => shop.Store.RevokeKeyAsync(id, cancellationToken);

    /// <inheritdoc />
    public Task<CustomerExport> ExportCustomerAsync(CustomerId customer, CancellationToken cancellationToken) => shop.Rights.ExportAsync(customer, cancellationToken);

    /// <inheritdoc />
    public Task<ErasureReceipt> EraseCustomerAsync(CustomerId customer, CancellationToken cancellationToken) => shop.Rights.EraseAsync(customer, cancellationToken);

    /// <inheritdoc />
    public async Task<IdentityDecision> MergeCustomersAsync(CustomerId customer, CustomerId into, string reason, CancellationToken cancellationToken) =>
        Need(await shop.Identity.MergeAsync(customer, into, reason, Owner, cancellationToken));

    /// <inheritdoc />
    public async Task<IdentityDecision> SplitCustomersAsync(long decision, string reason, CancellationToken cancellationToken) =>
        Need(await shop.Identity.UndoAsync(decision, reason, Owner, cancellationToken));

    /// <inheritdoc />
    public Task<IReadOnlyList<IdentityDecision>> ListMergesAsync(CancellationToken cancellationToken) => Task.FromResult(shop.Identity.ListDecisions());

    /// <inheritdoc />
    public Task<BackupManifest> BackUpAsync(string to, CancellationToken cancellationToken) => shop.Upkeep.BackUpAsync(to, cancellationToken);

    /// <inheritdoc />
    public Task<VerificationReport> VerifyAsync(CancellationToken cancellationToken) => shop.Upkeep.VerifyAsync(cancellationToken);

    /// <inheritdoc />
    public Task<FunnelReport> ReadFunnelAsync(FunnelRequest request, CancellationToken cancellationToken) =>
        services.GetRequiredService<JourneyReports>().FunnelAsync(request, cancellationToken);

    /// <inheritdoc />
    public Task<RetentionReport> ReadRetentionAsync(RetentionRequest request, CancellationToken cancellationToken) =>
        services.GetRequiredService<JourneyReports>().RetentionAsync(request, cancellationToken);

    /// <inheritdoc />
    public Task<PathReport> ReadPathsAsync(PathRequest request, CancellationToken cancellationToken) =>
        services.GetRequiredService<JourneyReports>().PathsAsync(request, cancellationToken);

    /// <inheritdoc />
    public Task<BasketReport> FindBasketsAsync(BasketRequest request, CancellationToken cancellationToken) =>
        services.GetRequiredService<BasketReports>().FindAsync(request, cancellationToken);

    /// <inheritdoc />
    public async Task<JsonElement> EvaluateSegmentsAsync(CancellationToken cancellationToken)
    {
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(shop.Folder.Shop.TimeZone);
        return JsonSerializer.SerializeToElement(await SegmentEvaluator.EvaluateAsync(shop.Log, shop.Catalog, zone, cancellationToken), Terminal.Screen.JsonOptions);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<AudienceView>> ListAudiencesAsync(CancellationToken cancellationToken) =>
        [.. (await services.GetRequiredService<AudienceDesk>().ListAsync(cancellationToken)).Select(AudienceView.Of)];

    /// <inheritdoc />
    public async Task<AudienceCount> CountAudienceAsync(AudienceRule rule, CancellationToken cancellationToken) =>
        await (await PrepareAudiencesAsync(cancellationToken)).CountAsync(rule, cancellationToken);

    /// <inheritdoc />
    public async Task<AudienceCount> SaveAudienceAsync(string name, AudienceRule rule, CancellationToken cancellationToken) =>
        await (await PrepareAudiencesAsync(cancellationToken)).SaveAsync(name, rule, cancellationToken);

    /// <inheritdoc />
    public async Task<string?> ExportAudienceAsync(string name, AudienceGrouping? grouping, CancellationToken cancellationToken)
    {
        AudienceDesk desk = await PrepareAudiencesAsync(cancellationToken);
        return await desk.FindAsync(name, cancellationToken) is not { } audience ? null
            : grouping is { } by ? AudienceFiles.Write(await desk.GroupAsync(name, audience.Rule, by, Owner, cancellationToken))
            : AudienceFiles.Write(await desk.ListMembersAsync(name, audience.Rule, Owner, cancellationToken));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await shop.DisposeAsync();
    }

    private async Task<AudienceDesk> PrepareAudiencesAsync(CancellationToken cancellationToken)
    {
        await services.PrepareMarketLoopAsync(cancellationToken);
        return services.GetRequiredService<AudienceDesk>();
    }

    private static IdentityDecision Need(DecisionVerdict verdict) => verdict.Decision ?? throw new MarketLoopException(verdict.Refusal switch
    {
        DecisionRefusal.UnknownCustomer => "Nobody ever heard of one of the two customers.",
        DecisionRefusal.UnknownDecision => "There is no decision of that number; merges lists them.",
        DecisionRefusal.IntoBrowser => "A customer who signed in cannot become a browser or a key: merge that one into the customer.",
        _ => "The two are one customer already, by what events told.",
    });
}
