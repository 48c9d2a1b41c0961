using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace MarketLoop.Server.Tests.Browser;

/// <summary>The dashboard in a real browser, over a real small shop.</summary>
[Collection(typeof(SharedDemoShop))]
public sealed class DashboardTests(DemoShop demo)
{
    private static readonly string[] AnalysisPages =
    [
        "/analysis/segments", "/analysis/models", "/analysis/baskets", "/analysis/value",
        "/analysis/journeys?step=Product%20Viewed&step=Order%20Completed&window=3&segments=yes", "/analysis/journeys?view=retention&unit=day", "/analysis/journeys?view=paths&way=to",
        "/analysis/audiences?kind=act&rule=%7B%22type%22%3A%22feature%22%2C%22feature%22%3A%22orders%22%2C%22is%22%3A%22atLeast%22%2C%22value%22%3A1%7D",
    ];

    private static readonly string[] Pages =
        ["/", "/data", "/analysis", .. AnalysisPages, "/decision", "/execution", "/feedback", "/feedback?days=7", "/customers", "/customers?query=c0000", "/customers/u:nobody", "/connect", "/account", "/catalogue", "/quarantine", "/customers/conflicts", "/customers/u:nobody/merge?other=a:nobody", "/rights", "/customers/u:nobody/erase", "/customers/u:nobody/explanation"];

