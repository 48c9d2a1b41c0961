using MarketLoop.Analysis;
using MarketLoop.Analysis.Features;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>What a customer touched, up to this second: the portrait of the last turn, overlaid with the interactions since.</summary>
/// <param name="Touches">One per product, newest first.</param>
internal sealed record TouchHistory(IReadOnlyList<ProductTouch> Touches)
{
    /// <summary>Merges both sources by product. Ages count from the newest act, so that imported history ages like live history.</summary>
    public static TouchHistory Merge(CustomerPortrait? portrait, IReadOnlyList<Interaction> recent, ProductId? viewing)
    {
        int today = recent.Count > 0 ? DayOf(recent[0].OccurredAt) : 0;
        if (portrait is not null)
        {
            today = Math.Max(today, DayOf(portrait.Insight.AsOf));
        }

        Dictionary<ProductId, Tally> tallies = [];
        foreach (ProductTouch touch in portrait?.ListTouches() ?? [])
        {
            int day = DayOf(portrait!.Insight.AsOf) - touch.AgeDays; // a touch of the history is there only with a portrait
            tallies[touch.Product] = new Tally(touch.Views, touch.Adds, touch.Purchases, day);
        }

        foreach (Interaction interaction in recent)
        {
            if (portrait is null || interaction.OccurredAt >= portrait.Insight.AsOf)
            {
                Count(tallies, interaction);
            }
        }

        if (viewing is { } product)
        {
            Tally before = tallies.GetValueOrDefault(product);
            tallies[product] = before with { Views = before.Views + 1, Day = Math.Max(today, before.Day) };
        }

        return new TouchHistory([.. tallies
            .OrderByDescending(t => t.Value.Day)
            .ThenBy(t => t.Key.Value, StringComparer.Ordinal)
            .Select(t => new ProductTouch(t.Key, t.Value.Views, t.Value.Adds, t.Value.Purchases, t.Value.Day, Math.Max(0, today - t.Value.Day)))]);
    }

    private static void Count(Dictionary<ProductId, Tally> tallies, Interaction interaction)
    {
        (int views, int adds, int purchases) = interaction.Kind switch
        {
            InteractionKind.ProductViewed => (1, 0, 0),
            InteractionKind.ProductAdded => (0, 1, 0),
            InteractionKind.OrderCompleted => (0, 0, 1),
            _ => (0, 0, 0),
        };
        if (views + adds + purchases == 0)
        {
            return;
        }

        int day = DayOf(interaction.OccurredAt);
        foreach (LineItem line in interaction.Lines.Where(l => l.IsMerchandise))
        {
            Tally before = tallies.GetValueOrDefault(line.Product);
            tallies[line.Product] = new Tally(before.Views + views, before.Adds + adds, before.Purchases + purchases, Math.Max(before.Day, day));
        }
    }

    private static int DayOf(DateTimeOffset moment) => (int)(moment.UtcTicks / TimeSpan.TicksPerDay);

    private readonly record struct Tally(int Views, int Adds, int Purchases, int Day);
}
