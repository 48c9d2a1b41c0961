using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Xunit;

namespace MarketLoop.Server.Tests.Sdk;

/// <summary>A page of a shop in Chromium with an SDK's own browser bundle, on another origin than the server, as in life.</summary>
internal sealed class ShopPage : IAsyncDisposable
{
    private readonly WebApplication pages;
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private ShopPage(WebApplication pages, IPlaywright playwright, IBrowser browser, IPage page)
    {
        this.pages = pages;
        this.playwright = playwright;
        this.browser = browser;
        Page = page;
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Opens a page that loads a bundle out of <c>node_modules</c>.</summary>
    public static async Task<ShopPage> OpenAsync(string bundle)
    {
        string folder = SdkProject.Folder;
        string program = SdkProject.Browser;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        WebApplication host = builder.Build();
        host.MapGet("/", () => Results.Content("<!doctype html><meta charset=utf-8><title>Shop</title><script src=/bundle.js></script><script src=/browser.js></script>", "text/html"));
        host.MapGet("/bundle.js", () => Results.File(Path.Combine(folder, "node_modules", bundle), "text/javascript"));
        host.MapGet("/browser.js", () => Results.File(Path.Combine(folder, "browser.js"), "text/javascript"));
        await host.StartAsync(TestContext.Current.CancellationToken);
        IPlaywright driver = await Playwright.CreateAsync();
        IBrowser chromium = await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        IPage page = await chromium.NewPageAsync();
        await page.GotoAsync(host.Urls.First());
        return new ShopPage(host, driver, chromium, page);
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
        await pages.DisposeAsync();
    }
}
