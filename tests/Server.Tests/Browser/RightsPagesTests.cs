using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests.Browser;

/// <summary>What the owner does on the dashboard for a customer who asks, in a real browser.</summary>
public sealed class RightsPagesTests
{
    [Fact]
    public async Task The_owner_enters_a_withdrawal_reads_the_explanation_and_erases_after_a_confirmation()
    {
        BrowserVisit.RequireBrowser();
        await using RunningServer server = await RunningServer.StartAsync();
        await server.Api.TrackAsync([new { type = "identify", userId = "ann", traits = new { name = "Ann <b>Lee</b>", marketing_email = true } }]);
        await using BrowserVisit visit = await BrowserVisit.OpenAsync(server.Address);
        await visit.SignInAsync(server.Password);

        // given a customer whose page shows the word that was told
        await visit.GoAsync("/customers/u:ann");
        await visit.Page.ClickAsync("#rights details:has(form) > summary");
        await visit.Page.SelectOptionAsync("#consent-purpose", "Personalisation");
        await visit.Page.FillAsync("#consent-version", "phone 2026-01");
        await visit.Page.ClickAsync("#rights button[value=false]");
        await visit.Page.WaitForSelectorAsync("p.notice[role=status]");

        JsonElement consents = await server.Api.GetAsync("/api/v1/data/customers/u:ann/consents");
        JsonElement entered = consents.GetProperty("entries").EnumerateArray().First(entry => entry.GetProperty("origin").GetString() == "owner");
        Assert.Equal(("personalisation", "phone 2026-01"), (entered.GetProperty("purpose").GetString(), entered.GetProperty("textVersion").GetString()));
        await visit.GoAsync("/customers/u:ann/explanation");
        Assert.Contains("Switched personalisation off", await visit.Page.InnerTextAsync(".sentence"), StringComparison.Ordinal);

        // when the owner erases: not without the tick, which the browser and the server ask for
        await visit.GoAsync("/customers/u:ann/erase");
        await visit.Page.ClickAsync("button.danger");
        Assert.NotEmpty((await server.Api.GetAsync("/api/v1/data/customers/u:ann/consents")).GetProperty("entries").EnumerateArray());
        await visit.Page.CheckAsync("input[name=confirmed]");
        await visit.Page.ClickAsync("button.danger");
        await visit.Page.WaitForURLAsync("**/rights?done=erased");
        await visit.GoAsync("/rights");

        // then nothing is left but the numbers
        Assert.Empty((await server.Api.GetAsync("/api/v1/data/customers/u:ann/consents")).GetProperty("entries").EnumerateArray());
        Assert.Equal(1, (await server.Api.GetAsync("/api/v1/data/rights")).GetProperty("erasures").GetInt32());
        Assert.DoesNotContain(await visit.TextsAsync(), text => text.Contains("ann", StringComparison.OrdinalIgnoreCase) && text.Contains("Lee", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(visit.Faults);
    }
}
