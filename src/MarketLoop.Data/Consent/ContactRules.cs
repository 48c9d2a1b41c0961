using System.Buffers;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Data.Consent;

/// <summary>Whether a customer may be chosen for and written to at all. Asked when deciding and asked again at hand-over. Thread-safe.</summary>
public sealed class ContactRules(IOptions<ConsentOptions> options)
{
    private static readonly SearchValues<char> NeverInAddress = SearchValues.Create(" \r\n<>,;");

    /// <summary>Null when a marketing mail chosen by behaviour is allowed, else the first reason why not: age, consent, address, personalisation. A customer without a profile never consented.</summary>
    public Refusal? CheckEmail(CustomerProfile? profile, DateTimeOffset at)
    {
        if (IsMinor(profile, at))
        {
            return new Refusal(RefusalReason.Minor);
        }

        if (profile?.ConsentsToEmail is not true)
        {
            return new Refusal(RefusalReason.NoConsent);
        }

        return HasAddress(profile.Email) ? CheckPersonalisation(profile, at) : new Refusal(RefusalReason.NoAddress);
    }

    /// <summary>Null when something may be chosen by what the customer did, else why not. Who was never asked may be known within the shop.</summary>
    /// <param name="profile">The customer's profile; null when nothing was told.</param>
    /// <param name="at">The moment of choosing: minors grow up.</param>
    /// <param name="sendsPrivacyControl">True when this very request carries Global Privacy Control.</param>
    public Refusal? CheckPersonalisation(CustomerProfile? profile, DateTimeOffset at, bool sendsPrivacyControl = false)
    {
        if (IsMinor(profile, at))
        {
            return new Refusal(RefusalReason.Minor);
        }

        bool isSignalled = options.Value.PrivacyControlEndsPersonalisation && IsSignalled(profile, sendsPrivacyControl, profile?.ConsentsToPersonalisationElsewhere);
        return profile?.ConsentsToPersonalisation is false || isSignalled ? new Refusal(RefusalReason.NoPersonalisation) : null;
    }

    /// <summary>Null when paid placements may be shown, else why not.</summary>
    public Refusal? CheckAdvertising(CustomerProfile? profile, DateTimeOffset at, bool sendsPrivacyControl = false)
    {
        if (IsMinor(profile, at))
        {
            return new Refusal(RefusalReason.Minor);
        }

        return profile?.ConsentsToAdvertising is false || IsSignalled(profile, sendsPrivacyControl, profile?.ConsentsToAdvertising) ? new Refusal(RefusalReason.NoConsent) : null;
    }

    // A yes stands against the signal only when it was said after it: one that the ledger has not seen yet is newer than every yes.
    private static bool IsSignalled(CustomerProfile? profile, bool sendsNow, bool? answer) =>
        (sendsNow || profile?.PrivacyControlSince is not null) && (profile?.PrivacyControlSince is null || answer is not true);

    private bool IsMinor(CustomerProfile? profile, DateTimeOffset at) =>
        profile?.Born is { } born && DateOnly.FromDateTime(at.UtcDateTime) < born.AddYears(options.Value.AdultAge);

    private static bool HasAddress(string? email)
    {
        int at = email?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        return at > 0 && at < email!.Length - 1 && !email.AsSpan().ContainsAny(NeverInAddress); // at > 0 only when there is a text
    }
}
