using System.Text.Json;
using MarketLoop.Server.Tests.Processes;
using Microsoft.Playwright;
using Xunit;

namespace MarketLoop.Server.Tests.Browser;

/// <summary>Slots that marketloop.js fills: shown as text, seen and clicked only when they really were, credited to the treatment, and changed by what was just done.</summary>
public sealed class ScriptSlotTests : IDisposable
{
    private const string Evil = "<img src=x onerror=\"window.hacked = 1\"> & Co";
    private const string Below = "<canvas height=3000></canvas><div id=slot data-marketloop-slot=home data-count=3 data-currency=CNY>our own choice</div>";
    private readonly ShopFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_is_seen_and_clicked_is_credited_to_its_treatment()
    {
        await using ServingProcess server = await ServeAsync();
        await using ScriptShop pages = await ScriptShop.OpenAsync(server.Address.ToString(), await server.Api.AddKeyAsync("web", secret: false), body: Below);
        IPage page = await pages.VisitAsync();
        await page.WaitForSelectorAsync("#slot a");
        string browser = await page.EvaluateAsync<string>("new Promise((then) => marketloop('visitor', (who) => then(who.anonymousId)))");

        // Below the fold nothing is seen: this timer starts after the slot's own would have and is longer, so the marker comes behind whatever that would have told.
        await SentAsync(page, "Marker", () => page.EvaluateAsync("setTimeout(() => marketloop('track', 'Marker'), 1100)"));
        Assert.DoesNotContain(pages.SentEvents, one => NameOf(one).StartsWith("Promotion", StringComparison.Ordinal));

        await SentAsync(page, "Promotion Viewed", () => page.Locator("#slot").ScrollIntoViewIfNeededAsync());
        await SentAsync(page, "Promotion Clicked", () => page.ClickAsync("#slot li:nth-child(2) a", new() { Modifiers = [KeyboardModifier.ControlOrMeta] }));
        await server.Api.SendAsync(HttpMethod.Post, "/api/v1/loop/turns", new { });

        JsonElement treatment = (await server.Api.GetAsync($"/api/v1/decision/treatments?customer=a:{browser}")).GetProperty("items").EnumerateArray().Single();
        JsonElement delivery = (await server.Api.GetAsync($"/api/v1/execution/deliveries?customer=a:{browser}")).GetProperty("items").EnumerateArray().Single();
        JsonElement click = pages.SentEvents.Single(one => NameOf(one) == "Promotion Clicked").GetProperty("properties");
        Assert.Equal(treatment.GetProperty("id").GetString(), delivery.GetProperty("treatment").GetString());
        Assert.Equal(treatment.GetProperty("items")[1].GetProperty("product").GetString(), click.GetProperty("product_id").GetString());
        Assert.Equal(1, click.GetProperty("position").GetInt32());
        Assert.Single(pages.SentEvents, one => NameOf(one) == "Promotion Viewed");
        Assert.Empty(pages.Faults);
    }

    [Fact]
    public async Task What_was_just_done_changes_the_next_answer()
    {
        await using ServingProcess server = await ServeAsync();
        await using ScriptShop pages = await ScriptShop.OpenAsync(server.Address.ToString(), await server.Api.AddKeyAsync("web", secret: false), body: "<div id=slot></div>");
        IPage page = await pages.VisitAsync();
        string[] before = await AskAsync(page);

        await page.EvaluateAsync($"marketloop('track', 'Order Completed', {{ order_id: 'o1', revenue: 9, currency: 'CNY', products: [{{ product_id: '{before[0]}', quantity: 1, price: 9 }}] }})");
        string[] after = await AskAsync(page);

        Assert.Equal(3, before.Length);
        Assert.DoesNotContain(before[0], after);   // bought a moment ago
        Assert.Equal(before[1..], after[..2]);
    }

