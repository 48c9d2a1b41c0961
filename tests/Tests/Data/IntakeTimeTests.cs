using System.Text.Json.Nodes;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.IntakeShop;

namespace MarketLoop.Tests.Data;

/// <summary>When an event happened, from the times its sender wrote.</summary>
public sealed class IntakeTimeTests(IntakeShopFixture fixture) : IClassFixture<IntakeShopFixture>
{
    [Theory]
    [InlineData("\"2026-02-28T23:00:00Z\"", "2026-02-28T23:00:00Z")]
    [InlineData("\"2026-02-28T23:00:00\"", "2026-02-28T23:00:00Z")]
    [InlineData("\"2026-03-01 08:00:00+08:00\"", "2026-03-01T00:00:00Z")]
    [InlineData("\"2026-02-28\"", "2026-02-28T00:00:00Z")]
    [InlineData("1772316000", "2026-02-28T22:00:00Z")]
    [InlineData("1772316000123", "2026-02-28T22:00:00.123Z")]
    [InlineData("\"1772316000\"", "2026-02-28T22:00:00Z")]
    [InlineData("\"Sat, 28 Feb 2026 22:00:00 GMT\"", "2026-02-28T22:00:00Z")]
    [InlineData("null", "2026-03-01T12:00:00Z")]
    [InlineData("\"\"", "2026-03-01T12:00:00Z")]
    public async Task R_A11_many_ways_to_write_a_time_are_read(string timestamp, string expected)
    {
        JsonObject item = Track("Product Viewed", id: timestamp);
        item["timestamp"] = JsonNode.Parse(timestamp);

        IntakeVerdict verdict = await fixture.Shop.SendBatchAsync(item);
        Interaction stored = (await fixture.Shop.ReadAsync()).Single(read => string.Equals(read.MessageId, timestamp, StringComparison.Ordinal));

        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), stored.OccurredAt);
        Assert.Equal(Now, stored.ReceivedAt);
        Assert.Empty(verdict.Flagged);
    }

    [Fact]
    public async Task Original_timestamp_stands_in_for_a_missing_one()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        JsonObject item = Track("Product Viewed");
        item.Remove("timestamp");
        item["originalTimestamp"] = "2026-03-01T10:00:00Z";

        Assert.Equal(Now.AddHours(-2), (await shop.StoreAsync(item)).OccurredAt);
    }

    [Fact]
    public async Task R_A11_a_time_well_ahead_of_ours_is_set_to_arrival_and_flagged_with_the_claim_kept()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        JsonObject ahead = Track("Ahead", new JsonObject { ["a"] = 1 }, "ahead");
        ahead["timestamp"] = "2026-03-01T12:06:00Z";
        JsonObject little = Track("Little", null, "little");
        little["timestamp"] = "2026-03-01T12:04:00Z";

        IntakeVerdict verdict = await shop.SendBatchAsync(ahead, little);
        List<Interaction> stored = await shop.ReadAsync();

        Assert.Equal([(0, FaultCodes.FutureTimestamp)], verdict.Flagged.Select(flag => (flag.Index, flag.Code)));
        Assert.Empty(verdict.Rejected);
        Assert.Equal([Now, Now.AddMinutes(4).AddTicks(1)], stored.Select(item => item.OccurredAt));
        Assert.Equal("""{"a":1,"$claimedTime":"2026-03-01T12:06:00.0000000Z"}""", stored[0].PropertiesJson);
    }

    [Fact]
    public async Task A_clock_that_is_ahead_is_corrected_by_what_it_says_when_sending()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        JsonObject item = Track("Product Viewed");
        item["timestamp"] = "2026-03-01T15:00:00Z";

        await shop.SendAsync(new JsonObject { ["sentAt"] = "2026-03-01T15:00:30Z", ["batch"] = new JsonArray(item) }.ToJsonString());

        Assert.Equal(Now.AddSeconds(-30), Assert.Single(await shop.ReadAsync()).OccurredAt);
    }

    [Fact]
    public async Task R_A11_a_resent_batch_with_its_old_sending_time_lands_within_five_seconds_of_the_truth()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        foreach (int minute in Enumerable.Range(0, 5))
        {
            await SendLateAsync(shop, $"usual{minute}", Now.AddMinutes(minute), delaySeconds: 0.2);
        }

        await SendLateAsync(shop, "late", Now.AddMinutes(10), delaySeconds: 120);
        Interaction late = (await shop.ReadAsync()).Single(item => item.MessageId is "late");

        Assert.InRange(late.OccurredAt, Now.AddMinutes(10).AddSeconds(-5), Now.AddMinutes(10).AddSeconds(5));
    }

    [Fact]
    public async Task The_first_batch_of_a_sender_may_be_a_late_one()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();

        await SendLateAsync(shop, "late", Now, delaySeconds: 120);

        Assert.Equal(Now, Assert.Single(await shop.ReadAsync()).OccurredAt);
    }

    [Fact]
    public async Task A_clock_that_is_always_behind_is_corrected_once_several_requests_agree()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        foreach (int minute in Enumerable.Range(0, 4))
        {
            await SendLateAsync(shop, $"m{minute}", Now.AddMinutes(minute), delaySeconds: 600);
        }

        Interaction last = (await shop.ReadAsync()).Single(item => item.MessageId is "m3");

        Assert.Equal(Now.AddMinutes(13), last.OccurredAt);
    }

    private static Task<IntakeVerdict> SendLateAsync(IntakeShop shop, string id, DateTimeOffset happened, double delaySeconds)
    {
        JsonObject item = Track("Product Viewed", null, id);
        item["timestamp"] = $"{happened.UtcDateTime:O}";
        item["context"] = new JsonObject { ["library"] = new JsonObject { ["name"] = "RudderLabs Node" } };
        string body = new JsonObject { ["sentAt"] = $"{happened.UtcDateTime:O}", ["batch"] = new JsonArray(item) }.ToJsonString();
        return shop.SendAsync(body, receivedAt: happened.AddSeconds(delaySeconds));
    }
}
