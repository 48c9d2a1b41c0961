using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Server.Tests.Demo;

/// <summary>Speaks the public routes as far as the simulator needs them, writes down what it was told, and fails now and then.</summary>
internal sealed class FussyServer : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly WebApplication app;
    private DateTimeOffset now = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);
    private int posts;

    private FussyServer()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapGet("/api/v1/clock", () => Results.Json(new { now }));
        app.MapPost("/api/v1/clock", MoveClock);
        app.MapPut("/api/v1/execution/mode", () => Results.Json(new { mode = "running" }));
        app.MapPut("/api/v1/data/products", () => Results.Json(new { }));
        app.MapGet("/api/v1/execution/slots/{placement}", (string placement, string anonymousId) => Results.Json(Slot(anonymousId)));
        app.MapGet("/api/v1/execution/outbox", () => Results.Json(new { messages = Array.Empty<object>() }));
        app.MapGet("/api/v1/feedback/lift", () => Results.Json(new { }));
        app.MapPost("/v1/batch", TakeBatchAsync);
    }

    /// <summary>Acknowledged events in order of arrival.</summary>
    public List<HeardEvent> Heard { get; } = [];

    /// <summary>Batches that were refused with 429 or 503.</summary>
    public int Refused { get; private set; }

    /// <summary>Moments the clock was set to.</summary>
    public List<DateTimeOffset> Moments { get; } = [];

    /// <summary>Its address.</summary>
    public string Address => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(); // Kestrel always has it once started

    public static async Task<FussyServer> StartAsync(CancellationToken cancellationToken)
    {
        FussyServer server = new();
        await server.app.StartAsync(cancellationToken);
        return server;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static object Slot(string anonymousId) => new
    {
        token = "t",
        personalised = true,
        arm = anonymousId[^1] is '0' or '1' or '2' ? "Control" : "Treated",
        items = new[] { new { productId = "P0001" }, new { productId = "P0100" } },
    };

    private async Task<IResult> MoveClock(HttpRequest request)
    {
        using JsonDocument wish = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
        lock (gate)
        {
            now = wish.RootElement.GetProperty("now").GetDateTimeOffset();
            Moments.Add(now);
        }

        return Results.Json(new { turn = 1 });
    }

    private async Task<IResult> TakeBatchAsync(HttpRequest request)
    {
        using JsonDocument body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
        lock (gate)
        {
            posts++;
            if (posts % 3 == 0)
            {
                Refused++;
                request.HttpContext.Response.Headers.RetryAfter = "0";
                return Results.StatusCode(posts % 2 == 0 ? 503 : 429);
            }

            HeardEvent[] events = [.. body.RootElement.GetProperty("batch").EnumerateArray().Select(HeardEvent.Of)];
            Heard.AddRange(events);
            return Results.Json(new { accepted = events.Length, duplicates = 0, rejected = Array.Empty<object>() });
        }
    }
}

/// <summary>An event as it was heard.</summary>
internal sealed record HeardEvent(string MessageId, string Browser, DateTimeOffset At, string Name)
{
    public static HeardEvent Of(JsonElement element) => new(
        element.GetProperty("messageId").GetString() ?? "",
        element.GetProperty("anonymousId").GetString() ?? "",
        element.GetProperty("timestamp").GetDateTimeOffset(),
        element.TryGetProperty("event", out JsonElement name) ? name.GetString() ?? "" : element.GetProperty("type").GetString() ?? "");
}