    [Fact]
    public async Task A_name_from_the_catalogue_is_text_and_an_address_is_a_link_only_when_it_is_one()
    {
        await using ServingProcess server = await ServeAsync();
        await using ScriptShop pages = await ScriptShop.OpenAsync(server.Address.ToString(), await server.Api.AddKeyAsync("web", secret: false), body: "<div id=slot></div>");
        IPage page = await pages.VisitAsync();
        await page.EvaluateAsync("marketloop('slot', 'home', { element: '#slot', count: 3 })");
        await page.WaitForSelectorAsync("#slot li[data-product-id=p0]");

        Assert.Contains(Evil, await page.Locator("#slot .marketloop-name").AllInnerTextsAsync());
        Assert.EndsWith("/p/p1", await page.EvaluateAsync<string>("document.querySelector('[data-product-id=p1] a').href"), StringComparison.Ordinal);

        // The server refuses such addresses; a page must not depend on that.
        await page.RouteAsync("**/slots/evil?*", route => route.FulfillAsync(new()
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Access-Control-Allow-Origin"] = "*" },
            ContentType = "application/json",
            Body = JsonSerializer.Serialize(new { token = (string?)null, items = new[] { new { productId = "evil", name = new { en = Evil }, url = "javascript:hacked=1", imageUrl = "data:image/svg+xml,<svg onload='hacked=1'/>" } } }),
        }));
        await page.EvaluateAsync("marketloop('slot', 'evil', { element: '#slot' })");
        await page.WaitForSelectorAsync("#slot li[data-product-id=evil]");

        Assert.Equal(Evil, await page.InnerTextAsync("#slot .marketloop-name"));
        Assert.False(await page.EvaluateAsync<bool>("document.querySelector('#slot a').hasAttribute('href') || !!document.querySelector('#slot img')"));
        Assert.True(await page.EvaluateAsync<bool>("window.hacked === undefined"));
        Assert.Empty(pages.Faults);
    }

    [Fact]
    public async Task Who_refused_personalisation_is_not_named_and_sees_what_everybody_sees()
    {
        await using ServingProcess server = await ServeAsync();
        await using ScriptShop pages = await ScriptShop.OpenAsync(server.Address.ToString(), await server.Api.AddKeyAsync("web", secret: false), body: "<div id=slot></div>");
        IPage page = await pages.VisitAsync();
        IRequest personal = await page.RunAndWaitForRequestAsync(() => AskAsync(page), "**/slots/**");

        await page.EvaluateAsync("marketloop('consent', { personalisation: false })");
        IRequest common = await page.RunAndWaitForRequestAsync(() => AskAsync(page), "**/slots/**");

        Assert.Contains("anonymousId=", personal.Url, StringComparison.Ordinal);
        Assert.DoesNotContain("anonymousId=", common.Url, StringComparison.Ordinal);
        Assert.Equal("false", await page.GetAttributeAsync("#slot", "data-personalised"));
    }

    [Fact]
    public async Task Without_an_answer_the_page_keeps_its_own_choice()
    {
        await using ServingProcess server = await ServeAsync();
        await using ScriptShop pages = await ScriptShop.OpenAsync(server.Address.ToString(), await server.Api.AddKeyAsync("web", secret: false), body: Below);
        await pages.Context.RouteAsync("**/slots/**", route => route.AbortAsync("blockedbyclient"));
        IPage page = await pages.VisitAsync();
        await page.EvaluateAsync("new Promise((then) => marketloop('flush', then))");

        Assert.Equal("our own choice", await page.InnerTextAsync("#slot"));
        Assert.DoesNotContain(pages.Faults, fault => fault.StartsWith("thrown", StringComparison.Ordinal));
    }

    private static string NameOf(JsonElement sent) => sent.TryGetProperty("event", out JsonElement name) ? name.GetString() ?? "" : "";

    // Ends when the server has answered the request that brought it.
    private static Task<IRequest> SentAsync(IPage page, string name, Func<Task> act) =>
        page.RunAndWaitForRequestFinishedAsync(act, new() { Predicate = request => request.PostData?.Contains($"\"{name}\"", StringComparison.Ordinal) == true });

    private static Task<string[]> AskAsync(IPage page) => page.EvaluateAsync<string[]>("""
        async () => {
          await new Promise((then) => marketloop('flush', then))
          return new Promise((then) => marketloop('slot', 'home', { element: '#slot', count: 3, render: (items) => then(items.map((item) => item.productId)) }))
        }
        """);

    // Everybody is treated, and no list is stirred: what changes was changed by what was done.
    private async Task<ServingProcess> ServeAsync()
    {
        folder.Set(("Decision:Experiment:ControlShare", 0), ("Decision:Exploration:SwapProbability", 0));
        ServingProcess server = await ServingProcess.StartAsync(folder.Data);
        await server.Api.SendAsync(HttpMethod.Put, "/api/v1/data/products", new
        {
            products = Enumerable.Range(0, 8).Select(index => new { id = $"p{index}", name = new { en = index == 0 ? Evil : $"Cup {index}" }, category = "cups", price = 10 + index, url = $"/p/p{index}" }),
        });
        await server.Api.StartAsync();
        return server;
    }
}
