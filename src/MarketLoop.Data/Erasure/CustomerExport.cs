using MarketLoop.Domain;

namespace MarketLoop.Data.Erasure;

/// <summary>Everything the data folder holds about one customer: what they may ask for by law.</summary>
/// <param name="Customer">The customer.</param>
/// <param name="Ids">The customer and all browsers that belong to them.</param>
/// <param name="Profile">Traits and consent; null when none were told.</param>
/// <param name="Consents">Every word on consent, newest first.</param>
/// <param name="Interactions">All acts, newest first.</param>
/// <param name="Insights">What the analysis concluded, in log order.</param>
/// <param name="Treatments">What was decided for them.</param>
/// <param name="Deliveries">What came of it.</param>
/// <param name="Outcomes">What they did after it.</param>
/// <param name="Kept">Their rows in the keyed store, by table.</param>
/// <param name="Quarantined">Refused events and rows that name them.</param>
/// <param name="Mails">Mails to them that are still in the outbox.</param>
public sealed record CustomerExport(
    CustomerId Customer,
    IReadOnlyList<CustomerId> Ids,
    CustomerProfile? Profile,
    IReadOnlyList<ConsentEntry> Consents,
    IReadOnlyList<Interaction> Interactions,
    IReadOnlyList<CustomerInsight> Insights,
    IReadOnlyList<Treatment> Treatments,
    IReadOnlyList<Delivery> Deliveries,
    IReadOnlyList<Outcome> Outcomes,
    IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyDictionary<string, object?>>> Kept,
    IReadOnlyList<string> Quarantined,
    IReadOnlyList<string> Mails)
{
    /// <summary>The same as a page that a person can read and print: no script, nothing fetched from elsewhere.</summary>
    /// <param name="language">A language tag: Chinese, or English for every other.</param>
    public string ToPage(string language) => new ExportPage(language).Write(this);
}