    [Fact]
    public async Task Overview_shows_the_numbers_of_the_api()
    {
        BrowserVisit.RequireBrowser();
        OpenShop shop = await demo.OpenAsync();
        await using BrowserVisit visit = await BrowserVisit.OpenAsync(shop.Address);
        await visit.SignInAsync(shop.Password);
        await visit.GoAsync("/");

        JsonElement status = await shop.ReadAsync("/api/v1/data/status");
        JsonElement records = status.GetProperty("records");
        JsonElement loop = await shop.ReadAsync("/api/v1/loop");
        JsonElement lift = (await shop.ReadAsync("/api/v1/feedback/lift?days=30")).GetProperty("overall");
        Assert.Equal(status.GetProperty("events").GetProperty("total").GetInt64(), await FigureAsync(visit, "data"));
        Assert.Equal((await shop.ReadAsync("/api/v1/analysis/segments")).GetProperty("customers").GetInt64(), await FigureAsync(visit, "analysis"));
        Assert.Equal(records.GetProperty("treatment").GetInt64(), await FigureAsync(visit, "decision"));
        Assert.Equal(records.GetProperty("delivery").GetInt64(), await FigureAsync(visit, "execution"));
        Assert.Equal(records.GetProperty("outcome").GetInt64(), await FigureAsync(visit, "feedback"));
        Assert.Contains(lift.GetProperty("words").GetProperty("en").GetString() ?? "?", await visit.Page.InnerTextAsync(".sentence"), StringComparison.Ordinal);

        string[] texts = await visit.TextsAsync();
        Assert.Contains(texts, text => text.StartsWith(string.Create(CultureInfo.InvariantCulture, $"Version {loop.GetProperty("models")}, trained on "), StringComparison.Ordinal));
        string relative = lift.GetProperty("revenue").GetProperty("relative").GetDouble().ToString("+0.#%;-0.#%;0%", CultureInfo.InvariantCulture);
        Assert.Contains(relative, texts);
        Assert.True(await visit.Page.Locator("[data-chart] svg").CountAsync() == 2);
        Assert.All(new[] { "treatment", "delivery", "outcome" }, kind => Assert.True(records.GetProperty(kind).GetInt64() > 0));
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Every_page_is_clean_and_in_the_language_asked_for()
    {
        BrowserVisit.RequireBrowser();
        OpenShop shop = await demo.OpenAsync();
        HashSet<string> english = EnglishOnly();
        await using BrowserVisit visit = await BrowserVisit.OpenAsync(shop.Address);
        await visit.SignInAsync(shop.Password);
        await visit.GoAsync("/customers");
        string customer = await visit.Page.Locator("table a").First.GetAttributeAsync("href") ?? "";

        foreach (string path in Pages.Append(customer).Append(customer + "/explanation"))
        {
            await visit.GoAsync(path);
            Assert.True((await visit.TextsAsync()).Count(english.Contains) > 5, $"{path} is not in English");
        }

        await visit.Page.ClickAsync(".tongues a[lang=zh-CN]");
        await visit.Page.WaitForSelectorAsync("html[lang=zh-CN]");
        foreach (string path in Pages.Append(customer))
        {
            await visit.GoAsync(path);
            string[] texts = await visit.TextsAsync();
            Assert.DoesNotContain(texts, english.Contains);
            Assert.DoesNotContain(texts, text => text.StartsWith('[') && text.EndsWith(']'));
        }

        await visit.Page.ClickAsync(".tongues a[lang=en]");
        await visit.Page.WaitForSelectorAsync("html[lang=en]");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Customer_page_tells_timeline_segment_and_reasons()
    {
        BrowserVisit.RequireBrowser();
        OpenShop shop = await demo.OpenAsync();
        await using BrowserVisit visit = await BrowserVisit.OpenAsync(shop.Address);
        await visit.SignInAsync(shop.Password);
        await visit.GoAsync("/customers");
        await visit.Page.Locator("table a").First.ClickAsync();
        await visit.Page.WaitForSelectorAsync(".timeline li");

        Assert.NotEqual("", (await visit.Page.InnerTextAsync(".sentence")).Trim());
        int recommended = await visit.Page.Locator(".products li").CountAsync();
        Assert.InRange(recommended, 1, 8);
        Assert.Equal(recommended, (await visit.Page.Locator(".products li .muted").AllInnerTextsAsync()).Count(reason => reason.Trim().Length > 0));
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Csv_file_is_mapped_tried_and_imported()
    {
        BrowserVisit.RequireBrowser();
        OpenShop shop = await demo.OpenAsync();
        long before = await EventsAsync(shop);
        await using BrowserVisit visit = await BrowserVisit.OpenAsync(shop.Address);
        await visit.SignInAsync(shop.Password);
        await visit.GoAsync("/connect");
        await visit.Page.SetInputFilesAsync("#file", new FilePayload { Name = "till.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(Till) });
        await visit.Page.ClickAsync("#csv form button.primary");

        foreach ((string field, string column) in Columns)
        {
            await visit.Page.SelectOptionAsync("#column-" + field, column);
        }

        await visit.Page.FillAsync("#source", "till");
        await visit.Page.ClickAsync("#csv form button:not(.primary)");
        await visit.Page.WaitForSelectorAsync("#csv table tbody tr");
        Assert.Equal(4, await visit.Page.Locator("#csv tbody tr").CountAsync());
        Assert.Equal(1, await visit.Page.Locator("#csv tbody .chip.bad").CountAsync());
        Assert.Equal(before, await EventsAsync(shop));

        await visit.Page.ClickAsync("#csv form button.primary");
        await visit.Page.WaitForURLAsync("**/data?done=imported");
        await visit.Page.WaitForSelectorAsync(".import h3");
        Assert.Contains("till", await visit.Page.InnerTextAsync(".import h3"), StringComparison.Ordinal);
        Assert.True(await EventsAsync(shop) > before);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Connect_page_sees_the_first_event_arrive()
    {
        BrowserVisit.RequireBrowser();
        string folder = Directory.CreateTempSubdirectory("marketloop-first-").FullName;
        await using (ServerHost host = await ServerHost.StartAsync(new ServeOptions { Folder = folder, Port = 0 }, TestContext.Current.CancellationToken))
        {
            await using BrowserVisit visit = await BrowserVisit.OpenAsync(host.Address);
            await visit.SignInAsync(host.FirstPassword ?? "");
            await visit.GoAsync("/connect");
            await visit.Page.FillAsync("#name", "web");
            await visit.Page.ClickAsync("form[action='/dashboard/keys'] button");
            string key = await visit.Page.InnerTextAsync("#fresh-key");
            Assert.Contains(key, await visit.Page.InnerTextAsync("#snippet-curl"), StringComparison.Ordinal);
            Assert.Contains(key, await visit.Page.InnerTextAsync("#snippet-marketloop-js"), StringComparison.Ordinal);
            Assert.True(await visit.Page.IsVisibleAsync("[data-vanishes]"));

            await SendAsync(host.Address, key);

            await visit.Page.WaitForSelectorAsync("[data-appears]", new() { State = WaitForSelectorState.Visible });
            Assert.False(await visit.Page.IsVisibleAsync("[data-vanishes]"));
            foreach (string path in Pages)
            {
                await visit.GoAsync(path);
            }

            Assert.Empty(visit.Faults);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Reference_page_stays_on_this_server_and_a_wrong_address_says_so()
    {
        BrowserVisit.RequireBrowser();
        OpenShop shop = await demo.OpenAsync();
        await using BrowserVisit visit = await BrowserVisit.OpenAsync(shop.Address);
        await visit.Page.GotoAsync("/docs", new() { WaitUntil = WaitUntilState.NetworkIdle });
        await visit.Page.WaitForSelectorAsync(":text(\"/api/v1/data/status\")");
        Assert.Empty(visit.Faults);

        await visit.SignInAsync(shop.Password);
        IResponse? answer = await visit.Page.GotoAsync("/no-such-page");
        Assert.Equal(404, answer?.Status);
        Assert.Equal("This page does not exist", await visit.Page.InnerTextAsync("h1"));
        Assert.Contains(visit.Faults, fault => fault.StartsWith("404: ", StringComparison.Ordinal));   // so the watch does see what goes wrong
    }

    private const string Till =
        "who,at,bon,article,pieces,each\n" +
        "k-1,2026-01-20 10:00,b-1,tea,2,4.50\nk-1,2026-01-20 10:00,b-1,cup,1,7.00\nk-2,2026-01-21 11:00,b-2,tea,1,4.50\nk-2,2026-01-21 11:00,b-2,pot,1,-3.00\n";

    private static readonly (string Field, string Column)[] Columns =
        [("customer", "who"), ("time", "at"), ("order", "bon"), ("product", "article"), ("quantity", "pieces"), ("price", "each")];

    private static async Task<long> FigureAsync(BrowserVisit visit, string name) =>
        long.Parse(await visit.Page.InnerTextAsync($".loop [data-live={name}]"), NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static async Task<long> EventsAsync(OpenShop shop) => (await shop.ReadAsync("/api/v1/data/status")).GetProperty("events").GetProperty("total").GetInt64();

    private static async Task SendAsync(Uri address, string key)
    {
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(address, "/v1/track"))
        {
            Content = new StringContent("""{"userId":"customer-1","event":"Product Viewed","properties":{"product_id":"sku-1","price":24.5}}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
        using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode);
    }

    // English texts that a Chinese page must not show: those whose translation differs.
    private static HashSet<string> EnglishOnly()
    {
        Dictionary<string, string> chinese = DashboardTexts.Chinese;
        return [.. DashboardTexts.English.Where(text => chinese[text.Key] != text.Value && !chinese.ContainsValue(text.Value)).Select(text => text.Value)];
    }
}
