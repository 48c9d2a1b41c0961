using System.Net;
using System.Text.Json;
using MarketLoop.Server;
using MarketLoop.Server.Tests;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Server.Tests;

/// <summary>The real server on a free port over a new folder.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private static readonly string[] Public =
        ["/health/", "/marketloop.js", "/openapi/", "/docs", "/problems/", "/login", "/trouble/", "/language/", "/session/sign-in", "/v1/", "/api/s/", "/api/px/", "/beacon/", "/pixel/", "/mp/", "/sourceConfig", "/api/{**rest}", "_content/", "_framework/"];

    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-server-").FullName;
    private ServerHost? host;
    private HttpClient? client;

    private HttpClient Client => client ?? throw new InvalidOperationException("not started");

    private ServerHost Host => host ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        host = await ServerHost.StartAsync(new ServeOptions { Folder = folder, Port = 0 }, TestContext.Current.CancellationToken);
        client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = host.Address };
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        if (host is not null)
        {
            await host.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Only_the_listed_routes_are_open()
    {
        IEnumerable<RouteEndpoint> endpoints = Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

        string[] open = [.. endpoints
            .Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            .Select(endpoint => endpoint.RoutePattern.RawText ?? "")
            .Where(route => !Public.Any(known => route.StartsWith(known, StringComparison.Ordinal) || route.TrimStart('/').StartsWith(known.TrimStart('/'), StringComparison.Ordinal)))
            .Distinct(StringComparer.Ordinal)];

        Assert.Empty(open);
    }

    [Theory]
    [InlineData("/api/v1/data/status")]
    [InlineData("/api/v1/loop")]
    [InlineData("/api/v1/execution/slots/home")]
    [InlineData("/api/v1/execution/outbox")]
    [InlineData("/api/v1/feedback/lift")]
    public async Task Without_a_key_the_api_answers_401_as_a_problem(string path)
    {
        using HttpResponseMessage answer = await Client.GetAsync(path, TestContext.Current.CancellationToken);

        JsonElement problem = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("/problems/unauthorized", problem.GetProperty("type").GetString());
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("traceId").GetString()));
    }

    [Fact]
    public async Task With_a_write_key_and_a_guessed_user_id_the_slot_is_not_personalised()
    {
        using HttpRequestMessage ask = new(HttpMethod.Post, "/api/v1/data/keys") { Content = new StringContent("""{"name":"shop"}""", System.Text.Encoding.UTF8, "application/json") };
        ask.Headers.Authorization = new("Bearer", Host.LocalToken);
        using HttpResponseMessage made = await Client.SendAsync(ask, TestContext.Current.CancellationToken);
        string? key = JsonSerializer.Deserialize<JsonElement>(await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("writeKey").GetString();

        using HttpResponseMessage answer = await Client.GetAsync($"/api/v1/execution/slots/home?userId=alice&writeKey={key}", TestContext.Current.CancellationToken);

        JsonElement slot = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(slot.GetProperty("personalised").GetBoolean());
        Assert.Equal(JsonValueKind.Null, slot.GetProperty("token").ValueKind);
        Assert.Equal(0, slot.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_form_without_its_token_is_a_bad_request_and_not_a_crash()
    {
        using FormUrlEncodedContent form = new(new Dictionary<string, string>(StringComparer.Ordinal) { ["password"] = "guess" });

        using HttpResponseMessage answer = await Client.PostAsync("/session/sign-in", form, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public void Both_languages_have_the_same_keys_and_every_text_is_translated()
    {
        Dictionary<string, string> english = DashboardTexts.English;
        Dictionary<string, string> chinese = DashboardTexts.Chinese;

        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), chinese.Keys.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(chinese, text => text.Key is not ("Snippet.curl" or "Snippet.analytics-node" or "Say.Gap" or "Placements.Fault") && !text.Value.Any(letter => letter is >= '\u4e00' and <= '\u9fff'));
    }
}
