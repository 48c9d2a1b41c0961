using System.Text;
using System.Text.Json.Nodes;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>An intake over an embedded shop in a folder of its own.</summary>
internal sealed class IntakeShop : IAsyncDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly SourceId Web = new("web");
    private readonly EmbeddedShop shop;

    private IntakeShop(EmbeddedShop shop, IntakeOptions options, FakeTimeProvider clock)
    {
        this.shop = shop;
        Clock = clock;
        Quarantine = new EventQuarantine(shop.Folder.Quarantine, options);
        Intake = new SegmentIntake(shop.Log, Quarantine, options, shop.Identity);
    }

    public FakeTimeProvider Clock { get; }

    public SegmentIntake Intake { get; }

    public EventQuarantine Quarantine { get; }

    public EmbeddedShop Shop => shop;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<IntakeShop> OpenAsync(IntakeOptions? options = null)
    {
        FakeTimeProvider clock = new(Now);
        string folder = Directory.CreateTempSubdirectory("marketloop-intake-").FullName;
        return new IntakeShop(await EmbeddedShop.OpenAsync(folder, clock, NullLoggerFactory.Instance, Cancelled), options ?? new IntakeOptions(), clock);
    }

    public Task<IntakeVerdict> SendAsync(string json, IntakeRoute route = IntakeRoute.Batch, DateTimeOffset? receivedAt = null) =>
        Intake.AcceptAsync(Web, Encoding.UTF8.GetBytes(json), route, receivedAt ?? Now, Cancelled);

    /// <summary>Sends events as one batch.</summary>
    public Task<IntakeVerdict> SendBatchAsync(params IEnumerable<JsonNode?> events) =>
        SendAsync(new JsonObject { ["batch"] = new JsonArray([.. events]) }.ToJsonString());

    /// <summary>The one event that is stored after sending this one.</summary>
    public async Task<Interaction> StoreAsync(JsonObject item)
    {
        IntakeVerdict verdict = await SendBatchAsync(item);
        Assert.Empty(verdict.Rejected);
        return Assert.Single(await ReadAsync());
    }

    public async Task<List<Interaction>> ReadAsync()
    {
        List<Interaction> all = [];
        await foreach (Interaction interaction in shop.Log.ReadInteractionsAsync(LogRange.Everything, Cancelled))
        {
            all.Add(interaction);
        }

        return all;
    }

    public static JsonObject Track(string name, JsonObject? properties = null, string? id = "m1") => new()
    {
        ["type"] = "track",
        ["event"] = name,
        ["messageId"] = id,
        ["userId"] = "ann",
        ["timestamp"] = "2026-03-01T11:00:00.000Z",
        ["properties"] = properties,
    };

    public async ValueTask DisposeAsync()
    {
        Quarantine.Dispose();
        await shop.DisposeAsync();
        Directory.Delete(shop.Folder.Root, recursive: true);
    }
}

/// <summary>One shop for all cases of a theory, which differ only in the event they send.</summary>
public sealed class IntakeShopFixture : IAsyncLifetime
{
    private IntakeShop? shop;

    internal IntakeShop Shop => shop ?? throw new InvalidOperationException("xunit initialises fixtures first");

    public async ValueTask InitializeAsync() => shop = await IntakeShop.OpenAsync();

    public ValueTask DisposeAsync() => Shop.DisposeAsync();
}
