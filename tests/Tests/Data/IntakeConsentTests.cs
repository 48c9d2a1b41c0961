using System.Text;
using System.Text.Json.Nodes;
using MarketLoop.Data.Consent;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.IntakeShop;

namespace MarketLoop.Tests.Data;

/// <summary>Consent as pages, servers and banners send it.</summary>
public sealed class IntakeConsentTests
{
    private static readonly CustomerId Browser = CustomerId.Anonymous("b1");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_banners_preferences_are_read_from_the_context_of_segments_event()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();

        IntakeVerdict verdict = await shop.SendBatchAsync(Event("Segment Consent Preference Updated", null, """{"consent":{"categoryPreferences":{"Advertising":false,"Analytics":true,"Functional":true}}}"""));

        Assert.Empty(verdict.Rejected);
        IReadOnlyList<ConsentEntry> entries = await shop.Shop.Consents.ListAsync(Browser, Cancelled);
        Assert.Equal([(ConsentPurpose.Analytics, true), (ConsentPurpose.Advertising, false)], entries.Select(entry => (entry.Purpose, entry.IsGranted)).Order());
        Assert.All(entries, entry => Assert.Equal(ConsentOrigin.ConsentEvent, entry.Origin));
    }

    [Theory]
    [InlineData("""{"purpose":"marketing","channel":"email","granted":true}""", true)]
    [InlineData("""{"purpose":"Personalization","granted":false}""", true)]
    [InlineData("""{"categoryPreferences":{"marketing":true}}""", true)]
    [InlineData("""{"purpose":"marketing","granted":"true"}""", false)]
    [InlineData("""{"purpose":"world peace","granted":true}""", false)]
    [InlineData("""{"purpose":"marketing","channel":"smoke","granted":false}""", false)]
    [InlineData("""{"purpose":"marketing","channel":"2","granted":false}""", false)]
    [InlineData("""{"granted":false}""", false)]
    [InlineData("{}", false)]
    public async Task A_consent_event_that_says_nothing_is_refused_and_not_lost_without_a_word(string properties, bool isTaken)
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();

        IntakeVerdict verdict = await shop.SendBatchAsync(Event("Consent Updated", properties, null));

        Assert.Equal(isTaken ? [] : [FaultCodes.InvalidConsent], verdict.Rejected.Select(fault => fault.Code));
        Assert.Equal(isTaken ? 1 : 0, (await shop.Shop.Consents.ListAsync(Browser, Cancelled)).Count);
    }

    [Theory]
    [InlineData("""{"gpc":true}""", false, true)]
    [InlineData("""{"globalPrivacyControl":true}""", false, true)]
    [InlineData(null, true, true)]
    [InlineData(null, false, false)]
    [InlineData("""{"gpc":false}""", false, false)]
    public async Task Privacy_control_is_noted_from_the_context_and_from_the_header(string? context, bool hasHeader, bool isNoted)
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        string json = new JsonObject { ["batch"] = new JsonArray(Event("Product Viewed", """{"product_id":"p1"}""", context), Event("Page Left", null, context)) }.ToJsonString();
        Assert.True(IntakeBody.TryParse(Encoding.UTF8.GetBytes(json), out IntakeBody? body, out _));

        using (body)
        {
            body.HasPrivacyControl = hasHeader;
            await shop.Intake.AcceptAsync(Web, body, IntakeRoute.Batch, Now, Cancelled);
        }

        IReadOnlyList<ConsentEntry> entries = await shop.Shop.Consents.ListAsync(Browser, Cancelled);
        Assert.Equal(isNoted ? 2 : 0, entries.Count);
        Assert.All(entries, entry => Assert.Equal((ConsentOrigin.PrivacyControl, false), (entry.Origin, entry.IsGranted)));
        Assert.Equal(isNoted ? ["""{"product_id":"p1","$gpc":true}""", """{"$gpc":true}"""] : ["""{"product_id":"p1"}""", null], (await shop.ReadAsync()).Select(stored => stored.PropertiesJson));
    }

    private static JsonObject Event(string name, string? properties, string? context) => new()
    {
        ["type"] = "track",
        ["event"] = name,
        ["anonymousId"] = "b1",
        ["properties"] = properties is null ? null : JsonNode.Parse(properties),
        ["context"] = context is null ? null : JsonNode.Parse(context),
    };
}
