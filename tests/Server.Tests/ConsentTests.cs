using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests;

/// <summary>Consent over HTTP: the ledger, the switch on the shop's page, Global Privacy Control, minors.</summary>
public sealed class ConsentTests
{
    private const int Shown = 4;
    private static readonly (string, string)[] Exploring = [("Decision:Experiment:ControlShare", "0"), ("Decision:Exploration:SwapProbability", "0.5"), ("Decision:Exploration:PoolSize", "4")];
    private static readonly (string, string)[] Plain = [("Decision:Experiment:ControlShare", "0"), ("Decision:Exploration:SwapProbability", "0")];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_ledger_is_read_and_added_to_by_the_shops_server_and_by_events()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using ShopApi page = server.WithKey(await server.Api.AddKeyAsync("web", secret: false));
        using ShopApi till = server.WithKey(await server.Api.AddKeyAsync("till", secret: true));
        await page.TrackAsync([Event("ann", "b1", "Consent Updated", new { purpose = "marketing", channel = "email", granted = true, textVersion = "2026-01" }, minute: -5)]);

        JsonElement added = await till.SendAsync(HttpMethod.Post, "/api/v1/data/customers/u:ann/consents", new { purpose = "marketing", channel = "email", granted = false, textVersion = "2026-02" });
        JsonElement again = await till.GetAsync("/api/v1/data/customers/a:b1/consents");

