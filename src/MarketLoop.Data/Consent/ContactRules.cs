using System.Buffers;
using MarketLoop.Domain;

namespace MarketLoop.Data.Consent;

/// <summary>Whether a customer may be written to at all. Asked when deciding and asked again at hand-over.</summary>
public static class ContactRules
{
    private static readonly SearchValues<char> NeverInAddress = SearchValues.Create(" \r\n<>,;");

    /// <summary>Null when a marketing mail is allowed, else why not. A customer without a profile never consented.</summary>
    public static Refusal? CheckEmail(CustomerProfile? profile)
    {
        if (profile?.ConsentsToEmail is not true)
        {
            return new Refusal(RefusalReason.NoConsent);
        }

        return HasAddress(profile.Email) ? null : new Refusal(RefusalReason.NoAddress);
    }

    private static bool HasAddress(string? email)
    {
        int at = email?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        return at > 0 && at < email!.Length - 1 && !email.AsSpan().ContainsAny(NeverInAddress); // at > 0 only when there is a text
    }
}
