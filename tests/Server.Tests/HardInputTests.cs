using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests;

/// <summary>What a hostile or careless caller sends, over real HTTP to the whole server: a verdict, a problem, or a sensible fallback, and it goes on serving.</summary>
public sealed class HardInputTests : IAsyncLifetime
{
    private RunningServer? running;

    private RunningServer Server => running ?? throw new InvalidOperationException("not started");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => running = await RunningServer.StartAsync(("Decision:Experiment:ControlShare", "0"));

    public async ValueTask DisposeAsync()
    {
        if (running is not null)
        {
            await running.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_guessed_user_id_gets_the_popular_products_and_the_shops_own_server_the_personal_ones()
    {
        await FillAsync();
        using ShopApi page = Server.WithKey(await Server.Api.AddKeyAsync("web", secret: false));
        using ShopApi backend = Server.WithKey(await Server.Api.AddKeyAsync("backend", secret: true));

        JsonElement guessed = await page.GetAsync("/api/v1/execution/slots/home?userId=alice");
        JsonElement forged = await page.GetAsync($"/api/v1/execution/slots/home?userId=alice&userHash={new string('0', 64)}");
        JsonElement trusted = await backend.GetAsync("/api/v1/execution/slots/home?userId=alice");
        using HttpResponseMessage timeline = await page.Client.GetAsync(new Uri("/api/v1/data/customers/u:alice/timeline", UriKind.Relative), Cancelled);

        Assert.All((JsonElement[])[guessed, forged], slot => Assert.Equal(
            (false, JsonValueKind.Null, 3), (slot.GetProperty("personalised").GetBoolean(), slot.GetProperty("token").ValueKind, slot.GetProperty("items").GetArrayLength())));
        Assert.True(trusted.GetProperty("personalised").GetBoolean());
        Assert.Equal(2, trusted.GetProperty("items").GetArrayLength());   // what alice bought is left out, so the list is hers
        Assert.Equal(HttpStatusCode.Forbidden, timeline.StatusCode);
    }

    [Theory]
    [InlineData("""{"type":"track","event":"Product Viewed","userId":"u","properties":{"product_id":"p","price":-1}}""", "negative_price")]
    [InlineData("""{"type":"track","event":"Product Viewed","userId":"u","timestamp":"9999-12-31T00:00:00Z"}""", "invalid_timestamp")]
    public async Task A_bad_event_costs_only_itself(string bad, string code)
    {
        using StringContent content = new($$$"""{"batch":[{{{bad}}},{"type":"track","event":"Product Viewed","userId":"u","properties":{"product_id":"p"}}]}""");
        using HttpResponseMessage answer = await Server.Api.Client.PostAsync(new Uri("/v1/batch", UriKind.Relative), content, Cancelled);

        JsonElement verdict = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        JsonElement fault = Assert.Single(verdict.GetProperty("rejected").EnumerateArray());
        Assert.Equal((0, code, 1), (fault.GetProperty("index").GetInt32(), fault.GetProperty("code").GetString(), verdict.GetProperty("accepted").GetInt32()));
        Assert.Equal(1, await CountEventsAsync());
    }

    [Fact]
    public async Task An_unknown_customer_has_no_history_and_gets_what_everybody_likes()
    {
        await FillAsync();

        JsonElement timeline = await Server.Api.GetAsync("/api/v1/data/customers/u:nobody/timeline");
        JsonElement preview = await Server.Api.GetAsync("/api/v1/decision/recommendations?customer=u:nobody");
        JsonElement slot = await Server.Api.GetAsync("/api/v1/execution/slots/home?userId=nobody");

        Assert.Equal(0, timeline.GetProperty("items").GetArrayLength());
        Assert.Equal("popular", preview.GetProperty("policy").GetString());
        Assert.Equal("p1", preview.GetProperty("items")[0].GetProperty("product").GetString());   // the one that was bought
        Assert.Equal(3, slot.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task An_empty_catalogue_fills_no_slot_and_stops_no_turn()
    {
        await Server.Api.StartAsync();

        JsonElement slot = await Server.Api.GetAsync("/api/v1/execution/slots/home?anonymousId=b");
        JsonElement preview = await Server.Api.GetAsync("/api/v1/decision/recommendations?customer=a:b");
        JsonElement turn = await Server.Api.SendAsync(HttpMethod.Post, "/api/v1/loop/turns", new { });

        Assert.Equal((0, JsonValueKind.Null), (slot.GetProperty("items").GetArrayLength(), slot.GetProperty("token").ValueKind));
        Assert.Equal(0, preview.GetProperty("items").GetArrayLength());
        Assert.Equal(0, turn.GetProperty("treatments").GetInt32());
    }

    /// <summary>Three products, of which alice bought one.</summary>
    private async Task FillAsync()
    {
        await Server.Api.StartAsync();
        await Server.Api.SendAsync(HttpMethod.Put, "/api/v1/data/products", new { products = Enumerable.Range(0, 3).Select(i => new { id = $"p{i}", name = new { en = $"Product {i}" }, price = 5 }) });
        await Server.Api.TrackAsync([new { type = "track", @event = "Order Completed", userId = "alice", messageId = "m", properties = new { order_id = "o", products = new[] { new { product_id = "p1", price = 5, quantity = 1 } } } }]);
        await Server.Api.SendAsync(HttpMethod.Post, "/api/v1/clock", new { now = new DateTimeOffset(2026, 1, 6, 0, 0, 0, TimeSpan.Zero) });
    }

    private async Task<long> CountEventsAsync() => (await Server.Api.GetAsync("/api/v1/data/status")).GetProperty("events").GetProperty("total").GetInt64();
}
