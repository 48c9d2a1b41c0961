using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MarketLoop.Server.Tests.Intake;

/// <summary>The intake behind the whole pipeline of the real server: sign-in, host filter, problems.</summary>
public sealed class IntakeRedirectTests : IAsyncLifetime
{
    private static readonly HttpMethod[] Methods = [HttpMethod.Get, HttpMethod.Post, HttpMethod.Options, HttpMethod.Head, HttpMethod.Put];
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-wire-").FullName;
    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private ServerHost? host;
    private string token = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private ServerHost Host => host ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        host = await ServerHost.StartAsync(new ServeOptions { Folder = folder, Port = 0 }, Cancelled);
        client.BaseAddress = host.Address;
        token = host.LocalToken;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        if (host is not null)
        {
            await host.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task R_A4_no_address_of_the_intake_is_ever_answered_with_another_address()
    {
        string[] patterns = [.. Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<ITagsMetadata>()?.Tags.Contains("intake", StringComparer.Ordinal) == true)
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/')) // every mapped route has a text
            .Distinct(StringComparer.Ordinal)];
        Assert.True(patterns.Length > 40, "the routes of the intake were not found");

        foreach (string pattern in patterns)
        {
            string path = pattern.Replace("{key}", "none", StringComparison.Ordinal).Replace("{**rest}", "some/thing", StringComparison.Ordinal);
            foreach (string form in (string[])[path, path + "/", path.ToUpperInvariant(), "/" + path])
            {
                await AssertStaysAsync(form);
            }
        }

        using HttpResponseMessage page = await client.GetAsync(new Uri("/data", UriKind.Relative), Cancelled);
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
    }

    [Fact]
    public async Task R_A16_a_refused_key_is_told_to_the_owner_at_once()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/t") { Content = new StringContent("""{"event":"x","userId":"u","writeKey":"mlw_forgotten-1234"}""") };
        request.Headers.Add("Origin", "https://old.example");
        using HttpResponseMessage refused = await client.SendAsync(request, Cancelled);
        using HttpRequestMessage question = new(HttpMethod.Get, "/api/v1/data/intake");
        question.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage told = await client.SendAsync(question, Cancelled);

        JsonElement key = JsonSerializer.Deserialize<JsonElement>(await told.Content.ReadAsStringAsync(Cancelled)).GetProperty("refusedKeys")[0];
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(("1234", "https://old.example"), (key.GetProperty("lastFour").GetString(), key.GetProperty("origin").GetString()));
        Assert.Equal((1, 1), (key.GetProperty("requests").GetInt32(), key.GetProperty("perMinute").GetInt32()));
    }

    [Fact]
    public async Task R_A8_through_a_stop_every_answer_is_200_or_503_and_what_was_200_is_there()
    {
        List<string> taken = [];
        Task stopping = Task.CompletedTask;
        for (int number = 0; ; number++)
        {
            if (number == 50)
            {
                ServerHost running = Host;
                host = null;
                stopping = Task.Run(() => running.DisposeAsync().AsTask(), Cancelled);
            }

            HttpStatusCode? status = await TrySendAsync(number);
            if (status is null)
            {
                break; // nobody listens any more
            }

            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"answer {number} was {status}");
            if (status == HttpStatusCode.OK)
            {
                taken.Add($"m{number}");
            }
        }

        await stopping;
        await using EmbeddedShop shop = await EmbeddedShop.OpenAsync(folder, TimeProvider.System, NullLoggerFactory.Instance, Cancelled);
        List<string> stored = [];
        await foreach (Domain.Interaction interaction in shop.Log.ReadInteractionsAsync(LogRange.Everything, Cancelled))
        {
            stored.Add(interaction.MessageId);
        }

        Assert.True(taken.Count >= 50);
        Assert.Equal(taken.Order(StringComparer.Ordinal), stored.Order(StringComparer.Ordinal));
    }

    private async Task<HttpStatusCode?> TrySendAsync(int number)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/t") { Content = new StringContent($$"""{"event":"x","userId":"u","messageId":"m{{number}}"}""") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using HttpResponseMessage answer = await client.SendAsync(request, Cancelled);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private async Task AssertStaysAsync(string path)
    {
        foreach (HttpMethod method in Methods)
        {
            using HttpRequestMessage request = new(method, client.BaseAddress + path[1..]);
            request.Headers.Add("Accept", "text/html");
            request.Headers.Add("Cookie", "marketloop-session=x");
            request.Headers.Add("X-Forwarded-Proto", "https");
            using HttpResponseMessage answer = await client.SendAsync(request, Cancelled);
            Assert.False((int)answer.StatusCode is >= 300 and < 400, $"{method} {path} answered {(int)answer.StatusCode}");
        }
    }
}
