using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace MarketLoop.Server.Tests.Browser;

/// <summary>The builders of the analysis room in a real browser, over a few people whose acts are known.</summary>
public sealed class AnalysisPagesTests
{
    [Fact]
    public async Task Funnels_and_audiences_are_built_counted_saved_exported_and_removed()
    {
        BrowserVisit.RequireBrowser();
        await using RunningServer server = await RunningServer.StartAsync();
        await server.Api.TrackAsync(Shop());
        await using BrowserVisit visit = await BrowserVisit.OpenAsync(server.Address);
        await visit.SignInAsync(server.Password);

        // a funnel of the usual steps, made longer by choosing in its empty last field
        await visit.GoAsync("/analysis/journeys");
        Assert.Equal(["3", "2", "1"], await visit.Page.Locator(".funnel b").AllInnerTextsAsync());
        await visit.Page.SelectOptionAsync("#step-3", "Product Reviewed");
        await visit.Page.ClickAsync("form.choose button");
        await visit.Page.WaitForURLAsync("**step=Product*Reviewed*");
        await visit.Page.WaitForSelectorAsync("#step-4");
        Assert.Equal(["3", "2", "1", "1"], await visit.Page.Locator(".funnel b").AllInnerTextsAsync());

        // an audience: who ordered, and in a group of its own: has not looked at products three times, or has orders
        await visit.GoAsync("/analysis/audiences");
        await visit.Page.ClickAsync("#builder form button.primary");
        await visit.Page.WaitForSelectorAsync(".conditions li");
        Assert.StartsWith("1 of 3 customers", await visit.Page.InnerTextAsync("#builder .sentence"), StringComparison.Ordinal);
        await visit.Page.ClickAsync("#builder a:text-is('What they did')");
        await visit.Page.WaitForSelectorAsync("#within");
        await visit.Page.SelectOptionAsync("#builder #name", "View");
        await visit.Page.FillAsync("#number", "3");
        await visit.Page.CheckAsync("#builder input[name=not]");
        await visit.Page.CheckAsync("#builder input[name=group]");
        await visit.Page.ClickAsync("#builder form button.primary");
        await visit.Page.WaitForSelectorAsync(".group .group.target");
        await visit.Page.ClickAsync("#builder a:text-is('Feature')");
        await visit.Page.WaitForSelectorAsync("#is");
        await visit.Page.ClickAsync("#builder form button.primary");
        await visit.Page.WaitForSelectorAsync(".group .group li.join");
        await visit.Page.FillAsync("#audience-name", "first buyers");
        await visit.Page.ClickAsync("form[action='/dashboard/audiences'] button");
        await visit.Page.WaitForURLAsync("**done=audience");
        await visit.Page.WaitForSelectorAsync("#saved table");

        JsonElement saved = await server.Api.GetAsync("/api/v1/analysis/audiences/first%20buyers");
        JsonElement group = saved.GetProperty("rule").GetProperty("rules")[1];
        Assert.Equal(("all", "any", 2), (saved.GetProperty("rule").GetProperty("type").GetString(), group.GetProperty("type").GetString(), group.GetProperty("rules").GetArrayLength()));
        Assert.Equal(1, saved.GetProperty("members").GetInt32());
        string file = await visit.Page.GetAttributeAsync("#saved a[download]", "href") ?? "";
        IAPIResponse export = await visit.Page.APIRequest.GetAsync(new Uri(server.Address, file).ToString());
        Assert.Contains("u:ann", await export.TextAsync(), StringComparison.Ordinal);

        visit.Page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        await visit.Page.ClickAsync("#saved button.danger");
        await visit.Page.WaitForURLAsync("**done=audience-removed");
        await visit.Page.WaitForSelectorAsync("#saved .empty");
        Assert.Empty(visit.Faults);
    }

    private static object[] Shop()
    {
        object Act(string user, string name, int minute) => new
        {
            type = "track",
            userId = user,
            @event = name,
            timestamp = RunningServer.Start.AddHours(-2).AddMinutes(minute),
            properties = new { product_id = "sku-1", order_id = user + minute, total = 20, price = 20, products = new[] { new { product_id = "sku-1", price = 20, quantity = 1 } } },
        };
        return
        [
            Act("ann", "Product Viewed", 0), Act("ann", "Product Added", 1), Act("ann", "Order Completed", 2), Act("ann", "Product Reviewed", 3),
            Act("bob", "Product Viewed", 0), Act("bob", "Product Added", 5),
            Act("eve", "Product Viewed", 0),
        ];
    }
}
