using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests;

/// <summary>A simulation's clock that is let go when people come: what they do has a time of its own, whatever their own clocks say.</summary>
public sealed class RunningClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-11-20T10:00:00Z")]
    [InlineData("2025-06-01T10:00:00Z")]
    [InlineData("2026-01-06T10:00:00Z")]
    public async Task A_clock_that_runs_on_dates_events_of_real_browsers_by_itself(string theirs)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        DateTimeOffset now = DateTimeOffset.Parse(theirs, System.Globalization.CultureInfo.InvariantCulture);
        await SendAsync(server, "standing", now);
        DateTimeOffset standing = await ReadAsync(server, "standing");

        JsonElement clock = await server.Api.SendAsync(HttpMethod.Post, "/api/v1/clock", new { runs = true, turn = false });
        JsonElement verdict = await SendAsync(server, "running", now);
        DateTimeOffset end = (await server.Api.GetAsync("/api/v1/clock")).GetProperty("now").GetDateTimeOffset();
        DateTimeOffset running = await ReadAsync(server, "running");

        Assert.True(clock.GetProperty("isRunning").GetBoolean());
        Assert.Empty(verdict.GetProperty("flagged").EnumerateArray());
        Assert.InRange(running, Start.AddSeconds(-2), end);
        Assert.NotInRange(standing, Start.AddSeconds(1), end);   // while it stood still, no sender's clock was believed to be wrong
    }

    [Fact]
    public async Task A_slot_knows_what_was_acknowledged_a_moment_ago()
    {
        await using RunningServer server = await RunningServer.StartAsync(("Decision:Experiment:ControlShare", "0"), ("Decision:Exploration:SwapProbability", "0"));
        await server.Api.SendAsync(HttpMethod.Put, "/api/v1/data/products", new { products = Enumerable.Range(0, 6).Select(index => new { id = $"p{index}", name = new { en = $"Cup {index}" }, price = 5 }) });
        await server.Api.StartAsync();
        string[] before = await AskAsync(server);

        await server.Api.TrackAsync([new { type = "track", @event = "Order Completed", userId = "u1", messageId = "m1", properties = new { order_id = "o1", revenue = 5, products = new[] { new { product_id = before[0], quantity = 1, price = 5 } } } }]);
        string[] after = await AskAsync(server);

        Assert.Equal(before[1..], after[..2]);
        Assert.DoesNotContain(before[0], after);
    }

    private static Task<JsonElement> SendAsync(RunningServer server, string name, DateTimeOffset theirs) => server.Api.SendAsync(HttpMethod.Post, "/v1/batch", new
    {
        sentAt = theirs,
        batch = new[] { new { type = "track", @event = name, anonymousId = name, messageId = name, timestamp = theirs.AddMilliseconds(-300) } },
    });

    private static async Task<DateTimeOffset> ReadAsync(RunningServer server, string name) =>
        (await server.Api.GetAsync($"/api/v1/data/customers/a:{name}/timeline")).GetProperty("items")[0].GetProperty("occurredAt").GetDateTimeOffset();

    private static async Task<string[]> AskAsync(RunningServer server) =>
        [.. (await server.Api.GetAsync("/api/v1/execution/slots/home?userId=u1&count=3")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("productId").GetString() ?? "")];
}
