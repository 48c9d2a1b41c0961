using System.Text.Json.Nodes;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.IntakeShop;

namespace MarketLoop.Tests.Data;

/// <summary>Which ids the door takes, and what alias, group, coupons and keys tell.</summary>
public sealed class IdentityIntakeTests(IntakeShopFixture fixture) : IClassFixture<IntakeShopFixture>
{
    [Theory]
    [InlineData("\"null\"")]
    [InlineData("null")]
    [InlineData("\"undefined\"")]
    [InlineData("\"NaN\"")]
    [InlineData("0")]
    [InlineData("\"0\"")]
    [InlineData("-1")]
    [InlineData("true")]
    [InlineData("\"False\"")]
    [InlineData("\" Guest \"")]
    [InlineData("\"anonymous\"")]
    [InlineData("\"[object Object]\"")]
    [InlineData("\"00000000-0000-0000-0000-000000000000\"")]
    [InlineData("\"\"")]
    [InlineData("\"-\"")]
    [InlineData("\"N/A\"")]
    [InlineData("\"unknown\"")]
    [InlineData("\"(not set)\"")]
    [InlineData("\"id\"")]
    [InlineData("\"user\"")]
    [InlineData("\"UserId\"")]
    [InlineData("\"distinct_id\"")]
    [InlineData("\"user@example.com\"")]
    [InlineData("\"Test@Test.com\"")]
    [InlineData("\"test+7@example.org\"")]
    [InlineData("\"noreply@shop.example\"")]
    [InlineData("\"email@domain\"")]
    [InlineData("\"{{ user.id }}\"")]
    [InlineData("\"${userId}\"")]
    [InlineData("\"---\"")]
    public async Task An_id_that_stands_for_nobody_is_no_id(string junk)
    {
        JsonNode? id = JsonNode.Parse(junk);
        JsonObject onlyJunk = new() { ["type"] = "page", ["userId"] = id?.DeepClone(), ["anonymousId"] = id?.DeepClone(), ["messageId"] = "junk" + junk };
        JsonObject alsoBrowser = new() { ["type"] = "page", ["userId"] = id?.DeepClone(), ["anonymousId"] = "b-7", ["messageId"] = "kept" + junk };

        IntakeVerdict verdict = await fixture.Shop.SendBatchAsync(onlyJunk, alsoBrowser);

        Assert.Equal((0, FaultCodes.MissingId), (Assert.Single(verdict.Rejected).Index, verdict.Rejected[0].Code));
        Interaction kept = Assert.Single(await fixture.Shop.ReadAsync(), act => act.MessageId == ("kept" + junk).Trim());
        Assert.Equal((null, CustomerId.Anonymous("b-7")), (kept.UserId, kept.Customer));
    }

    [Theory]
    [InlineData("10")]
    [InlineData("ann@example.com")]
    [InlineData("user1")]
    [InlineData("王小明")]
    [InlineData("guest-4711")]
    [InlineData("a")]
    public async Task An_id_that_only_looks_similar_is_one(string id)
    {
        IntakeVerdict verdict = await fixture.Shop.SendBatchAsync(new JsonObject { ["type"] = "page", ["userId"] = id, ["messageId"] = "good" + id });

        Assert.Empty(verdict.Rejected);
        Assert.Contains(await fixture.Shop.ReadAsync(), act => act.UserId == id);
    }

    [Fact]
    public async Task The_owner_adds_ids_of_nobody()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        shop.Shop.Identity.Apply(new IdentityOptions { DeniedIds = { "Walk-In" } });

        IntakeVerdict verdict = await shop.SendBatchAsync(
            new JsonObject { ["type"] = "page", ["userId"] = "walk-in" }, new JsonObject { ["type"] = "page", ["userId"] = "guest" }, new JsonObject { ["type"] = "page", ["userId"] = "walker" });

