using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests.Processes;

/// <summary>A served shop under a manual clock, through the public API alone: a mail of the first day, purchases of later ones.</summary>
public sealed class CreditTests : IDisposable
{
    private static readonly DateTimeOffset Day1 = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);
    private readonly ShopFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_mail_of_day_1_is_credited_for_the_purchase_of_day_3_and_not_for_one_after_its_window()
    {
        // given three buyers of last month, of whom one never agreed to mails, and coupons for whoever is silent
        folder.Set(
            ("Decision:Experiment:ControlShare", 0), ("Decision:Promotion:ExplorationShare", 1),
            ("Decision:Promotion:AtRiskAfterDays", 7), ("Feedback:Attribution:WindowDays", 7));
        await using ServingProcess server = await ServingProcess.StartAsync(folder.Data, ["--clock", "manual", "--clock-start", "2026-01-05T09:00:00Z"]);
        await server.Api.StartAsync();
        foreach (string name in (string[])["soon", "late", "unasked"])
        {
            await server.Api.TrackAsync(
            [
                new { type = "identify", userId = name, messageId = name + "-who", timestamp = Day1.AddDays(-20), traits = new { email = name + "@example.org", marketing_email = name != "unasked" } },
                Order(name, Day1.AddDays(-20), 10),
            ]);
        }

        // when the first day turns, one buys on day 3, and one only after the window
        await MoveAsync(server, Day1.AddHours(1));
        JsonElement mails = (await server.Api.GetAsync("/api/v1/execution/outbox")).GetProperty("messages");
        await MoveAsync(server, Day1.AddDays(2), turn: false);
        await server.Api.TrackAsync([Order("soon", Day1.AddDays(2), 40), Order("unasked", Day1.AddDays(2), 500)]);
        await MoveAsync(server, Day1.AddDays(2).AddHours(1));
        await MoveAsync(server, Day1.AddDays(9), turn: false);
        await server.Api.TrackAsync([Order("late", Day1.AddDays(9), 70)]);
        await MoveAsync(server, Day1.AddDays(9).AddHours(1));

        // then the mail is credited for the one and not for the other, and whoever got none has no outcome at all
        Assert.Equal(["u:late", "u:soon"], mails.EnumerateArray().Select(mail => mail.GetProperty("customer").GetString()).Order(StringComparer.Ordinal));
        JsonElement credited = await NewestOutcomeAsync(server, "soon"), missed = await NewestOutcomeAsync(server, "late");
        Assert.Equal(mails.EnumerateArray().Single(mail => mail.GetProperty("customer").GetString() == "u:soon").GetProperty("treatmentId").GetString(), credited.GetProperty("treatment").GetString());
        Assert.Equal((1, 40m, true), (credited.GetProperty("creditedOrders").GetInt32(), credited.GetProperty("creditedRevenue").GetDecimal(), credited.GetProperty("isFinal").GetBoolean()));
        Assert.Equal((0, 0m, true), (missed.GetProperty("creditedOrders").GetInt32(), missed.GetProperty("creditedRevenue").GetDecimal(), missed.GetProperty("isFinal").GetBoolean()));
        Assert.Empty((await server.Api.GetAsync("/api/v1/feedback/outcomes?customer=u:unasked")).GetProperty("items").EnumerateArray());
        JsonElement lift = (await server.Api.GetAsync("/api/v1/feedback/lift")).GetProperty("overall");
        Assert.Equal(2, lift.GetProperty("treatedCustomers").GetInt32());
        Assert.Equal((40 + 70) / 2.0, lift.GetProperty("revenue").GetProperty("treatedMean").GetDouble());
    }

    private static object Order(string user, DateTimeOffset at, decimal revenue) => new
    {
        type = "track",
        @event = "Order Completed",
        userId = user,
        messageId = $"{user}-{at:O}",
        timestamp = at,
        properties = new { order_id = $"{user}-{at:yyyyMMdd}", revenue, products = new[] { new { product_id = "mug", price = revenue, quantity = 1 } } },
    };

    private static Task<JsonElement> MoveAsync(ServingProcess server, DateTimeOffset now, bool turn = true) =>
        server.Api.SendAsync(HttpMethod.Post, "/api/v1/clock", new { now, turn });

    private static async Task<JsonElement> NewestOutcomeAsync(ServingProcess server, string user) =>
        (await server.Api.GetAsync($"/api/v1/feedback/outcomes?customer=u:{user}")).GetProperty("items")[0];
}
