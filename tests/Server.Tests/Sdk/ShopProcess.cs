using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using MarketLoop.Data.Embedded;
using MarketLoop.Server.Tests.Processes;
using Xunit;

namespace MarketLoop.Server.Tests.Sdk;

/// <summary>The real program serving a folder of its own, as a process that can be killed and started again.</summary>
internal sealed class ShopProcess : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-sdk-").FullName;
    private Process? process;

    /// <summary>Where it answers now; another port after each start.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>A write key of the source <c>web</c>.</summary>
    public string Key { get; private set; } = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<ShopProcess> StartAsync()
    {
        ShopProcess shop = new();
        await shop.LaunchAsync();
        using HttpClient owner = shop.ConnectAsOwner();
        using HttpResponseMessage made = await owner.PostAsJsonAsync("/api/v1/data/keys", new { name = "web" }, Cancelled);
        shop.Key = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("writeKey").GetString() ?? "";
        return shop;
    }

    /// <summary>Ends it as a power cut would, without a last word, and starts it again over the same folder.</summary>
    public async Task KillAndRestartAsync()
    {
        await KillAsync();
        await LaunchAsync();
    }

    /// <summary>Stored events by name: the tests give each event a name of its own, so a count above one is a copy.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountByNameAsync()
    {
        using HttpClient owner = ConnectAsOwner();
        JsonElement status = await owner.GetFromJsonAsync<JsonElement>("/api/v1/data/status", Cancelled);
        return status.GetProperty("events").GetProperty("byType").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetInt64(), StringComparer.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    private HttpClient ConnectAsOwner()
    {
        ServerAddress server = ServerAddress.Find(folder) ?? throw new InvalidOperationException("the server wrote no address");
        HttpClient client = new() { BaseAddress = new Uri(server.Address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
        return client;
    }

    private async Task LaunchAsync()
    {
        const string ready = "MarketLoop ready on ";
        process = MarketLoopProgram.Start(["serve", "--data", folder, "--port", "0"]);
        _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
        while (await process.StandardOutput.ReadLineAsync(Cancelled) is { } line)
        {
            if (line.StartsWith(ready, StringComparison.Ordinal))
            {
                Address = new Uri(line[ready.Length..]);
                return;
            }
        }

        throw new InvalidOperationException("the server ended before it was ready");
    }

    private async Task KillAsync()
    {
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
            process = null;
        }
    }
}
