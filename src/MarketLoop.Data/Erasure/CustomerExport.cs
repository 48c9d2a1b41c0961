using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
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
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(System.Text.Unicode.UnicodeRanges.All);
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The same as a page that a person can read: no script, no style, nothing fetched from elsewhere.</summary>
    public string ToPage()
    {
        StringBuilder page = new();
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>").Append(Text($"What the shop holds about {Customer}"))
            .Append("</title></head><body><h1>").Append(Text($"What the shop holds about {Customer}")).Append("</h1>");
        Section(page, "Ids", Ids, id => id.ToString());
        Section<CustomerProfile>(page, "Profile", Profile is null ? [] : [Profile], AsJson);
        Table(page);
        Section(page, "Conclusions", Insights, AsJson);
        Section(page, "Decisions", Treatments, AsJson);
        Section(page, "Deliveries", Deliveries, AsJson);
        Section(page, "Outcomes", Outcomes, AsJson);
        Section(page, "Other records", Kept.ToList(), pair => $"{pair.Key}: {AsJson(pair.Value)}");
        Section(page, "Refused events and rows", Quarantined, line => line);
        Section(page, "Mails", Mails, mail => mail);
        return page.Append("</body></html>").ToString();
    }

    private void Table(StringBuilder page)
    {
        page.Append("<h2>Acts (").Append(Interactions.Count).Append(")</h2><table><tr><th>When</th><th>What</th><th>Products</th><th>Revenue</th><th>Told</th></tr>");
        foreach (Interaction act in Interactions)
        {
            page.Append("<tr><td>").Append(Text(act.OccurredAt.ToString("u", System.Globalization.CultureInfo.InvariantCulture)))
                .Append("</td><td>").Append(Text(act.Name))
                .Append("</td><td>").Append(Text(string.Join(", ", act.Lines.Select(line => $"{line.Quantity} x {line.Product}"))))
                .Append("</td><td>").Append(Text($"{act.Revenue} {act.Currency}".Trim()))
                .Append("</td><td>").Append(Text(act.PropertiesJson ?? ""))
                .Append("</td></tr>");
        }

        page.Append("</table>");
    }

    private static void Section<T>(StringBuilder page, string title, IReadOnlyList<T> items, Func<T, string> say)
    {
        page.Append("<h2>").Append(Text($"{title} ({items.Count})")).Append("</h2>");
        foreach (T item in items)
        {
            page.Append("<pre>").Append(Text(say(item))).Append("</pre>");
        }
    }

    private static string AsJson<T>(T value) => JsonSerializer.Serialize(value, Indented);

    private static string Text(string text) => Encoder.Encode(text);
}
