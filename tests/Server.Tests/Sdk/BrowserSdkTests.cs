using Xunit;

namespace MarketLoop.Server.Tests.Sdk;

/// <summary>R-A1, R-A7, R-A13: browser SDKs from npm, unmodified, in Chromium, from a page of another origin.</summary>
public sealed class BrowserSdkTests
{
    private const string Segment = "@segment/analytics-next/dist/umd/index.js";
    private const string Rudder = "@rudderstack/analytics-js/dist/npm/modern/bundled/umd/index.js";
    private const int Few = 12;
    private const int Many = 300;

    // RudderStack's browser SDK keeps 100 waiting events and drops the oldest without a word: a shop that hands over more while the server is away loses them there.
    private const int WaitingAtMost = 60;
    private static readonly string[] Calls = ["Order Completed", "alias", "group", "identify", "page"];
    private static readonly Weather[] Storm = [Weather.TooMany, Weather.Unavailable, Weather.CutBefore, Weather.CutAfter, Weather.Kill];

    [Theory]
    [InlineData(Segment, "startSegment({0}, false)")]
    [InlineData(Segment, "startSegment({0}, true)")]
    [InlineData(Rudder, "startRudder({0})")]
    public async Task R_A1_every_call_of_an_unmodified_browser_sdk_is_stored_once(string bundle, string start)
    {
        await using ShopProcess shop = await ShopProcess.StartAsync();
        await using StormProxy proxy = await StormProxy.StartAsync(shop);
        await using ShopPage page = await ShopPage.OpenAsync(bundle);

        await page.Page.EvaluateAsync(Script(start, proxy, shop));
        await page.Page.EvaluateAsync("callAll()");
        await proxy.DeliveredAsync(Calls.Length);
        IReadOnlyDictionary<string, long> stored = await shop.CountByNameAsync();

        Assert.Equal(Calls, stored.Keys.Order(StringComparer.Ordinal));
        Assert.All(stored.Values, count => Assert.Equal(1, count));
        Assert.Equal(0, proxy.Redirects);
    }

    [Theory]
    [InlineData(Segment, "startSegment({0}, false)")]
    [InlineData(Rudder, "startRudder({0})")]
    public Task R_A7_through_429_503_cut_connections_and_a_kill_everything_is_stored_once(string bundle, string start) => WeatherAsync(bundle, start, Storm, Few);

    [Theory]
    [InlineData(Segment, "startSegment({0}, false)")]
    [InlineData(Rudder, "startRudder({0})")]
    [Trait("Kind", "Slow")]
    public Task Three_hundred_events_through_long_storms(string bundle, string start) =>
        WeatherAsync(bundle, start, [.. Enumerable.Repeat(Storm.Prepend(Weather.Fair), 4).SelectMany(part => part)], Many);

    private static async Task WeatherAsync(string bundle, string start, Weather[] storm, int events)
    {
        await using ShopProcess shop = await ShopProcess.StartAsync();
        await using StormProxy proxy = await StormProxy.StartAsync(shop, storm);
        await using ShopPage page = await ShopPage.OpenAsync(bundle);

        await page.Page.EvaluateAsync(Script(start, proxy, shop));
        for (int from = 0; from < events; from += WaitingAtMost)
        {
            int count = Math.Min(WaitingAtMost, events - from);
            await page.Page.EvaluateAsync($"callMany({from}, {count})");
            await proxy.DeliveredAsync(from + count);
        }

        await proxy.SettleAsync();
        IReadOnlyDictionary<string, long> stored = await shop.CountByNameAsync();

        Assert.Equal(storm.Count(weather => weather != Weather.Fair), proxy.Storms);
        Assert.Equal(Enumerable.Range(0, events).Select(index => $"many-{index}").Order(StringComparer.Ordinal), stored.Keys.Order(StringComparer.Ordinal));
        Assert.All(stored.Values, count => Assert.Equal(1, count));
    }

    private static string Script(string start, StormProxy proxy, ShopProcess shop) =>
        start.Replace("{0}", $"'{proxy.Address}', '{shop.Key}'", StringComparison.Ordinal);
}
