using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using MarketLoop.Server.Tests.Sdk;
using Microsoft.Playwright;
using Xunit;

namespace MarketLoop.Server.Tests.Browser;

/// <summary>marketloop.js in Chromium against the real program: what a page tells arrives once, whatever happens to network, page, server and storage.</summary>
public sealed class ScriptTests
{
    private const string NoLocks = "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })";
    private const string NoStorage = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } })";
    private const string PrivacyControl = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { value: true })";
    private const string Kept = "Object.keys(localStorage).filter((name) => name.startsWith('marketloop:')).sort()";

    [Fact]
    public async Task Script_is_small_and_open_to_every_origin()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Get, "/marketloop.js") { Headers = { AcceptEncoding = { new("gzip") } } };
        using HttpResponseMessage answer = await SendAsync(server, request);
        byte[] body = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        using HttpRequestMessage again = new(HttpMethod.Get, "/marketloop.js") { Headers = { IfNoneMatch = { answer.Headers.ETag! } } }; // asserted by the 304
        using HttpResponseMessage unchanged = await SendAsync(server, again);
        using HttpRequestMessage plain = new(HttpMethod.Get, "/marketloop.js");
        using HttpResponseMessage readable = await SendAsync(server, plain);

        Assert.InRange(body.Length, 1, 4_999);
        Assert.Equal("gzip", Assert.Single(answer.Content.Headers.ContentEncoding));
        Assert.Equal(MediaTypeHeaderValue.Parse("text/javascript; charset=utf-8"), answer.Content.Headers.ContentType);
        Assert.Equal("public, max-age=3600", answer.Headers.CacheControl?.ToString());
        Assert.Equal("Accept-Encoding", Assert.Single(answer.Headers.Vary));
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("cross-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Resource-Policy")));
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.StartsWith("(() => {", await readable.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(readable.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task Every_call_arrives_once_and_those_before_the_script_too()
    {
        await using ShopProcess shop = await ShopProcess.StartAsync();
        await using StormProxy proxy = await StormProxy.StartAsync(shop);
        await using ScriptShop pages = await ScriptShop.OpenAsync(proxy.Address, shop.Key);

        IPage page = await pages.VisitAsync("/?utm_source=letter&utm_campaign=spring#secret");
        await page.EvaluateAsync("""
            marketloop('identify', 'u1', { language: 'en' })
            marketloop('track', 'Order Completed', { order_id: 'o1', revenue: 49, currency: 'EUR', products: [{ product_id: 'sku-1', quantity: 2, price: 24.5 }] })
            marketloop('consent', { marketing: true }, { channel: 'email', textVersion: '2026-01' })
            marketloop('nonsense')
            const round = {}
            round.round = round
            marketloop('track', 'Round', round)
            """);
        await proxy.DeliveredAsync(4);
        IReadOnlyDictionary<string, long> stored = await shop.CountByNameAsync();
        JsonElement start = (await pages.SentAsync(4))[0];
        JsonElement consent = pages.SentEvents.Single(one => one.TryGetProperty("event", out JsonElement name) && name.GetString() == "Consent Updated");

        Assert.Equal(["Consent Updated", "Order Completed", "identify", "page"], stored.Keys.Order(StringComparer.Ordinal));
        Assert.All(stored.Values, count => Assert.Equal(1, count));
        Assert.Equal(pages.SentIds.Count, pages.SentIds.Distinct().Count());
        Assert.Equal("letter", start.GetProperty("context").GetProperty("campaign").GetProperty("source").GetString());
        Assert.Equal("spring", start.GetProperty("context").GetProperty("campaign").GetProperty("name").GetString());
        Assert.EndsWith("utm_campaign=spring", start.GetProperty("properties").GetProperty("url").GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"purpose":"marketing","channel":"email","granted":true,"textVersion":"2026-01"}""", consent.GetProperty("properties").GetRawText());
        Assert.Equal(2, pages.Faults.Count(fault => fault.StartsWith("warning: marketloop: ", StringComparison.Ordinal)));   // the two mistakes above, told and survived
        Assert.Equal(2, pages.Faults.Count);
    }

    [Fact]
    public async Task What_happens_offline_arrives_when_the_network_is_back()
    {
        await using ShopProcess shop = await ShopProcess.StartAsync();
        await using StormProxy proxy = await StormProxy.StartAsync(shop);
        await using ScriptShop pages = await ScriptShop.OpenAsync(proxy.Address, shop.Key);
        IPage page = await pages.VisitAsync();
        await proxy.DeliveredAsync(1);

        await pages.Context.SetOfflineAsync(true);
        await page.EvaluateAsync("for (let i = 0; i < 5; i++) marketloop('track', 'offline-' + i)");
        await page.WaitForFunctionAsync("() => localStorage.getItem('marketloop:wait')");   // so it has tried
        await pages.Context.SetOfflineAsync(false);
        await proxy.DeliveredAsync(6);

        await AssertOnceAsync(shop, Names("offline", 5));
        await page.WaitForFunctionAsync($"() => !{Kept}.some((name) => /event|wait/.test(name))");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_click_that_leaves_the_page_arrives(bool isClosed)
    {
        await using ShopProcess shop = await ShopProcess.StartAsync();
        await using StormProxy proxy = await StormProxy.StartAsync(shop);
        await using ScriptShop pages = await ScriptShop.OpenAsync(proxy.Address, shop.Key);
        IPage page = await pages.VisitAsync();
        await proxy.DeliveredAsync(1);

        await page.EvaluateAsync("leave => { marketloop('track', 'Last Click'); if (leave) location.href = leave }", isClosed ? "" : "about:blank");
        if (isClosed)
        {
            await page.CloseAsync();
        }

        await proxy.DeliveredAsync(2);

        Assert.Equal(1, (await shop.CountByNameAsync())["Last Click"]);
    }

    [Fact]
    public async Task Through_429_503_cut_connections_and_a_kill_everything_is_stored_once()
    {
        Weather[] storm = [Weather.TooMany, Weather.Unavailable, Weather.CutBefore, Weather.CutAfter, Weather.Kill];
        await using ShopProcess shop = await ShopProcess.StartAsync();
        await using StormProxy proxy = await StormProxy.StartAsync(shop, storm);
        await using ScriptShop pages = await ScriptShop.OpenAsync(proxy.Address, shop.Key);
        IPage page = await pages.VisitAsync();

        await page.EvaluateAsync("for (let i = 0; i < 120; i++) marketloop('track', 'storm-' + i, { filler: 'x'.repeat(1000) })");
        await proxy.DeliveredAsync(121);
        await page.WaitForFunctionAsync($"() => !{Kept}.some((name) => name.includes('event'))");
        await proxy.SettleAsync();

        await AssertOnceAsync(shop, Names("storm", 120));
        Assert.Equal(storm.Length, proxy.Storms);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(NoLocks)]
    public async Task Two_tabs_at_once_lose_nothing_and_double_nothing(string? init)
    {
        await using ShopProcess shop = await ShopProcess.StartAsync();
        await using StormProxy proxy = await StormProxy.StartAsync(shop);
        await using ScriptShop pages = await ScriptShop.OpenAsync(proxy.Address, shop.Key, init: init);
        IPage[] tabs = await Task.WhenAll(pages.VisitAsync("/a"), pages.VisitAsync("/b"));

        await Task.WhenAll(tabs.Select((tab, index) => tab.EvaluateAsync($$"""
            async () => { for (let i = 0; i < 60; i++) { marketloop('track', 'tab{{index}}-' + i); if (i % 5 === 0) await new Promise((go) => setTimeout(go)) } }
            """)));
        await proxy.DeliveredAsync(122);

        await AssertOnceAsync(shop, [.. Names("tab0", 60), .. Names("tab1", 60)]);
        if (init is null)
        {
            Assert.Equal(122, (await pages.SentAsync(122)).Count);
            Assert.Equal(122, pages.SentIds.Distinct().Count());
        }
    }

    [Fact]
    public async Task A_blocked_script_breaks_nothing()
    {
        await using ScriptShop pages = await ScriptShop.OpenAsync("http://127.0.0.1:9", "key", body: "<button id=b>buy</button>");
        await pages.Context.RouteAsync("**/marketloop.js", route => route.AbortAsync("blockedbyclient"));
        IPage page = await pages.Context.NewPageAsync();
        await page.GotoAsync(pages.Address, new() { WaitUntil = WaitUntilState.Load });

        int kept = await page.EvaluateAsync<int>("() => { for (let i = 0; i < 500; i++) marketloop('track', 'x'); marketloop('slot', 'home', { element: '#b' }); return marketloop.q.length }");
        await page.ClickAsync("#b");

        Assert.Equal(100, kept);
        Assert.DoesNotContain(pages.Faults, fault => fault.StartsWith("thrown", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Blocked_requests_keep_a_bounded_queue_that_says_what_it_dropped()
    {
        await using ShopProcess shop = await ShopProcess.StartAsync();
        await using StormProxy proxy = await StormProxy.StartAsync(shop);
        await using ScriptShop pages = await ScriptShop.OpenAsync(proxy.Address, shop.Key);
        await pages.Context.RouteAsync("**/v1/batch", route => route.AbortAsync("blockedbyclient"));
        IPage page = await pages.VisitAsync();

        await page.EvaluateAsync("for (let i = 0; i < 700; i++) marketloop('track', 'full-' + i)");
        int kept = await page.EvaluateAsync<int>($"{Kept}.filter((name) => name.includes('event')).length");
        await page.WaitForFunctionAsync("() => localStorage.getItem('marketloop:wait')");
        await pages.Context.UnrouteAllAsync();
        await page.EvaluateAsync("localStorage.removeItem('marketloop:wait'); marketloop('track', 'Told'); marketloop('flush')");
        await page.WaitForFunctionAsync($"() => !{Kept}.some((name) => name.includes('event'))");
        IReadOnlyDictionary<string, long> stored = await shop.CountByNameAsync();

        Assert.InRange(kept, 480, 520);
        Assert.True(stored.ContainsKey("full-699") && !stored.ContainsKey("full-0"), "the oldest go first");
        JsonElement told = pages.SentEvents.Last(one => one.TryGetProperty("event", out JsonElement name) && name.GetString() == "Told");
        Assert.InRange(told.GetProperty("context").GetProperty("droppedEvents").GetInt32(), 180, 220);
        Assert.DoesNotContain(pages.Faults, fault => fault.StartsWith("thrown", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_storage_one_page_still_works()
    {
        await using ShopProcess shop = await ShopProcess.StartAsync();
        await using StormProxy proxy = await StormProxy.StartAsync(shop);
        await using ScriptShop pages = await ScriptShop.OpenAsync(proxy.Address, shop.Key, init: NoStorage);
        IPage page = await pages.VisitAsync();

        await page.EvaluateAsync("marketloop('track', 'private-0'); marketloop('track', 'private-1')");
        await proxy.DeliveredAsync(3);

        await AssertOnceAsync(shop, Names("private", 2));
        Assert.Single((await pages.SentAsync(3)).Select(one => one.GetProperty("anonymousId").GetString()).Distinct());
        Assert.Empty(pages.Faults);
    }

    [Fact]
    public async Task A_refused_key_is_told_once_and_its_events_are_given_up()
    {
        await using ShopProcess shop = await ShopProcess.StartAsync();
        await using StormProxy proxy = await StormProxy.StartAsync(shop);
        await using ScriptShop pages = await ScriptShop.OpenAsync(proxy.Address, "no-such-key");
        IPage page = await pages.VisitAsync();

        await page.WaitForFunctionAsync($"() => !{Kept}.some((name) => name.includes('event'))");
        await page.EvaluateAsync("marketloop('track', 'Again')");
        await page.WaitForFunctionAsync($"() => !{Kept}.some((name) => name.includes('event'))");

        Assert.Equal(2, (await pages.SentAsync(2)).Count);
        Assert.Single(pages.Faults, fault => fault.Contains("answered 401", StringComparison.Ordinal) && fault.StartsWith("warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refusing_analytics_is_proven_and_ends_everything_else()
    {
        await using ShopProcess shop = await ShopProcess.StartAsync();
        await using StormProxy proxy = await StormProxy.StartAsync(shop);
        await using ScriptShop pages = await ScriptShop.OpenAsync(proxy.Address, shop.Key);
        IPage page = await pages.VisitAsync();
        await page.EvaluateAsync("marketloop('track', 'Before')");
        await proxy.DeliveredAsync(2);

        await page.EvaluateAsync("marketloop('track', 'Unsent'); marketloop('consent', { analytics: false }, { textVersion: '3' }); marketloop('page'); marketloop('track', 'After'); marketloop('identify', 'u1')");
        await proxy.DeliveredAsync(3);
        await page.WaitForFunctionAsync($"() => {Kept}.join() === 'marketloop:consent'");
        IPage next = await pages.VisitAsync("/next");   // the choice holds on the next page, and in every tab
        await next.EvaluateAsync("marketloop('track', 'Elsewhere'); marketloop('consent', { analytics: true }); marketloop('track', 'Again')");
        await proxy.DeliveredAsync(5);
        IReadOnlyDictionary<string, long> stored = await shop.CountByNameAsync();

        Assert.Equal(["Again", "Before", "Consent Updated", "page"], stored.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((1, 2), (stored["page"], stored["Consent Updated"]));
    }

    [Fact]
    public async Task Where_consent_is_required_nothing_is_kept_or_sent_before_it()
    {
        await using ShopProcess shop = await ShopProcess.StartAsync();
        await using StormProxy proxy = await StormProxy.StartAsync(shop);
        await using ScriptShop pages = await ScriptShop.OpenAsync(proxy.Address, shop.Key, "data-require-consent", init: PrivacyControl);
        IPage page = await pages.VisitAsync();

        await page.EvaluateAsync("marketloop('track', 'Too Early')");
        string[] kept = await page.EvaluateAsync<string[]>("Object.keys(localStorage)");
        await page.EvaluateAsync("marketloop('consent', { analytics: true }); marketloop('track', 'Allowed')");
        await proxy.DeliveredAsync(2);

        Assert.Empty(kept);
        Assert.All(await pages.SentAsync(2), one => Assert.True(one.GetProperty("context").GetProperty("globalPrivacyControl").GetBoolean()));
        Assert.Equal(["Allowed", "Consent Updated"], (await shop.CountByNameAsync()).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_page_that_changes_without_loading_is_told_when_asked_for()
    {
        await using ShopProcess shop = await ShopProcess.StartAsync();
        await using StormProxy proxy = await StormProxy.StartAsync(shop);
        await using ScriptShop pages = await ScriptShop.OpenAsync(proxy.Address, shop.Key, "data-auto-page data-anonymous-id=own-id");
        IPage page = await pages.VisitAsync();

        await page.EvaluateAsync("history.pushState({}, '', '/cups'); document.title = 'Cups'");
        await proxy.DeliveredAsync(3);   // the stub's, the first, and this one
        JsonElement last = (await pages.SentAsync(3))[^1];

        Assert.Equal(("/cups", "Cups"), (last.GetProperty("properties").GetProperty("path").GetString(), last.GetProperty("properties").GetProperty("title").GetString()));
        Assert.Equal(pages.Address + "/", last.GetProperty("properties").GetProperty("referrer").GetString());
        Assert.Equal("own-id", last.GetProperty("anonymousId").GetString());
    }

    private static async Task<HttpResponseMessage> SendAsync(RunningServer server, HttpRequestMessage request) =>
        await server.Api.Client.SendAsync(request, TestContext.Current.CancellationToken);

    private static string[] Names(string prefix, int count) => [.. Enumerable.Range(0, count).Select(index => $"{prefix}-{index}")];

    // Each event has a name of its own, so a count above one is a copy.
    private static async Task AssertOnceAsync(ShopProcess shop, string[] names)
    {
        IReadOnlyDictionary<string, long> stored = await shop.CountByNameAsync();
        Assert.Equal(names.Order(StringComparer.Ordinal), stored.Keys.Where(name => name is not "page").Order(StringComparer.Ordinal));
        Assert.All(stored.Where(pair => pair.Key is not "page"), pair => Assert.Equal(1, pair.Value));
    }
}
