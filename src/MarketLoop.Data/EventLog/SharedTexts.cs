using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>Keeps each text and each line of a history once: who acts, on what and how is said again and again, and said anew each time it takes two thirds of a training's memory. Not thread-safe.</summary>
internal sealed class SharedTexts
{
    private readonly Dictionary<string, string> known = new(StringComparer.Ordinal);
    private readonly Dictionary<LineItem, LineItem[]> knownLines = [];

    /// <summary>The same act out of shared texts; what is an act's own (its message, its order) stays as it is.</summary>
    public Interaction Share(Interaction act) => act with
    {
        Source = new SourceId(Share(act.Source.Value)),
        Name = Share(act.Name),
        UserId = ShareIf(act.UserId),
        AnonymousId = ShareIf(act.AnonymousId),
        Customer = act.Customer.IsAnonymous ? CustomerId.Anonymous(Share(act.Customer.Value)) : CustomerId.Known(Share(act.Customer.Value)),
        SessionId = ShareIf(act.SessionId),
        Currency = ShareIf(act.Currency),
        Coupon = ShareIf(act.Coupon),
        SearchTerm = ShareIf(act.SearchTerm),
        PropertiesJson = ShareIf(act.PropertiesJson),
        Lines = act.Lines.Count switch
        {
            0 => [],
            1 => Share(act.Lines[0]),
            _ => act.Lines.Select(line => Share(line)[0]).ToArray(),
        },
    };

    private LineItem[] Share(LineItem line)
    {
        if (knownLines.TryGetValue(line, out LineItem[]? first))
        {
            return first;
        }

        LineItem shared = line with { Product = new ProductId(Share(line.Product.Value)) };
        return knownLines[shared] = [shared];
    }

    private string? ShareIf(string? text) => text is null ? null : Share(text);

    private string Share(string text)
    {
        if (known.TryGetValue(text, out string? first))
        {
            return first;
        }

        known.Add(text, text);
        return text;
    }
}
