using MarketLoop.Data.Profiles;
using MarketLoop.Domain;

namespace MarketLoop.Data.Consent;

/// <summary>Looks a waiting visitor up and says what may be done for them. Thread-safe.</summary>
public sealed class PersonalisationCheck(IProfileStore profiles, ContactRules rules)
{
    /// <summary>What may be done for a customer at a moment; somebody unknown was never asked.</summary>
    /// <param name="customer">The customer; null when nobody vouches for the id, and then nothing is personal.</param>
    /// <param name="at">The moment.</param>
    /// <param name="sendsPrivacyControl">True when the request carries Global Privacy Control.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public async Task<Allowance> AskAsync(CustomerId? customer, DateTimeOffset at, bool sendsPrivacyControl, CancellationToken cancellationToken)
    {
        CustomerProfile? profile = customer is { } known ? await profiles.FindAsync(known, cancellationToken) : null;
        return new Allowance(
            customer is null ? new Refusal(RefusalReason.ColdStart) : rules.CheckPersonalisation(profile, at, sendsPrivacyControl),
            rules.CheckAdvertising(profile, at, sendsPrivacyControl));
    }
}

/// <summary>What may be done for a visitor.</summary>
/// <param name="AgainstPersonalisation">Why nothing may be chosen by what they did; null when it may.</param>
/// <param name="AgainstAdvertising">Why no paid placement may be shown; null when one may.</param>
public readonly record struct Allowance(Refusal? AgainstPersonalisation, Refusal? AgainstAdvertising);
