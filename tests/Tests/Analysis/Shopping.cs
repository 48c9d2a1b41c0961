using System.Globalization;
using MarketLoop.Domain;

namespace MarketLoop.Tests.Analysis;

/// <summary>Short ways to write interactions in tests.</summary>
internal static class Shopping
{
    private static readonly SourceId Shop = new("shop");

    public static DateTimeOffset Day(double day) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day);

    public static Interaction Act(InteractionKind kind, string? user, DateTimeOffset at, string? browser = null, string? messageId = null) => new()
    {
        Source = Shop,
        MessageId = messageId ?? string.Create(CultureInfo.InvariantCulture, $"{kind}-{user}-{browser}-{at.UtcTicks}"),
        Kind = kind,
        Name = kind.ToString(),
        UserId = user,
        AnonymousId = browser,
        Customer = user is not null ? CustomerId.Known(user) : CustomerId.Anonymous(browser!), // one of the two is there
        OccurredAt = at,
        ReceivedAt = at,
    };

    public static Interaction Order(string user, DateTimeOffset at, string order, params LineItem[] lines) =>
        Act(InteractionKind.OrderCompleted, user, at, messageId: $"{order}-{at.UtcTicks}") with
        {
            OrderId = order,
            Lines = lines,
            Revenue = lines.Sum(l => l.Quantity * (l.UnitPrice ?? 0m)),
        };

    public static Interaction Order(string user, DateTimeOffset at, decimal revenue, params string[] products) =>
        Act(InteractionKind.OrderCompleted, user, at) with
        {
            Lines = [.. products.Select(p => new LineItem(new ProductId(p), 1, revenue / Math.Max(1, products.Length)))],
            Revenue = revenue,
        };

    public static Interaction View(string? user, DateTimeOffset at, string product, string? browser = null, decimal? price = null) =>
        Act(InteractionKind.ProductViewed, user, at, browser, messageId: $"view-{user}-{browser}-{product}-{at.UtcTicks}") with { Lines = [new LineItem(new ProductId(product), 1, price)] };

    public static async IAsyncEnumerable<Interaction> Stream(IEnumerable<Interaction> interactions)
    {
        await Task.CompletedTask;
        foreach (Interaction interaction in interactions)
        {
            yield return interaction;
        }
    }
}
