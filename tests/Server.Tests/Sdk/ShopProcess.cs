using System.Text.Json;
using MarketLoop.Server.Tests.Processes;

namespace MarketLoop.Server.Tests.Sdk;

/// <summary>The real program serving a folder of its own, as a process that can be killed and started again.</summary>
internal sealed class ShopProcess : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-sdk-").FullName;
    private ServingProcess? serving;

    /// <summary>Where it answers now; another port after each start.</summary>
    public Uri Address => Serving.Address;

    /// <summary>A write key of the source <c>web</c>.</summary>
    public string Key { get; private set; } = "";

    private ServingProcess Serving => serving ?? throw new InvalidOperationException("not started");

    public static async Task<ShopProcess> StartAsync()
    {
        ShopProcess shop = new();
        shop.serving = await ServingProcess.StartAsync(shop.folder);
        shop.Key = await shop.Serving.Api.AddKeyAsync("web", secret: false);
        return shop;
    }

    /// <summary>Ends it as a power cut would, without a last word, and starts it again over the same folder.</summary>
    public async Task KillAndRestartAsync()
    {
        await Serving.DisposeAsync();
        serving = await ServingProcess.StartAsync(folder);
    }

    /// <summary>Stored events by name: the tests give each event a name of its own, so a count above one is a copy.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountByNameAsync() =>
        (await Serving.Api.GetAsync("/api/v1/data/status")).GetProperty("events").GetProperty("byType").EnumerateObject()
            .ToDictionary(pair => pair.Name, pair => pair.Value.GetInt64(), StringComparer.Ordinal);

    public async ValueTask DisposeAsync()
    {
        if (serving is not null)
        {
            await serving.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }
}
