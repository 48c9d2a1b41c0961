using System.Security.Cryptography;
using System.Text;
using MarketLoop.Data.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MarketLoop.Server.Tests;

/// <summary>The whole server on a free port, in this process, over a new folder.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly string folder;
    private readonly ServerHost host;

    private RunningServer(string folder, ServerHost host)
    {
        this.folder = folder;
        this.host = host;
        Api = new ShopApi(host.Address, host.LocalToken);
    }

    /// <summary>The moment its clock stands at.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    /// <summary>Its API, asked with the folder's own token.</summary>
    public ShopApi Api { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address => host.Address;

    /// <summary>The password of its first start.</summary>
    public string Password => host.FirstPassword ?? "";

    /// <summary>Its API, asked with another key.</summary>
    public ShopApi WithKey(string key) => new(host.Address, key);

    /// <summary>Signs a user id as the shop's server would.</summary>
    public string Sign(string userId)
    {
        string secret = Convert.ToHexStringLower(host.Services.GetRequiredService<DataFolder>().Secrets.Identity);
        return Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(userId)));
    }

    public static async Task<RunningServer> StartAsync(params (string Name, string Value)[] settings)
    {
        string made = Directory.CreateTempSubdirectory("marketloop-server-").FullName;
        ServeOptions options = new()
        {
            Folder = Path.Combine(made, "data"),
            Port = 0,
            ManualClockStart = Start,
            Defaults = settings
                .Append(("Feedback:Retraining:FirstAt", "10000000"))   // a training starts the program it belongs to, which is the test's here
                .ToDictionary(setting => "MarketLoop:" + setting.Item1, setting => (string?)setting.Item2, StringComparer.Ordinal),
        };
        return new RunningServer(made, await ServerHost.StartAsync(options, TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