        Assert.Equal("u:ann", again.GetProperty("customer").GetString());
        Assert.Equal(["api:false:2026-02", "consentEvent:true:2026-01"], again.GetProperty("entries").EnumerateArray().Select(entry =>
            $"{entry.GetProperty("origin").GetString()}:{entry.GetProperty("isGranted").GetRawText()}:{entry.GetProperty("textVersion").GetString()}"));
        Assert.False(added.GetProperty("standing")[0].GetProperty("isGranted").GetBoolean());
        JsonElement counts = await till.GetAsync("/api/v1/data/consents");
        Assert.Equal((0, 1), (counts.GetProperty("standings")[0].GetProperty("granted").GetInt32(), counts.GetProperty("standings")[0].GetProperty("withdrawn").GetInt32()));
        Assert.Equal(HttpStatusCode.Forbidden, (await page.Client.GetAsync(new Uri("/api/v1/data/customers/u:ann/consents", UriKind.Relative), Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(page, new { purpose = "marketing", granted = true }));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PostAsync(till, new { purpose = "x", channel = "smoke", at = "2999-01-01T00:00:00Z" }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_who_switched_personalisation_off_with_one_click_get_the_same_answer_and_two_who_did_not_get_their_own(bool isSignedIn)
    {
        await using RunningServer server = await RunningServer.StartAsync(isSignedIn ? Plain : Exploring);
        using ShopApi page = await OpenShopAsync(server);
        string[] visitors = isSignedIn ? [Signed(server, "tea"), Signed(server, "cup")] : ["anonymousId=b-tea", "anonymousId=b-cup"];

        // when both are known: different lists, of what each has not bought
        string[] personal = [await SlotAsync(page, visitors[0]), await SlotAsync(page, visitors[1])];

        // when each clicks once: the same list in the same order, for every request, from the very next one on
        foreach (string visitor in visitors)
        {
            JsonElement off = await page.SendAsync(HttpMethod.Put, "/api/v1/data/consents/personalisation?" + visitor, new { granted = false, textVersion = "switch-1" });
            Assert.False(off.GetProperty("personalised").GetBoolean());
            Assert.Contains("\"personalised\":false", await SlotAsync(page, visitor), StringComparison.Ordinal);
        }

        for (int request = 0; request < 20; request++)
        {
            Assert.Equal(await SlotAsync(page, visitors[0], request), await SlotAsync(page, visitors[1], request));
        }

        Assert.NotEqual(personal[0], personal[1]);
        Assert.All(personal, answer => Assert.Contains("\"personalised\":true", answer, StringComparison.Ordinal));

        // and on again
        await page.SendAsync(HttpMethod.Put, "/api/v1/data/consents/personalisation?" + visitors[0], new { granted = true });
        Assert.Contains("\"personalised\":true", await SlotAsync(page, visitors[0]), StringComparison.Ordinal);
        Assert.True((await page.GetAsync("/api/v1/data/consents/personalisation?" + visitors[0])).GetProperty("personalised").GetBoolean());
    }

    [Fact]
    public async Task The_tracking_call_switches_for_the_very_next_slot_too()
    {
        await using RunningServer server = await RunningServer.StartAsync(Plain);
        using ShopApi page = await OpenShopAsync(server);
        Assert.Contains("\"personalised\":true", await SlotAsync(page, "anonymousId=b-tea"), StringComparison.Ordinal);

        await page.TrackAsync([Event(null, "b-tea", "Consent Updated", new { purpose = "personalisation", granted = false })]);

        Assert.Contains("\"personalised\":false", await SlotAsync(page, "anonymousId=b-tea"), StringComparison.Ordinal);
        Assert.Contains("\"personalised\":true", await SlotAsync(page, "anonymousId=b-cup"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_switch_is_for_pages_of_other_hosts_and_only_for_ids_that_somebody_vouches_for()
    {
        await using RunningServer server = await RunningServer.StartAsync(Plain);
        using ShopApi page = await OpenShopAsync(server);
        using HttpRequestMessage preflight = new(HttpMethod.Options, "/api/v1/data/consents/personalisation?anonymousId=b1");
        preflight.Headers.Add("Origin", "https://shop.example");
        preflight.Headers.Add("Access-Control-Request-Method", "PUT");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        using HttpResponseMessage allowed = await page.Client.SendAsync(preflight, Cancelled);

        Assert.Equal("*", Assert.Single(allowed.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal(HttpStatusCode.Forbidden, await SwitchAsync(page, "userId=tea", new { granted = false }));
        Assert.Equal(HttpStatusCode.Forbidden, await SwitchAsync(page, "userId=tea&userHash=" + new string('0', 64), new { granted = false }));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await SwitchAsync(page, "", new { }));
        Assert.Equal(HttpStatusCode.OK, await SwitchAsync(page, "anonymousId=b1", new { granted = false }));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Privacy_control_is_honoured_at_the_door_and_in_slots(bool hasHeader, bool isStrict)
    {
        await using RunningServer server = await RunningServer.StartAsync([.. Plain, ("Data:Consent:PrivacyControlEndsPersonalisation", isStrict ? "true" : "false")]);
        using ShopApi page = await OpenShopAsync(server);
        if (hasHeader)
        {
            page.Client.DefaultRequestHeaders.Add("Sec-GPC", "1");
        }

        string unseen = await SlotAsync(page, "anonymousId=b-tea"); // the slot's own header, before any event carried one
        await page.TrackAsync([Event(null, "b-tea", "Page Left", new { })]);
        JsonElement signalled = await server.Api.GetAsync("/api/v1/data/customers/a:b-tea/consents");
        string after = await SlotAsync(page, "anonymousId=b-tea");
        await page.TrackAsync([Event(null, "b-tea", "Consent Updated", new { purpose = "personalisation", granted = true }, minute: 1)]);
        string granted = await SlotAsync(page, "anonymousId=b-tea");

        string[] expected = hasHeader ? ["advertising:any:privacyControl", "personalisation:ads:privacyControl"] : [];
        Assert.Equal(expected, signalled.GetProperty("entries").EnumerateArray()
            .Select(entry => $"{entry.GetProperty("purpose").GetString()}:{entry.GetProperty("channel").GetString()}:{entry.GetProperty("origin").GetString()}").Order(StringComparer.Ordinal));
        string stance = "\"personalised\":" + (isStrict ? "false" : "true");
        Assert.Contains(stance, unseen, StringComparison.Ordinal);
        Assert.Contains(stance, after, StringComparison.Ordinal);
        Assert.Contains("\"personalised\":true", granted, StringComparison.Ordinal); // said after the signal
    }

    [Fact]
    public async Task A_minor_is_neither_chosen_for_nor_written_to_until_the_clock_says_otherwise()
    {
        await using RunningServer server = await RunningServer.StartAsync([.. Plain, ("Decision:Promotion:ExplorationShare", "1"), ("Decision:Promotion:AtRiskAfterDays", "1")]);
        using ShopApi page = await OpenShopAsync(server);
        object[] told =
        [
            Identify("tea", new { email = "tea@example.org", marketing_email = true, birthday = "2012-01-20" }), // thirteen
            Identify("cup", new { email = "cup@example.org", marketing_email = true, birthday = "1990-01-20" }),
            Identify("pot", new { email = "pot@example.org", marketing_email = true, personalisation = false }),
        ];
        await page.TrackAsync([.. told, Buy("pot", "b-pot", "p2")]);

        JsonElement turn = await server.Api.SendAsync(HttpMethod.Post, "/api/v1/loop/turns", new { });
        string child = await SlotAsync(page, Signed(server, "tea"));
        string adult = await SlotAsync(page, Signed(server, "cup"));

        Assert.Equal((1, 1), (turn.GetProperty("refusals").GetProperty("minor").GetInt32(), turn.GetProperty("refusals").GetProperty("noPersonalisation").GetInt32()));
        Assert.Equal(1, turn.GetProperty("contactable").GetInt32());
        Assert.Contains("\"personalised\":false", child, StringComparison.Ordinal);
        Assert.Contains("\"personalised\":true", adult, StringComparison.Ordinal);

        await server.Api.SendAsync(HttpMethod.Post, "/api/v1/clock", new { turn = false, now = "2026-01-20T00:00:00Z" });
        Assert.Contains("\"personalised\":true", await SlotAsync(page, Signed(server, "tea")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paid_place_is_labelled_and_missing_for_who_sends_privacy_control()
    {
        await using RunningServer server = await RunningServer.StartAsync(Plain);
        using ShopApi page = await OpenShopAsync(server);
        object campaign = new { id = "summer", name = new { en = "Summer" }, kind = "advertising", type = "slot", position = "home:2", products = new[] { "p7" } };
        await server.Api.SendAsync(HttpMethod.Put, "/api/v1/data/campaigns", new { campaigns = new[] { campaign } });

        JsonElement slot = await page.GetAsync($"/api/v1/execution/slots/home?count={Shown}&anonymousId=b-tea");
        JsonElement[] items = [.. slot.GetProperty("items").EnumerateArray()];
        page.Client.DefaultRequestHeaders.Add("Sec-GPC", "1");
        JsonElement quiet = await page.GetAsync($"/api/v1/execution/slots/home?count={Shown}&anonymousId=b-tea");

        Assert.Equal([false, true, false, false], items.Select(item => item.GetProperty("isPaid").GetBoolean()));
        Assert.Equal(("p7", "Ad", "广告"), (
            items[1].GetProperty("productId").GetString(), items[1].GetProperty("label").GetProperty("en").GetString(), items[1].GetProperty("label").GetProperty("zh").GetString()));
        Assert.DoesNotContain(quiet.GetProperty("items").EnumerateArray(), item => item.GetProperty("isPaid").GetBoolean());

        // seen, it is in the log with who pays and as certain; removed, it is gone from the next slot
        await page.TrackAsync([Event(null, "b-tea", "Promotion Viewed", new { treatment_token = slot.GetProperty("token").GetString() })]);
        await server.Api.SendAsync(HttpMethod.Post, "/api/v1/loop/turns", new { });
        JsonElement logged = (await server.Api.GetAsync("/api/v1/decision/treatments?customer=a:b-tea")).GetProperty("items")[0].GetProperty("items")[1];
        Assert.Equal(("summer", 1.0), (logged.GetProperty("campaign").GetString(), logged.GetProperty("propensity").GetDouble()));
        await server.Api.Client.DeleteAsync(new Uri("/api/v1/data/campaigns/summer", UriKind.Relative), Cancelled);
        Assert.DoesNotContain((await server.Api.GetAsync("/api/v1/execution/slots/home?anonymousId=b-cup")).GetProperty("items").EnumerateArray(), item => item.GetProperty("isPaid").GetBoolean());
    }

    /// <summary>A running shop of eight products in which two customers and their browsers bought different things.</summary>
    private static async Task<ShopApi> OpenShopAsync(RunningServer server)
    {
        await server.Api.StartAsync();
        await server.Api.SendAsync(HttpMethod.Put, "/api/v1/data/products", new { products = Enumerable.Range(0, 8).Select(i => new { id = $"p{i}", name = new { en = $"Product {i}" }, price = 5 }) });
        ShopApi page = server.WithKey(await server.Api.AddKeyAsync("web", secret: false));
        await page.TrackAsync([Buy("tea", null, "p0"), Buy("cup", null, "p1"), Buy(null, "b-tea", "p0"), Buy(null, "b-cup", "p1")]);
        return page;
    }

    private static string Signed(RunningServer server, string userId) => $"userId={userId}&userHash={server.Sign(userId)}";

    private static async Task<string> SlotAsync(ShopApi page, string visitor, int request = 0)
    {
        JsonElement answer = await page.GetAsync($"/api/v1/execution/slots/home?count={Shown}&requestId=r{request}&{visitor}");
        return "\"personalised\":" + answer.GetProperty("personalised").GetRawText() + answer.GetProperty("items").GetRawText();
    }

    private static async Task<HttpStatusCode> SwitchAsync(ShopApi page, string visitor, object body)
    {
        using HttpResponseMessage answer = await page.Client.PutAsJsonAsync(new Uri("/api/v1/data/consents/personalisation?" + visitor, UriKind.Relative), body, Cancelled);
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> PostAsync(ShopApi api, object body)
    {
        using HttpResponseMessage answer = await api.Client.PostAsJsonAsync(new Uri("/api/v1/data/customers/u:ann/consents", UriKind.Relative), body, Cancelled);
        return answer.StatusCode;
    }

    private static object Event(string? user, string browser, string name, object properties, int minute = 0) =>
        new { type = "track", @event = name, userId = user, anonymousId = browser, properties, timestamp = RunningServer.Start.AddMinutes(minute) };

    private static object Buy(string? user, string? browser, string product) => new
    {
        type = "track",
        @event = "Order Completed",
        userId = user,
        anonymousId = browser,
        properties = new { order_id = $"{user}{browser}-{product}", revenue = 5, products = new[] { new { product_id = product, quantity = 1, price = 5 } } },
        timestamp = RunningServer.Start.AddDays(-20),
    };

    private static object Identify(string user, object traits) => new { type = "identify", userId = user, traits, timestamp = RunningServer.Start.AddDays(-20) };
}