        Assert.Equal([0, 1], verdict.Rejected.Select(fault => fault.Index));
    }

    [Fact]
    public async Task Alias_group_and_coupons_are_read_and_come_back_after_a_restart_of_reading()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        IntakeVerdict verdict = await shop.SendBatchAsync(
            new JsonObject { ["type"] = "alias", ["messageId"] = "1", ["userId"] = "u", ["previousId"] = "old" },
            new JsonObject { ["type"] = "alias", ["messageId"] = "2", ["userId"] = "u", ["previousId"] = "guest" },
            new JsonObject { ["type"] = "alias", ["messageId"] = "3", ["userId"] = "u", ["previousId"] = "u" },
            new JsonObject { ["type"] = "group", ["messageId"] = "4", ["userId"] = "u", ["groupId"] = 77, ["traits"] = new JsonObject { ["plan"] = "b2b" } },
            Track("Order Completed", new JsonObject { ["order_id"] = "o", ["total"] = 5, ["coupon"] = " TEN ", ["products"] = new JsonArray(new JsonObject { ["product_id"] = "p" }) }, "5"),
            Track("Coupon Applied", new JsonObject { ["coupon_id"] = "c-1", ["coupon_name"] = "Ten off" }, "6"),
            Track("Coupon Applied", new JsonObject { ["coupon_name"] = "Ten off" }, "7"));

        Assert.Empty(verdict.Rejected);
        Assert.Equal(2, Assert.Single(verdict.Flagged, flag => flag.Code == FaultCodes.SelfAlias).Index);
        Assert.Equal(
            ["1 old  ", "2   ", "3 u  ", "4  77 ", "5   TEN", "6   c-1", "7   Ten off"],
            (await shop.ReadAsync()).OrderBy(act => act.MessageId, StringComparer.Ordinal).Select(act => $"{act.MessageId} {act.PreviousId} {act.GroupId} {act.Coupon}"));
    }

    [Theory]
    [InlineData("""{"email":" Ann@Shop.test "}""", """{"email":"ann@shop.test"}""")]
    [InlineData("""{"phone":"+49 (170) 123-4568"}""", """{"phone":"00491701234568"}""")]
    [InlineData("""{"phone":"+49 (0)170 1234568"}""", """{"phone":"491701234568"}""")]
    [InlineData("""{"memberCard":"C 100-200"}""", """{"loyalty_id":"c100200"}""")]
    [InlineData("""{"card":12345678}""", """{"member_card":"1234 5678"}""")]
    public async Task A_purchase_that_shows_only_a_key_is_taken_and_one_key_is_one_customer_however_written(string one, string other)
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();

        IntakeVerdict verdict = await shop.SendBatchAsync(Keyed("1", one), Keyed("2", other), Keyed("3", """{"email":"bob@shop.test"}"""));

        Assert.Empty(verdict.Rejected);
        CustomerId[] who = [.. (await shop.ReadAsync()).OrderBy(act => act.MessageId, StringComparer.Ordinal).Select(act => act.Customer)];
        Assert.Equal(who[0], who[1]);
        Assert.NotEqual(who[0], who[2]);
        Assert.All(who, customer => Assert.StartsWith("a:key-", customer.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"email":"test@test.com"}""")]
    [InlineData("""{"email":"noreply@shop.test"}""")]
    [InlineData("""{"email":"nobody"}""")]
    [InlineData("""{"phone":"0000000000"}""")]
    [InlineData("""{"phone":"123456789"}""")]
    [InlineData("""{"phone":"n/a"}""")]
    [InlineData("""{"card":"000000"}""")]
    [InlineData("""{"card":"unknown"}""")]
    [InlineData("""{}""")]
    public async Task A_placeholder_never_is_a_key(string told)
    {
        IntakeVerdict verdict = await fixture.Shop.SendBatchAsync(Keyed("k", told));

        Assert.Equal(FaultCodes.MissingId, Assert.Single(verdict.Rejected).Code);
    }

    private static JsonObject Keyed(string id, string told)
    {
        JsonObject bought = Track("Order Completed", JsonNode.Parse(told)?.AsObject(), id);
        bought.Remove("userId");
        return bought;
    }
}
