using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace MarketLoop.Server.Tests.Browser;

/// <summary>The sample shop of the demo, clicked through as a person does who wants to see what MarketLoop makes of it.</summary>
[Collection(typeof(SharedDemoShop))]
public sealed partial class ShopPagesTests(DemoShop demo)
{
    private const string Personal = ".slot[data-personalised=true] .marketloop-list";

    [Fact]
    public async Task A_visitors_clicks_stand_on_the_dashboard_and_change_the_slot()
    {
        BrowserVisit.RequireBrowser();
        OpenShop shop = await demo.OpenAsync();
        await using BrowserVisit visit = await BrowserVisit.OpenAsync(shop.Pages);
        IPage page = visit.Page;
        await page.GotoAsync("/shop");
        await page.WaitForSelectorAsync(Personal);
        string[] before = await SlotAsync(page);
        string customer = (await page.GetAttributeAsync(".sample a", "href") ?? "").Split("/customers/")[1];

        await page.ClickAsync(".departments a:nth-child(2)");
        await page.Locator("main .cards a").First.ClickAsync();
        string product = await page.InnerTextAsync("h1");
        await AnsweredAsync(page, "Product Viewed", () => page.ReloadAsync());
        await page.WaitForSelectorAsync(Personal);
        await page.ClickAsync("main button.primary");
        await page.WaitForURLAsync("**/shop/cart");
        await page.WaitForSelectorAsync(Personal);
        await page.ClickAsync("a.primary");
        await AnsweredAsync(page, "Order Completed", () => page.ClickAsync("main button.primary"));

        // What was acknowledged is there at once, for the API, for the dashboard and for the slot.
        JsonElement[] acts = [.. (await shop.ReadAsync($"/api/v1/data/customers/{customer}/timeline?limit=50")).GetProperty("items").EnumerateArray()];
        DateTimeOffset clock = (await shop.ReadAsync("/api/v1/clock")).GetProperty("now").GetDateTimeOffset();
        Assert.All(acts, act => Assert.InRange(act.GetProperty("occurredAt").GetDateTimeOffset(), clock.AddMinutes(-10), clock.AddSeconds(5)));
        Assert.Equal(acts.Length, acts.Select(act => act.GetProperty("messageId").GetString()).Distinct().Count());

        await page.GotoAsync("/shop");
        await page.WaitForSelectorAsync(Personal);
        Assert.NotEqual(before, await SlotAsync(page));
        Assert.Contains(await page.Locator(".marketloop-reason").AllInnerTextsAsync(), reason => reason.Contains(product, StringComparison.Ordinal));
        AssertClean(visit, shop);

        await using BrowserVisit owner = await BrowserVisit.OpenAsync(shop.Address);
        await owner.SignInAsync(shop.Password);
        await owner.GoAsync("/customers/" + customer);
        Assert.Contains(await owner.Page.Locator(".timeline li").AllInnerTextsAsync(), act => act.Contains(product, StringComparison.Ordinal) && act.Contains("Order", StringComparison.Ordinal));
        Assert.Empty(owner.Faults);
    }

    [Fact]
    public async Task A_signed_in_customer_gets_slots_of_the_own_history_and_may_switch_them_off()
    {
        BrowserVisit.RequireBrowser();
        OpenShop shop = await demo.OpenAsync();
        await using BrowserVisit visit = await BrowserVisit.OpenAsync(shop.Pages);
        IPage page = visit.Page;
        await page.GotoAsync("/shop/sign-in");
        await page.Locator(".people button").First.ClickAsync();
        await page.WaitForSelectorAsync(Personal);
        Assert.Contains(await page.Locator(".marketloop-reason").AllInnerTextsAsync(), reason => reason.StartsWith("because you", StringComparison.Ordinal));

        await page.GotoAsync("/shop/privacy");
        await page.ClickAsync("[data-purpose=personalisation] button");
        await page.GotoAsync("/shop");
        await page.WaitForSelectorAsync(".slot[data-personalised=false] .marketloop-list");
        Assert.DoesNotContain(await page.Locator(".marketloop-reason").AllInnerTextsAsync(), reason => reason.StartsWith("because you", StringComparison.Ordinal));

        await page.ClickAsync("header form.inline button");
        await page.WaitForSelectorAsync("header a[href='/shop/sign-in']");
        Assert.Contains("/customers/a:", await page.GetAttributeAsync(".sample a", "href"), StringComparison.Ordinal);
        AssertClean(visit, shop);
    }

    [Fact]
    public async Task Every_page_speaks_the_language_asked_for()
    {
        BrowserVisit.RequireBrowser();
        OpenShop shop = await demo.OpenAsync();
        await using BrowserVisit visit = await BrowserVisit.OpenAsync(shop.Pages);
        IPage page = visit.Page;
        foreach (string language in (string[])["zh-CN", "en"])
        {
            // The footer moves down when the slots arrive: a click before that hits whatever stands there by then.
            await page.GotoAsync("/shop", new() { WaitUntil = WaitUntilState.NetworkIdle });
            await page.ClickAsync($"footer [lang={language}]");
            await page.WaitForSelectorAsync($"html[lang={language}]");
            foreach (string path in (string[])["/shop", "/shop/products", "/shop/products?category=tea-coffee", "/shop/products?q=tea", "/shop/p/P0001", "/shop/cart", "/shop/checkout", "/shop/sign-in", "/shop/privacy"])
            {
                await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.NetworkIdle });
                string text = await page.InnerTextAsync("body");
                string[] foreign = [.. text.Split('\n').Where(line => IsForeign(line, language))];
                Assert.True(foreign.Length == 0, $"{path} in {language}: {string.Join(" | ", foreign)}");
            }
        }

        AssertClean(visit, shop);
        IResponse? nowhere = await page.GotoAsync("/shop/nowhere");
        Assert.Equal(404, nowhere?.Status);
        Assert.Contains("does not exist", await page.InnerTextAsync("h1"), StringComparison.Ordinal);
    }

    // Names of people and of the other language stay as they are; everything else of more than one word is in the page's language.
    private static bool IsForeign(string line, string language) => language is "en"
        ? Chinese().IsMatch(line) && !line.Contains("中文", StringComparison.Ordinal) && line.Trim().Length > 4
        : English().IsMatch(line);

    private static Task<string[]> SlotAsync(IPage page) =>
        page.EvaluateAsync<string[]>("[...document.querySelectorAll('.slot .marketloop-item')].map((item) => item.dataset.productId)");

    private static Task<IRequest> AnsweredAsync(IPage page, string name, Func<Task> act) =>
        page.RunAndWaitForRequestFinishedAsync(act, new() { Predicate = request => request.PostData?.Contains($"\"{name}\"", StringComparison.Ordinal) == true });

    // A shop does ask another origin: MarketLoop's, and no third one.
    private static void AssertClean(BrowserVisit visit, OpenShop shop) =>
        Assert.DoesNotContain(visit.Faults, fault => !fault.StartsWith("foreign: " + shop.Address, StringComparison.Ordinal));

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Chinese();

    [GeneratedRegex(@"\b(?!MarketLoop|English|Sign|TA\b)[a-z]{3,} [a-z]{2,}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex English();
}
