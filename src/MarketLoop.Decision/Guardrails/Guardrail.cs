using MarketLoop.Data.Consent;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Guardrails;

/// <summary>What must hold before a message is even decided: age, consent, address, frequency cap. The same is asked again at hand-over, where it is binding.</summary>
public sealed class Guardrail(MessageLedger ledger, ContactRules rules)
{
    /// <summary>Reads what the cap needs, once.</summary>
    public Task PrepareAsync(DateTimeOffset asOf, CancellationToken cancellationToken) => ledger.EnsureLoadedAsync(asOf, cancellationToken);

    /// <summary>Null when the customer may be written to at all, else why not.</summary>
    public Refusal? CheckContact(CustomerProfile? profile, DateTimeOffset asOf) => rules.CheckEmail(profile, asOf);

    /// <summary>Null when one more message is within the cap, else the refusal.</summary>
    public Refusal? CheckFrequency(CustomerId customer, DateTimeOffset asOf) =>
        ledger.HasRoom(customer, asOf) ? null : new Refusal(RefusalReason.OverFrequencyCap);
}
