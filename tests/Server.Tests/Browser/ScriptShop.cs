using System.Text.Json;
using MarketLoop.Server.Tests.Sdk;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Xunit;

namespace MarketLoop.Server.Tests.Browser;

/// <summary>Pages of a shop with marketloop.js in Chromium, on an origin of their own and under a policy that allows no inline script: every test runs under it.</summary>
internal sealed class ScriptShop : IAsyncDisposable
{
    private const string Stub =
        "window.marketloop = window.marketloop || function () { (marketloop.q = marketloop.q || []).length < 100 && marketloop.q.push(arguments) };";

    private readonly WebApplication pages;
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly List<string> faults = [];
    private readonly List<string> sent = [];
    private readonly SemaphoreSlim told = new(0);

    private ScriptShop(WebApplication pages, IPlaywright playwright, IBrowser browser, IBrowserContext context)
    {
        (this.pages, this.playwright, this.browser, Context) = (pages, playwright, browser, context);
        context.Console += (_, message) => Note(faults, message.Type is "error" or "warning" ? $"{message.Type}: {message.Text}" : null);
        context.WebError += (_, error) => Note(faults, "thrown: " + error.Error);
        context.Request += (_, request) =>
        {
            Note(sent, request.Method is "POST" ? request.PostData : null);
            told.Release();
        };
    }

    /// <summary>One person's browser: its pages share storage and locks.</summary>
    public IBrowserContext Context { get; }

    /// <summary>Where the shop is.</summary>
    public string Address => pages.Urls.First();

    /// <summary>Warnings, errors and exceptions of all pages so far.</summary>
    public IReadOnlyList<string> Faults => Copy(faults);

    /// <summary>messageIds that left the browser so far, once for each time they were sent.</summary>
    public IReadOnlyList<string> SentIds => [.. SentEvents.Select(one => one.GetProperty("messageId").GetString() ?? "")];

    /// <summary>Events that left the browser so far.</summary>
    public IReadOnlyList<JsonElement> SentEvents => [.. Copy(sent).SelectMany(body => JsonSerializer.Deserialize<JsonElement>(body).GetProperty("batch").EnumerateArray())];

    /// <summary>Waits until the browser has told of so many events that left it: a server may have them before this side hears of the request.</summary>
    public async Task<IReadOnlyList<JsonElement>> SentAsync(int events)
    {
        while (SentEvents.Count < events)
        {
            Assert.True(await told.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken), $"{SentEvents.Count} events of {events} left the browser");
        }

        return SentEvents;
    }

    /// <summary>Opens the shop.</summary>
    /// <param name="server">Where the script and the events go.</param>
    /// <param name="key">The write key in the page.</param>
    /// <param name="attributes">More attributes of the script tag.</param>
    /// <param name="body">What stands in the page.</param>
    /// <param name="init">Script that spoils the browser before the page runs.</param>
    public static async Task<ScriptShop> OpenAsync(string server, string key, string attributes = "", string body = "", string? init = null)
    {
        string program = SdkProject.Browser;
        string origin = new Uri(server).GetLeftPart(UriPartial.Authority);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        WebApplication host = builder.Build();
        host.MapGet("/stub.js", () => Results.Text(Stub + "marketloop('page', 'Start')", "text/javascript"));
        host.MapGet("/{**path}", (HttpContext http) =>
        {
            http.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'self' {origin}; connect-src {origin}; img-src 'self' data:";
            return Results.Content(
                $"<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href=data:,><title>Shop</title><script src=/stub.js></script><script async src=\"{origin}/marketloop.js\" data-key=\"{key}\" {attributes}></script><body>{body}", "text/html");
        });
        await host.StartAsync(TestContext.Current.CancellationToken);
        IPlaywright driver = await Playwright.CreateAsync();
        IBrowser chromium = await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        IBrowserContext context = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 900, Height = 600 } });
        if (init is not null)
        {
            await context.AddInitScriptAsync(init);
        }

        return new ScriptShop(host, driver, chromium, context);
    }

    /// <summary>Opens a page and waits until the script has taken over.</summary>
    public async Task<IPage> VisitAsync(string path = "/")
    {
        IPage page = await Context.NewPageAsync();
        await page.GotoAsync(Address + path);
        await page.WaitForFunctionAsync("() => window.marketloop?.version");
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        told.Dispose();
        playwright.Dispose();
        await pages.DisposeAsync();
    }

    private static void Note(List<string> notes, string? words)
    {
        if (words is not null)
        {
            lock (notes)
            {
                notes.Add(words);
            }
        }
    }

    private static string[] Copy(List<string> notes)
    {
        lock (notes)
        {
            return [.. notes];
        }
    }
}
