using MarketLoop.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
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

    public static async Task<IntakeHost> StartAsync(params (string Name, string Value)[] settings)
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
        WebApplication web = builder.Build();
        web.MapIntake();
        await web.StartAsync(cancelled);
        return new IntakeHost(web, shop, key.Secret);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        await Shop.DisposeAsync();
        Directory.Delete(Shop.Folder.Root, recursive: true);
    }
}
