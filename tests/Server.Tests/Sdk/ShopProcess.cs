using System.Text.Json;
using MarketLoop.Server.Tests.Processes;
using MarketLoop.Tests.Data;

namespace MarketLoop.Server.Tests.Sdk;

/// <summary>The real program serving a folder of its own, as a process that can be killed and started again.</summary>
internal sealed class ShopProcess : IAsyncDisposable
{
    private readonly SmallDisk? disk;
    private readonly string folder;
    private ServingProcess? serving;

    private ShopProcess(SmallDisk? disk)
    {
        this.disk = disk;
        folder = disk is null ? Directory.CreateTempSubdirectory("marketloop-sdk-").FullName : Path.Combine(disk.Path, "shop");
    }

    /// <summary>Where it answers now; another port after each start.</summary>
    public Uri Address => Serving.Address;

    /// <summary>A write key of the source <c>web</c>.</summary>
    public string Key { get; private set; } = "";

    private ServingProcess Serving => serving ?? throw new InvalidOperationException("not started");

    /// <summary>Starts one; its folder lies on a disk of its own when there is one, which it then owns.</summary>
    public static async Task<ShopProcess> StartAsync(SmallDisk? disk = null)
    {
        ShopProcess shop = new(disk);
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

    /// <summary>Leaves no room on its disk.</summary>
    public void FillDisk() => disk?.Fill();

    /// <summary>Gives the room back.</summary>
    public void FreeDisk() => disk?.Free();

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

        if (disk is not null)
        {
            disk.Dispose();
            return;
        }

        Directory.Delete(folder, recursive: true);
    }
}
