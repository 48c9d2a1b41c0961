using System.Collections.Frozen;
using MarketLoop.Analysis;
using MarketLoop.Analysis.Features;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>What a customer touched, up to this second: the portrait of the last turn, overlaid with the acts since. Immutable.</summary>
internal sealed class TouchHistory
{
    /// <summary>Products that ranking looks at, newest first: somebody with 100,000 events costs no more than a regular.</summary>
    public const int MostTouches = 200;

    private TouchHistory(ProductTouch[] touches, IReadOnlySet<ProductId> bought, int today)
    {
        Touches = touches;
        Bought = bought;
        Today = today;
    }

    /// <summary>Somebody of whom nothing is known.</summary>
    public static TouchHistory None { get; } = new([], FrozenSet<ProductId>.Empty, 0);

    /// <summary>One per product, newest first, at most <see cref="MostTouches"/>.</summary>
    public ProductTouch[] Touches { get; }

    /// <summary>All products ever bought, as far as is known.</summary>
    public IReadOnlySet<ProductId> Bought { get; }

    /// <summary>Day number that ages count from.</summary>
    public int Today { get; }

    /// <summary>Merges both sources by product. Ages count from the newest act, so that imported history ages like live history. O(n log n); <see cref="RecentTouches"/> keeps the result.</summary>
    public static TouchHistory Merge(CustomerPortrait? portrait, ReadOnlySpan<RecentTouch> newest)
    {
        int today = newest.Length > 0 ? DayOf(newest[0].Ticks) : 0;
        Dictionary<ProductId, Tally> tallies = [];
        long asOf = long.MinValue;
        if (portrait is not null)
        {
            asOf = portrait.Insight.AsOf.UtcTicks;
            today = Math.Max(today, DayOf(asOf));
            foreach (ProductTouch touch in portrait.ListTouches())
            {
                tallies[touch.Product] = new Tally(touch.Views, touch.Adds, touch.Purchases, DayOf(asOf) - touch.AgeDays, 0, IsKnown: true);
            }
        }

        HashSet<ProductId> bought = Purchased(tallies);
        foreach (RecentTouch touch in newest)
        {
            if (touch.Kind == InteractionKind.OrderCompleted)
            {
                bought.Add(touch.Product);   // whenever it arrived: to know of it twice does no harm
            }

            // What happened before the portrait's moment may have arrived after it: it counts where the portrait knows nothing of the product.
            Tally before = tallies.GetValueOrDefault(touch.Product);
            if (touch.Ticks >= asOf || !before.IsKnown)
            {
                tallies[touch.Product] = new Tally(
                    before.Views + (touch.Kind == InteractionKind.ProductViewed ? 1 : 0),
                    before.Adds + (touch.Kind == InteractionKind.ProductAdded ? 1 : 0),
                    before.Purchases + (touch.Kind == InteractionKind.OrderCompleted ? 1 : 0),
                    Math.Max(before.Day, DayOf(touch.Ticks)),
                    Math.Max(before.Ticks, touch.Ticks),
                    before.IsKnown);
            }
        }

        return new TouchHistory(Order(tallies, today), bought, today);
    }

    /// <summary>The same with products that are looked at right now in front. O(touches).</summary>
    public TouchHistory With(IReadOnlyList<ProductId> looked)
    {
        if (looked.Count == 0)
        {
            return this;
        }

        List<ProductTouch> touches = new(Math.Min(MostTouches, Touches.Length + looked.Count));
        for (int i = 0; i < looked.Count && touches.Count < MostTouches; i++)
        {
            ProductId product = looked[i];
            if (!touches.Exists(touch => touch.Product == product))
            {
                ProductTouch? before = Array.Find(Touches, touch => touch.Product == product);
                touches.Add(new ProductTouch(product, (before?.Views ?? 0) + 1, before?.Adds ?? 0, before?.Purchases ?? 0, Today, 0));
            }
        }

        int added = touches.Count;
        foreach (ProductTouch touch in Touches)
        {
            if (touches.Count < MostTouches && !touches.Exists(0, added, touch.Product))
            {
                touches.Add(touch);
            }
        }

        return new TouchHistory([.. touches], Bought, Today);
    }

    private static ProductTouch[] Order(Dictionary<ProductId, Tally> tallies, int today)
    {
        KeyValuePair<ProductId, Tally>[] ordered = [.. tallies];
        Array.Sort(ordered, static (a, b) =>
            a.Value.Day != b.Value.Day ? b.Value.Day.CompareTo(a.Value.Day)
            : a.Value.Ticks != b.Value.Ticks ? b.Value.Ticks.CompareTo(a.Value.Ticks)
            : string.CompareOrdinal(a.Key.Value, b.Key.Value));
        ProductTouch[] touches = new ProductTouch[Math.Min(ordered.Length, MostTouches)];
        for (int i = 0; i < touches.Length; i++)
        {
            (ProductId product, Tally tally) = ordered[i];
            touches[i] = new ProductTouch(product, tally.Views, tally.Adds, tally.Purchases, tally.Day, Math.Max(0, today - tally.Day));
        }

        return touches;
    }

    private static HashSet<ProductId> Purchased(Dictionary<ProductId, Tally> tallies)
    {
        HashSet<ProductId> bought = [];
        foreach ((ProductId product, Tally tally) in tallies)
        {
            if (tally.Purchases > 0)
            {
                bought.Add(product);
            }
        }

        return bought;
    }

    private static int DayOf(long ticks) => (int)(ticks / TimeSpan.TicksPerDay);

    private readonly record struct Tally(int Views, int Adds, int Purchases, int Day, long Ticks, bool IsKnown);
}

/// <summary>Searches the front of a list.</summary>
internal static class TouchSearch
{
    public static bool Exists(this List<ProductTouch> touches, int from, int until, ProductId product)
    {
        for (int i = from; i < until; i++)
        {
            if (touches[i].Product == product)
            {
                return true;
            }
        }

        return false;
    }
}
