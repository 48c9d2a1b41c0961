using MarketLoop.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Intake;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace MarketLoop.Server.Tests;

/// <summary>The intake routes alone on a real Kestrel at a free port, over an embedded shop in a folder of its own.</summary>
internal sealed class IntakeHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private IntakeHost(WebApplication app, EmbeddedShop shop, string key)
    {
        this.app = app;
        Shop = shop;
        Key = key;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public EmbeddedShop Shop { get; }

    public string Key { get; }

    public HttpClient Client { get; }

    public SegmentIntake Intake => app.Services.GetRequiredService<SegmentIntake>();

    public IHostApplicationLifetime Lifetime => app.Lifetime;

    public static Task<IntakeHost> StartAsync(params (string Name, string Value)[] settings) => StartAsync(log: null, settings);

    /// <summary>Starts it with another log in place of the shop's.</summary>
    public static async Task<IntakeHost> StartAsync(IEventLog? log, params (string Name, string Value)[] settings)
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        string folder = Directory.CreateTempSubdirectory("marketloop-door-").FullName;
        EmbeddedShop shop = await EmbeddedShop.OpenAsync(folder, TimeProvider.System, NullLoggerFactory.Instance, cancelled);
        IssuedKey key = await shop.Store.AddKeyAsync(new SourceId("web"), isSecret: false, cancelled);
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach ((string name, string value) in settings)
        {
            builder.Configuration[$"MarketLoop:Data:Intake:{name}"] = value;
        }

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddAuthorization();
        builder.Services.AddData(builder.Configuration).AddOpenedShop(shop).AddIntakeRoutes(isManualClock: false);
        if (log is not null)
        {
            builder.Services.AddSingleton(provider => new SegmentIntake(
                log, provider.GetRequiredService<EventQuarantine>(), provider.GetRequiredService<IOptions<IntakeOptions>>().Value));
        }

        WebApplication web = builder.Build();
        web.MapIntake();
        await web.StartAsync(cancelled);
        return new IntakeHost(web, shop, key.Secret);
    }

    /// <summary>Sends a body with the key.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, string json, string? origin = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StringContent(json) };
        request.Headers.Add("X-Write-Key", Key);
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Everything that is stored.</summary>
    public async Task<List<Interaction>> ReadAsync()
    {
        List<Interaction> all = [];
        await foreach (Interaction interaction in Shop.Log.ReadInteractionsAsync(LogRange.Everything, TestContext.Current.CancellationToken))
        {
            all.Add(interaction);
        }

        return all;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        await Shop.DisposeAsync();
        Directory.Delete(Shop.Folder.Root, recursive: true);
    }
}
