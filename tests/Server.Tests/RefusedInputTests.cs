using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests;

/// <summary>Input that is refused as a whole and leaves no trace, so that one server serves all of it.</summary>
public sealed class RefusedInputTests(UntouchedServer server) : IClassFixture<UntouchedServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1/batch", "{\"batch\":[", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/data/keys", "{\"name\":", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/loop/turns", "[1,2", HttpStatusCode.BadRequest)]
    public async Task Malformed_json_is_told_as_such(string path, string body, HttpStatusCode status)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await server.Running.Api.Client.PostAsync(new Uri(path, UriKind.Relative), content, Cancelled);

        Assert.Equal(status, answer.StatusCode);
        await AssertTellsAsync(answer, path);
    }

    [Theory]
    [InlineData("POST", "/v1/batch")]
    [InlineData("PUT", "/api/v1/data/products")]
    public async Task A_body_of_10_megabytes_is_too_large_and_the_next_request_is_served(string method, string path)
    {
        using StringContent content = new($$"""{"batch":[],"products":[],"x":"{{new string('x', 10 * 1024 * 1024)}}"}""", Encoding.UTF8, "application/json");
        using HttpRequestMessage request = new(new HttpMethod(method), path) { Content = content };
        request.Headers.ExpectContinue = true;   // the server need not read what it will not take, and says so first
        using HttpResponseMessage answer = await server.Running.Api.Client.SendAsync(request, Cancelled);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        await AssertTellsAsync(answer, path);
        Assert.Equal(0, (await server.Running.Api.GetAsync("/api/v1/data/status")).GetProperty("events").GetProperty("total").GetInt64());
    }

    [Theory]
    [InlineData("POST", "/v1/batch")]
    [InlineData("GET", "/api/v1/execution/slots/home")]
    [InlineData("GET", "/api/v1/data/status")]
    public async Task A_wrong_key_is_refused_everywhere(string method, string path)
    {
        using ShopApi stranger = server.Running.WithKey("nobody-knows-this");
        using HttpRequestMessage request = new(new HttpMethod(method), path) { Content = method == "POST" ? new StringContent("""{"batch":[]}""") : null };
        using HttpResponseMessage answer = await stranger.Client.SendAsync(request, Cancelled);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        await AssertTellsAsync(answer, path);
    }

    [Theory]
    [InlineData("PUT", "/api/v1/data/products", """{"products":[{"id":"p","name":{"en":"Mug"},"price":-1}]}""", "products[0].price")]
    [InlineData("POST", "/api/v1/loop/turns", """{"asOf":"9999-01-01T00:00:00Z"}""", "asOf")]
    [InlineData("POST", "/api/v1/clock", """{"now":"9999-01-01T00:00:00Z"}""", "now")]
    [InlineData("GET", "/api/v1/feedback/lift?until=9999-01-01T00:00:00Z", null, "until")]
    [InlineData("GET", "/api/v1/data/customers/nobody/timeline", null, "customer")]
    public async Task A_wrong_field_is_named(string method, string path, string? body, string field)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using HttpResponseMessage answer = await server.Running.Api.Client.SendAsync(request, Cancelled);

        JsonElement problem = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.GetRawText());
    }

    // SDKs read a code; everybody else gets a problem.
    private static async Task AssertTellsAsync(HttpResponseMessage answer, string path)
    {
        JsonElement told = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(Cancelled));
        if (path.StartsWith("/v1/", StringComparison.Ordinal))
        {
            Assert.NotEqual("", told.GetProperty("code").GetString());
            return;
        }

        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("/problems/", told.GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(told.GetProperty("traceId").GetString()));
    }
}

/// <summary>A server that nobody writes to, for all tests of a class.</summary>
public sealed class UntouchedServer : IAsyncLifetime
{
    private RunningServer? running;

    /// <summary>The server.</summary>
    internal RunningServer Running => running ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync() => running = await RunningServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (running is not null)
        {
            await running.DisposeAsync();
        }
    }
}
