using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests;

/// <summary>The public API of a running server, asked with one key or token.</summary>
internal sealed class ShopApi : IDisposable
{
    public ShopApi(Uri address, string key)
    {
        // A busy server may take its time to say that it will not take a body: wait for that rather than send.
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public HttpClient Client { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Reads what must be there.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        using HttpResponseMessage answer = await Client.GetAsync(new Uri(path, UriKind.Relative), Cancelled);
        return await ReadAsync(answer);
    }

    /// <summary>Sends what must be taken.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object body)
    {
        using HttpRequestMessage request = new(method, path) { Content = JsonContent.Create(body) };
        using HttpResponseMessage answer = await Client.SendAsync(request, Cancelled);
        return await ReadAsync(answer);
    }

    /// <summary>Sends events that must all be good; the answer comes when they are on disk.</summary>
    public async Task TrackAsync(IEnumerable<object> events)
    {
        JsonElement verdict = await SendAsync(HttpMethod.Post, "/v1/batch", new { batch = events });
        Assert.True(verdict.GetProperty("rejected").GetArrayLength() == 0, verdict.GetRawText());
    }

    /// <summary>Makes a key.</summary>
    public async Task<string> AddKeyAsync(string name, bool secret) =>
        (await SendAsync(HttpMethod.Post, "/api/v1/data/keys", new { name, secret })).GetProperty("writeKey").GetString() ?? "";

    /// <summary>Presses Start.</summary>
    public Task StartAsync() => SendAsync(HttpMethod.Put, "/api/v1/execution/mode", new { mode = "running" });

    /// <inheritdoc />
    public void Dispose() => Client.Dispose();

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        string text = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created, $"{answer.StatusCode}: {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
