using MarketLoop.Data.Consent;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>Who may be chosen for and written to.</summary>
public sealed class ContactRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly CustomerProfile Willing = new() { Customer = CustomerId.Known("ann"), Email = "ann@example.org", ConsentsToEmail = true };

    [Theory]
    [InlineData("2012-03-01", 14, null)] // fourteen today
    [InlineData("2012-03-02", 14, RefusalReason.Minor)]
    [InlineData("2012-03-02", 13, null)]
    [InlineData("2009-01-01", 18, RefusalReason.Minor)]
    [InlineData("2026-02-01", 0, null)]
    [InlineData(null, 18, null)] // the age is not known
    public void Who_is_too_young_is_left_alone(string? born, int adultAge, RefusalReason? expected)
    {
        ContactRules rules = Rules(new ConsentOptions { AdultAge = adultAge });
        CustomerProfile profile = Willing with { Born = born is null ? null : DateOnly.Parse(born, System.Globalization.CultureInfo.InvariantCulture) };

        Assert.Equal(expected, rules.CheckEmail(profile, Now)?.Reason);
        Assert.Equal(expected, rules.CheckPersonalisation(profile, Now)?.Reason);
        Assert.Equal(expected, rules.CheckAdvertising(profile, Now)?.Reason);
    }

    [Fact]
    public void A_minor_grows_up_by_the_clock()
    {
        ContactRules rules = Rules(new ConsentOptions());
        CustomerProfile child = Willing with { Born = new DateOnly(2012, 5, 10) };

        Assert.Equal(RefusalReason.Minor, rules.CheckEmail(child, Now)?.Reason);
        Assert.Null(rules.CheckEmail(child, new DateTimeOffset(2026, 5, 10, 0, 0, 0, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData(null, true, "ann@example.org", RefusalReason.NoConsent)]
    [InlineData(true, true, "nowhere", RefusalReason.NoAddress)]
    [InlineData(true, false, "ann@example.org", RefusalReason.NoPersonalisation)]
    [InlineData(true, null, "ann@example.org", null)]
    public void A_mail_needs_a_yes_an_address_and_no_objection_to_being_chosen(bool? mail, bool? personal, string email, RefusalReason? expected) =>
        Assert.Equal(expected, Rules(new ConsentOptions()).CheckEmail(Willing with { ConsentsToEmail = mail, ConsentsToPersonalisation = personal, Email = email }, Now)?.Reason);

    [Theory]
    [InlineData(false, false, null, null, false)]
    [InlineData(true, false, null, null, true)]  // the request carries the signal
    [InlineData(false, true, null, null, true)]  // an event did
    [InlineData(true, false, true, true, true)]  // a yes, and the first signal now
    [InlineData(true, true, true, true, false)]  // a yes after the signal
    [InlineData(true, true, false, false, true)]
    public void Privacy_control_ends_advertising_and_if_the_owner_says_so_personalisation(bool sendsNow, bool sentBefore, bool? advertising, bool? elsewhere, bool isHonoured)
    {
        CustomerProfile profile = Willing with
        {
            PrivacyControlSince = sentBefore ? Now.AddDays(-1) : null,
            ConsentsToAdvertising = advertising,
            ConsentsToPersonalisationElsewhere = elsewhere,
        };

        Assert.Equal(isHonoured ? RefusalReason.NoConsent : null, Rules(new ConsentOptions()).CheckAdvertising(profile, Now, sendsNow)?.Reason);
        Assert.Null(Rules(new ConsentOptions()).CheckPersonalisation(profile, Now, sendsNow));
        Assert.Equal(
            isHonoured ? RefusalReason.NoPersonalisation : null,
            Rules(new ConsentOptions { PrivacyControlEndsPersonalisation = true }).CheckPersonalisation(profile, Now, sendsNow)?.Reason);
    }

    private static ContactRules Rules(ConsentOptions options) => new(Options.Create(options));
}
