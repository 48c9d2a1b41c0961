using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.IntakeShop;

namespace MarketLoop.Tests.Data;

/// <summary>A verdict for each event: the good ones are stored whatever their neighbours are.</summary>
public sealed class IntakeVerdictTests(IntakeShopFixture fixture) : IClassFixture<IntakeShopFixture>
{
    [Fact]
    public async Task R_A5_one_bad_event_among_hundred_costs_only_itself()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        IEnumerable<JsonNode?> batch = Enumerable.Range(0, 100).Select(index =>
            index == 37 ? (JsonNode?)Track("Product Viewed", new JsonObject { ["product_id"] = "p", ["price"] = -1 }, "bad") : Track("Product Viewed", new JsonObject { ["product_id"] = "p" }, $"m{index}"));

        IntakeVerdict verdict = await shop.SendBatchAsync(batch);

        Assert.Equal((99, 0), (verdict.Accepted, verdict.Duplicates));
        EventFault fault = Assert.Single(verdict.Rejected);
        Assert.Equal((37, FaultCodes.NegativePrice), (fault.Index, fault.Code));
        Assert.Equal(99, (await shop.ReadAsync()).Count);
        Assert.Equal(1, shop.Quarantine.Kept);
        JsonElement kept = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(
            Assert.Single(Directory.GetFiles(shop.Shop.Folder.Quarantine, "*.jsonl")), TestContext.Current.CancellationToken));
        Assert.Equal(37, kept.GetProperty("index").GetInt32());
        Assert.Equal(FaultCodes.NegativePrice, kept.GetProperty("code").GetString());
        Assert.Equal(Now, kept.GetProperty("receivedAt").GetDateTimeOffset());
        Assert.Contains("\"messageId\":\"bad\"", kept.GetProperty("event").GetString(), StringComparison.Ordinal);
        Assert.NotEqual("", kept.GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("""{"type":"track","event":"Product Viewed","userId":"a","timestamp":"9999-01-01T00:00:00Z"}""", FaultCodes.InvalidTimestamp)]
    [InlineData("""{"type":"track","event":"Product Viewed","userId":"a","timestamp":"1970-01-01T00:00:00Z"}""", FaultCodes.InvalidTimestamp)]
    [InlineData("""{"type":"track","event":"Product Viewed","userId":"a","timestamp":"2106-02-07T06:28:15Z"}""", FaultCodes.InvalidTimestamp)]
    [InlineData("""{"type":"track","event":"Product Viewed","userId":"a","timestamp":"yesterday"}""", FaultCodes.InvalidTimestamp)]
    [InlineData("""{"type":"track","event":"Product Viewed","userId":"a","timestamp":"12:00"}""", FaultCodes.InvalidTimestamp)]
    [InlineData("""{"type":"track","event":"Product Viewed","userId":"a","properties":{"product_id":"p","price":-0.01}}""", FaultCodes.NegativePrice)]
    [InlineData("""{"type":"track","event":"Product Viewed","userId":"a","properties":{"product_id":"p","price":"cheap"}}""", FaultCodes.InvalidPrice)]
    [InlineData("""{"type":"track","event":"Product Viewed","userId":"a","properties":{"product_id":"p","price":1e300}}""", FaultCodes.InvalidPrice)]
    [InlineData("""{"type":"track","event":"Product Added","userId":"a","properties":{"product_id":"p","quantity":0}}""", FaultCodes.InvalidQuantity)]
    [InlineData("""{"type":"track","event":"Product Added","userId":"a","properties":{"product_id":"p","quantity":1.5}}""", FaultCodes.InvalidQuantity)]
    [InlineData("""{"type":"track","event":"Order Completed","userId":"a","properties":{"products":[{"product_id":"p","price":5,"quantity":-2}]}}""", FaultCodes.InvalidQuantity)]
    [InlineData("""{"type":"track","event":"Order Completed","userId":"a","properties":{"revenue":-5}}""", FaultCodes.NegativeRevenue)]
    [InlineData("""{"type":"track","event":"Order Completed","userId":"a","properties":{"revenue":"much"}}""", FaultCodes.InvalidRevenue)]
    [InlineData("""{"type":"track","event":"Order Completed","userId":"a","properties":{"products":[{"product_id":"p","price":99999999999999,"quantity":2000000000}]}}""", FaultCodes.InvalidRevenue)]
    [InlineData("""{"type":"track","event":"Order Completed","userId":"a","properties":{"revenue":5,"currency":"Euro"}}""", FaultCodes.InvalidCurrency)]
    [InlineData("""{"type":"track","event":"purchase","userId":"a","properties":{"value":5,"currency":978.5}}""", FaultCodes.InvalidCurrency)]
    [InlineData("""{"type":"track","event":"Order Completed","userId":"a","properties":{"products":"p1,p2"}}""", FaultCodes.InvalidProducts)]
    [InlineData("""{"type":"track","event":"Order Completed","userId":"a","properties":{"products":["p1"]}}""", FaultCodes.InvalidProducts)]
    [InlineData("""{"type":"track","event":"Coupon Applied","userId":"a","properties":{"coupon_id":["A"]}}""", FaultCodes.InvalidCoupon)]
    [InlineData("""{"type":"track","userId":"a"}""", FaultCodes.MissingEvent)]
    [InlineData("""{"type":"track","event":"x"}""", FaultCodes.MissingId)]
    [InlineData("""{"type":"track","event":"x","userId":"[object Object]"}""", FaultCodes.MissingId)]
    [InlineData("""{"type":"track","event":"x","userId":"null","anonymousId":" "}""", FaultCodes.MissingId)]
    [InlineData("""{"type":"track","event":"x","userId":"a\u0000b"}""", FaultCodes.InvalidText)]
    [InlineData("""{"type":"track","event":"x\u0000","userId":"ab"}""", FaultCodes.InvalidText)]
    [InlineData("""{"type":"track","event":"\ud800","userId":"ab"}""", FaultCodes.InvalidText)]
    [InlineData("""{"type":"identify","userId":"ab","traits":{"email":"\ud83d"}}""", FaultCodes.InvalidText)]
    [InlineData("""{"type":"track","event":"x","userId":"ab","properties":{"\udc00":1}}""", FaultCodes.InvalidText)]
    [InlineData("""{"event":"x","userId":"a"}""", FaultCodes.MissingType)]
    [InlineData("""{"type":"dance","userId":"a"}""", FaultCodes.UnknownType)]
    [InlineData("42", FaultCodes.NotAnObject)]
    [InlineData("null", FaultCodes.NotAnObject)]
    public async Task Each_fault_has_its_code_and_spares_its_neighbour(string bad, string code)
    {
        IntakeShop shop = fixture.Shop;
        long kept = shop.Quarantine.Kept;
        long counted = shop.Intake.Activity.Faults.GetValueOrDefault(code);

        IntakeVerdict verdict = await shop.SendAsync($$"""{"batch":[{{bad}},{{Track("Product Viewed", id: bad).ToJsonString()}}]}""");

        Assert.Equal([(0, code)], verdict.Rejected.Select(fault => (fault.Index, fault.Code)));
        Assert.Equal(1, verdict.Accepted);
        Assert.Equal(1, shop.Quarantine.Kept - kept);
        Assert.Equal(1, shop.Intake.Activity.Faults[code] - counted);
        Assert.Contains(await shop.ReadAsync(), item => string.Equals(item.MessageId, bad, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_large_and_a_deep_event_are_refused_alone()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        JsonObject large = Track("Large", new JsonObject { ["text"] = new string('x', 33_000) }, "large");
        JsonObject justRight = Track("Fits", new JsonObject { ["text"] = new string('x', 32_000) }, "fits");
        string deep = $$"""{"type":"track","event":"Deep","userId":"a","properties":{{string.Concat(Enumerable.Repeat("{\"a\":", 200))}}1{{new string('}', 200)}}}""";

        IntakeVerdict verdict = await shop.SendAsync($$"""{"batch":[{{large.ToJsonString()}},{{justRight.ToJsonString()}},{{deep}}]}""");

        Assert.Equal([(0, FaultCodes.EventTooLarge), (2, FaultCodes.TooDeep)], verdict.Rejected.Select(fault => (fault.Index, fault.Code)));
        Assert.Equal("Fits", Assert.Single(await shop.ReadAsync()).Name);
    }

    [Fact]
    public async Task A_text_that_is_no_utf8_costs_only_its_event()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        byte[] body = [.. """{"batch":[{"type":"track","event":"x","userId":"a","properties":{"text":" """u8, 0xC3, 0x28, .. "\"}},"u8, .. Encoding.UTF8.GetBytes(Track("Good").ToJsonString()), .. "]}"u8];

        IntakeVerdict verdict = await shop.Intake.AcceptAsync(Web, body, IntakeRoute.Batch, Now, TestContext.Current.CancellationToken);

        Assert.Equal(FaultCodes.InvalidText, Assert.Single(verdict.Rejected).Code);
        Assert.Equal("Good", Assert.Single(await shop.ReadAsync()).Name);
        Assert.Contains("eventBase64", await File.ReadAllTextAsync(Directory.GetFiles(shop.Shop.Folder.Quarantine, "*.jsonl")[0], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_without_batch_gets_a_verdict_and_unparsable_text_is_the_callers_mistake()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();

        Assert.Equal(FaultCodes.MissingBatch, Assert.Single((await shop.SendAsync("""{"events":[]}""")).Rejected).Code);
        Assert.Equal(IntakeVerdict.Nothing.Accepted, (await shop.SendAsync("""{"batch":[]}""")).Accepted);
        ArgumentException mistake = await Assert.ThrowsAsync<ArgumentException>(() => shop.SendAsync("""{"batch":[{"email":"ann@example.org",}]}"""));
        Assert.DoesNotContain("ann", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeated_batch_stores_nothing_twice_with_and_without_message_ids()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        JsonObject Named(string sentAt) => new() { ["sentAt"] = sentAt, ["batch"] = new JsonArray(Track("A"), Track("B", id: null), Track("C", id: null)) };

        IntakeVerdict first = await shop.SendAsync(Named("2026-03-01T12:00:00Z").ToJsonString());
        IntakeVerdict again = await shop.SendAsync(Named("2026-03-01T12:00:09Z").ToJsonString(), receivedAt: Now.AddSeconds(9));

        Assert.Equal((3, 0), (first.Accepted, first.Duplicates));
        Assert.Equal((0, 3), (again.Accepted, again.Duplicates));
        Assert.Equal(["A", "B", "C"], (await shop.ReadAsync()).Select(item => item.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task R_A10_the_same_batch_many_times_at_once_is_one_copy()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        string body = new JsonObject { ["batch"] = new JsonArray([.. Enumerable.Range(0, 20).Select(index => (JsonNode?)Track("A", id: $"m{index}"))]) }.ToJsonString();

        IntakeVerdict[] verdicts = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => shop.SendAsync(body))));

        Assert.Equal(20, verdicts.Sum(verdict => verdict.Accepted));
        Assert.Equal(1_980, verdicts.Sum(verdict => verdict.Duplicates));
        Assert.Equal(20, (await shop.ReadAsync()).Count);
    }

    [Fact]
    public async Task A_full_quarantine_counts_what_it_cannot_keep()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync(new IntakeOptions { MaxQuarantineBytesPerDay = 10 });

        IntakeVerdict verdict = await shop.SendBatchAsync(JsonValue.Create(1), Track("Good"));

        Assert.Equal(1, verdict.Accepted);
        Assert.Equal((0, 1), (shop.Quarantine.Kept, shop.Quarantine.Lost));
    }
}
