using MarketLoop.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Pulse;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketLoop.Server.Hosting;

/// <summary>The five rooms over one open data folder: the one place where the server meets how they are built.</summary>
internal sealed class OpenedRooms : IAsyncDisposable
{
    private readonly EmbeddedShop shop;

    private OpenedRooms(EmbeddedShop shop)
    {
        this.shop = shop;
    }

    /// <summary>Full path of the data folder.</summary>
    public string Folder => shop.Folder.Root;

    /// <summary>Opens the folder and takes its lock.</summary>
    public static async Task<OpenedRooms> OpenAsync(string folder, IConfiguration configuration, TimeProvider clock, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        new(await EmbeddedShop.OpenAsync(folder, clock, loggers, DataOptions.ReadNewFolder(configuration), DataOptions.ReadDatabaseMegabytes(configuration), cancellationToken));

    /// <summary>Events in quarantine that wait.</summary>
    internal Task<long> CountQuarantinedAsync(CancellationToken cancellationToken) => shop.CountQuarantinedAsync(cancellationToken);

    /// <summary>Registers the rooms.</summary>
    public void Register(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(this);
        services.AddMarketLoop(configuration, shop);
        services.AddHostedService<LoopSchedule>();
        services.AddHostedService<WarmStart>();
        AddRenewal<PartnerRenewal>(services);
        AddRenewal<LikenessRenewal>(services);
        services.AddSingleton(provider => new LogPulse(shop, TimeProvider.System, TimeSpan.FromSeconds(provider.GetRequiredService<IOptions<AlertOptions>>().Value.StallSeconds)));
        services.AddSingleton(provider => new PulseWatch(
            provider.GetRequiredService<LogPulse>(),
            provider.GetRequiredService<IOptions<AlertOptions>>().Value,
            shop.Folder.Outbox,
            new HttpClient(),
            TimeProvider.System,
            provider.GetRequiredService<ILogger<PulseWatch>>()));
        services.AddHostedService<PulseService>();
        services.AddHostedService<RetentionService>();
    }

    private static void AddRenewal<T>(IServiceCollection services)
        where T : PacedRenewal
    {
        services.AddSingleton<T>();
        services.AddSingleton<ITurnRenewal>(provider => provider.GetRequiredService<T>());
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }

    /// <summary>Prepares what must stand before the first request.</summary>
    public static Task StartAsync(IServiceProvider services, CancellationToken cancellationToken) => services.PrepareMarketLoopAsync(cancellationToken);

    /// <summary>Ends what works in the background, before the server stops listening.</summary>
    public static Task StopAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        Task.WhenAll(services.GetServices<IHostedService>().OfType<BackgroundService>().Select(service => service.StopAsync(cancellationToken)));

    /// <summary>Tells the folder where its server is; returns the local token.</summary>
    public string Announce(Uri address) => shop.Folder.AnnounceServer(address.ToString().TrimEnd('/')).Token;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => shop.DisposeAsync();
}
