using MarketLoop.Data.Consent;
using MarketLoop.Data.Profiles;
using MarketLoop.Domain;

namespace MarketLoop.Execution.Dispatch;

/// <summary>The last look before a message leaves: what was true when it was decided may not be true any more. Thread-safe.</summary>
public sealed class HandOverCheck(IProfileStore profiles, MessageLedger ledger, ContactRules rules)
{
    /// <summary>Asks expiry, age, consent, address, personalisation and the frequency cap, in this order; takes a place under the cap when all is well.</summary>
    public async Task<HandOver> AskAsync(Treatment treatment, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (at > treatment.ExpiresAt)
        {
            return new HandOver(null, new Refusal(RefusalReason.Expired));
        }

        CustomerProfile? profile = await profiles.FindAsync(treatment.Customer, cancellationToken);
        if (rules.CheckEmail(profile, at) is { } refusal)
        {
            return new HandOver(null, refusal);
        }

        await ledger.EnsureLoadedAsync(at, cancellationToken);
        return ledger.TryReserve(treatment.Customer, treatment.Id, at)
            ? new HandOver(profile, null)
            : new HandOver(null, new Refusal(RefusalReason.OverFrequencyCap));
    }

    /// <summary>Gives the place back: the message did not leave after all.</summary>
    public void Release(Treatment treatment) => ledger.Release(treatment.Customer, treatment.Id);

    /// <summary>Notes a message that left before this process began to count.</summary>
    public async Task NoteAsync(Treatment treatment, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await ledger.EnsureLoadedAsync(at, cancellationToken);
        ledger.TryReserve(treatment.Customer, treatment.Id, at);
    }
}

/// <summary>A profile to write to, or why not.</summary>
public sealed record HandOver(CustomerProfile? Profile, Refusal? Refusal);
