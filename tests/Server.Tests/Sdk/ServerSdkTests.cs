using MarketLoop.Tests.Data;
using Xunit;

namespace MarketLoop.Server.Tests.Sdk;

/// <summary>R-A1, R-A7, R-A10: server SDKs from npm, unmodified, with only their host changed. What an SDK took over and did not report as failed is stored once.</summary>
public sealed class ServerSdkTests
{
    private const int Few = 40;
    private const int Many = 2_000;

    [Theory]
    [InlineData("segment", new[] { "identify", "Order Completed", "page", "screen", "group", "alias" })]
    [InlineData("rudder", new[] { "identify", "Order Completed", "page", "screen", "group", "alias" })]
    [InlineData("jitsu", new[] { "identify", "Order Completed", "page", "group" })]
    public async Task R_A1_every_call_of_an_unmodified_sdk_is_stored_once(string sdk, string[] calls)
    {
        await using ShopProcess shop = await ShopProcess.StartAsync();
        await using StormProxy proxy = await StormProxy.StartAsync(shop);

        DriveReport report = await SdkProject.DriveAsync(new { sdk, host = proxy.Address, key = shop.Key, scenario = "calls" });
        IReadOnlyDictionary<string, long> stored = await shop.CountByNameAsync();

        Assert.Empty(report.Failed);
        Assert.Equal(calls.Order(StringComparer.Ordinal), stored.Keys.Order(StringComparer.Ordinal));
        Assert.All(stored.Values, count => Assert.Equal(1, count));
        Assert.Equal(0, proxy.Redirects);
    }

    [Theory]
    [InlineData("segment", new[] { Weather.TooMany, Weather.Unavailable, Weather.CutBefore, Weather.CutAfter, Weather.TooMany, Weather.TooMany })]
    [InlineData("rudder", new[] { Weather.TooMany, Weather.Unavailable, Weather.CutAfter })]
    [InlineData("rudder", new[] { Weather.CutBefore, Weather.CutAfter, Weather.Unavailable })]
    internal Task R_A7_through_429_and_503_and_cut_connections_everything_is_stored_once(string sdk, Weather[] storm) => WeatherAsync(sdk, storm, Few, mayLose: false);

    [Fact]
    public Task Through_a_kill_of_the_server_segments_sdk_delivers_everything_once() =>
        WeatherAsync("segment", [Weather.Fair, Weather.Fair, Weather.Kill, Weather.Fair, Weather.CutAfter], Few, mayLose: false);

    // Its three retries end 1.6 s after the first refusal: what a restart takes longer than that is lost to it, and it says so.
    [Fact]
    public Task Through_a_kill_of_the_server_rudderstacks_sdk_loses_only_what_it_reports() =>
        WeatherAsync("rudder", [Weather.Fair, Weather.Fair, Weather.Kill], Few, mayLose: true);

    [Theory]
    [InlineData("segment")]
    [InlineData("rudder")]
    public async Task On_a_full_disk_the_server_puts_an_sdk_off_and_everything_is_stored_once(string sdk)
    {
        Weather[] storm = [Weather.Fair, Weather.FullDisk, Weather.FullDisk];

        StormProxy proxy = await WeatherAsync(sdk, storm, Few, mayLose: false, SmallDisk.Mount(megabytes: 48), padding: 3_000); // more than the last page of a file has room for

        Assert.NotEqual(0, proxy.PutOffs);
    }

    // It never sends a second time.
    [Fact]
    public Task Through_storms_jitsus_sdk_loses_only_what_it_reports() =>
        WeatherAsync("jitsu", [Weather.Fair, Weather.TooMany, Weather.Unavailable, Weather.CutBefore, Weather.CutAfter], Few, mayLose: true);

    [Theory]
    [InlineData("segment", false)]
    [InlineData("rudder", true)]
    [Trait("Kind", "Slow")]
    public Task Two_thousand_events_through_storms_and_kills(string sdk, bool mayLose)
    {
        Weather[] day = [Weather.Fair, Weather.TooMany, Weather.Fair, Weather.Unavailable, Weather.CutBefore, Weather.CutAfter, Weather.Fair, Weather.Kill];
        return WeatherAsync(sdk, [.. Enumerable.Repeat(day, 5).SelectMany(part => part)], Many, mayLose);
    }

    private static async Task<StormProxy> WeatherAsync(string sdk, Weather[] storm, int events, bool mayLose, SmallDisk? disk = null, int padding = 0)
    {
        await using ShopProcess shop = await ShopProcess.StartAsync(disk);
        await using StormProxy proxy = await StormProxy.StartAsync(shop, storm);

        DriveReport report = await SdkProject.DriveAsync(new { sdk, host = proxy.Address, key = shop.Key, scenario = "many", events, padding });
        await proxy.SettleAsync();
        IReadOnlyDictionary<string, long> stored = await shop.CountByNameAsync();

        Assert.Equal(storm.Count(weather => weather != Weather.Fair), proxy.Storms);
        Assert.Equal(events, report.Accepted.Count);
        Assert.All(report.Accepted.Except(report.Failed), name => Assert.Equal(1, stored.GetValueOrDefault(name)));
        Assert.DoesNotContain(stored, pair => pair.Value > 1);
        Assert.True(mayLose || report.Failed.Count == 0, $"{report.Failed.Count} events were given up");
        Assert.True(!mayLose || report.Failed.Count < events, "the SDK gave up everything: nothing was tested");
        return proxy;
    }
}
