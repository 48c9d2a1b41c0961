using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using MarketLoop.Server.Tests.Processes;
using Xunit;

namespace MarketLoop.Server.Tests.Browser;

/// <summary>The demo as its user starts it, small, with the dashboard left open: a shop with models, decisions, deliveries and a lift.</summary>
public sealed partial class DemoShop : IAsyncDisposable
{
    private const string ShopLine = "The shop, to click through as a customer: ";
    private readonly Lazy<Task<OpenShop>> started;
    private Process? process;
    private string? folder;

    public DemoShop() => started = new(StartAsync);

    /// <summary>The shop, started when the first test asks.</summary>
    internal Task<OpenShop> OpenAsync() => started.Value;

    public async ValueTask DisposeAsync()
    {
        if (started.IsValueCreated && started.Value.IsCompletedSuccessfully)
        {
            (await started.Value).Dispose();
        }

        if (process is not null)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        if (folder is not null && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<OpenShop> StartAsync()
    {
        process = MarketLoopProgram.Start(["demo", "--days", "4", "--customers", "300", "--port", "0"]);   // greeting and progress on stderr; stdout is the report
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);   // nobody reads it, but the pipe must not fill
        OpenShop? shop = null;
        string pages = "";
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (Greeting().Match(line) is { Success: true } greeting)
            {
                folder = greeting.Groups["folder"].Value;
                shop = new OpenShop(new Uri(greeting.Groups["address"].Value), greeting.Groups["password"].Value, await TokenAsync(folder));
            }

            if (line.StartsWith(ShopLine, StringComparison.Ordinal))
            {
                pages = line[ShopLine.Length..];
            }

            if (line.Contains("stays open", StringComparison.Ordinal) && shop is not null)
            {
                _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
                shop.Pages = new Uri(pages);
                return shop;
            }
        }

        throw new InvalidOperationException("the demo ended early");
    }

    private static async Task<string> TokenAsync(string folder)
    {
        await using FileStream file = File.OpenRead(Path.Combine(folder, "server.json"));
        return (await JsonSerializer.DeserializeAsync<JsonElement>(file)).GetProperty("token").GetString() ?? "";
    }

    [GeneratedRegex(@"^Dashboard: (?<address>\S+) \(user admin, password (?<password>\S+)\), data folder (?<folder>.+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Greeting();
}

/// <summary>Tests that look at the one demo shop, one after the other: a demo takes longer than all of them together.</summary>
[CollectionDefinition]
public sealed class SharedDemoShop : ICollectionFixture<DemoShop>;

/// <summary>A running shop and its API.</summary>
internal sealed class OpenShop : IDisposable
{
    private readonly HttpClient api;

    public OpenShop(Uri address, string password, string token)
    {
        (Address, Password) = (address, password);
        api = new HttpClient { BaseAddress = address };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Uri Address { get; }

    public string Password { get; }

    /// <summary>The pages of the sample shop, on an origin of their own.</summary>
    public Uri Pages { get; set; } = new("about:blank");

    public async Task<JsonElement> ReadAsync(string path) =>
        JsonSerializer.Deserialize<JsonElement>(await api.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken));

    public void Dispose() => api.Dispose();
}
