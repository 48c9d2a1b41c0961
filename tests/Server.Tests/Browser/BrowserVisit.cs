using Microsoft.Playwright;
using Xunit;

namespace MarketLoop.Server.Tests.Browser;

/// <summary>A headless Chromium on one server that writes down everything a page must not do.</summary>
internal sealed class BrowserVisit : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly Uri address;
    private readonly List<string> faults = [];

    private BrowserVisit(IPlaywright playwright, IBrowser browser, IPage page, Uri address)
    {
        (this.playwright, this.browser, this.address, Page) = (playwright, browser, address, page);
        page.Console += (_, message) => Note(message.Type is "error" or "warning", $"console {message.Type}: {message.Text}");
        page.PageError += (_, error) => Note(true, $"error: {error}");
        page.RequestFailed += (_, request) => Note(request.Failure?.Contains("ERR_ABORTED", StringComparison.Ordinal) is not true, $"failed: {request.Url} {request.Failure}");
        page.Request += (_, request) => Note(IsForeign(new Uri(request.Url)), $"foreign: {request.Url}");
        page.Response += (_, response) => Note(response.Status >= 400, $"{response.Status}: {response.Url}");
    }

    public IPage Page { get; }

    /// <summary>What the pages did wrong so far.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (faults)
            {
                return [.. faults];
            }
        }
    }

    /// <summary>Skips the calling test where there is no browser; with CI=true a missing browser is a failure.</summary>
    public static void RequireBrowser() => _ = FindBrowser();

    public static async Task<BrowserVisit> OpenAsync(Uri address)
    {
        string path = FindBrowser();
        IPlaywright driver = await Playwright.CreateAsync();
        IBrowser opened = await driver.Chromium.LaunchAsync(new()
        {
            ExecutablePath = path,
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        IPage page = await opened.NewPageAsync(new() { BaseURL = address.ToString(), Locale = "en", ViewportSize = new() { Width = 1400, Height = 1000 } });
        return new BrowserVisit(driver, opened, page, address);
    }

    public async Task SignInAsync(string password)
    {
        await Page.GotoAsync("/");
        await Page.FillAsync("#password", password);
        await Page.ClickAsync("form.login button[type=submit]");
        await Page.WaitForSelectorAsync("aside.side");
    }

    /// <summary>Opens a page and waits until its parts have arrived and its charts are drawn.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path, new() { WaitUntil = WaitUntilState.NetworkIdle });
        await Page.WaitForFunctionAsync("() => !document.querySelector('.skeleton') && [...document.querySelectorAll('[data-chart]')].every(chart => chart.querySelector('svg, .empty'))");
    }

    /// <summary>Every text that the page shows or speaks, charts included.</summary>
    public Task<string[]> TextsAsync() => Page.EvaluateAsync<string[]>(
        """
        () => {
          const texts = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) if (!walker.currentNode.parentElement.closest('script, style')) texts.push(walker.currentNode.textContent);
          for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
            texts.push(...['aria-label', 'title', 'placeholder'].map((name) => element.getAttribute(name) ?? ''));
          }
          return [document.title, ...texts].map((text) => text.trim()).filter((text) => text.length > 0);
        }
        """);

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    private void Note(bool isFault, string words)
    {
        if (isFault)
        {
            lock (faults)
            {
                faults.Add(words);
            }
        }
    }

    private bool IsForeign(Uri uri) => uri.Scheme is not ("data" or "blob") && !string.Equals(uri.Authority, address.Authority, StringComparison.Ordinal);

    private static string FindBrowser()
    {
        string? named = Environment.GetEnvironmentVariable("MARKETLOOP_TEST_CHROMIUM");
        string? found = named ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(_ => Names, Path.Combine).FirstOrDefault(File.Exists);
        if (found is null)
        {
            const string Reason = "no Chromium on this machine: apt-get install chromium, or set MARKETLOOP_TEST_CHROMIUM";
            Assert.False(string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase), Reason);
            Assert.Skip(Reason);
        }

        return found;
    }
}
