using MarketLoop.Domain;

namespace MarketLoop.Analysis.Features;

/// <summary>A product in a customer's history.</summary>
/// <param name="Product">The product.</param>
/// <param name="Views">Times looked at.</param>
/// <param name="Adds">Times put into the cart.</param>
/// <param name="Purchases">Times bought (orders, not pieces).</param>
/// <param name="LastDay">Day number (shop's zone) of the last touch.</param>
/// <param name="AgeDays">Days since then.</param>
public sealed record ProductTouch(ProductId Product, int Views, int Adds, int Purchases, int LastDay, int AgeDays);

/// <summary>What one customer did, in tallies that add up the same in any order.</summary>
internal sealed class CustomerState
{
    private const int PointsOfView = 1;
    private const int PointsOfAdd = 3;
    private const int PointsOfPurchase = 5;

    private readonly Dictionary<(ProductId Product, int Day), TouchTally> touches = [];
    private readonly HashSet<int> activeDays = [];
    private readonly int[] hours = new int[24];
    private readonly int[] weekdays = new int[7];
    private long firstTicks = long.MaxValue;
    private long lastActTicks = long.MinValue;
    private long lastOrderTicks = long.MinValue;
    private int orders;
    private int views;
    private int searches;
    private decimal gross;
    private decimal refunded;

    public void Apply(Interaction interaction, DateTimeOffset local)
    {
        long ticks = interaction.OccurredAt.UtcTicks;
        firstTicks = Math.Min(firstTicks, ticks);
        int day = DateOnly.FromDateTime(local.DateTime).DayNumber;
        if (IsOwnAct(interaction.Kind))
        {
            lastActTicks = Math.Max(lastActTicks, ticks);
            activeDays.Add(day);
            hours[local.Hour]++;
            weekdays[(int)local.DayOfWeek]++;
        }

        switch (interaction.Kind)
        {
            case InteractionKind.OrderCompleted:
                orders++;
                gross += RevenueOf(interaction);
                lastOrderTicks = Math.Max(lastOrderTicks, ticks);
                Touch(interaction.Lines, day, new TouchTally(0, 0, 1));
                break;
            case InteractionKind.OrderRefunded:
                refunded += RevenueOf(interaction);
                break;
            case InteractionKind.ProductViewed:
                views++;
                Touch(interaction.Lines, day, new TouchTally(1, 0, 0));
                break;
            case InteractionKind.ProductAdded:
                Touch(interaction.Lines, day, new TouchTally(0, 1, 0));
                break;
            case InteractionKind.ProductsSearched:
                searches++;
                break;
            default:
                break;
        }
    }

    /// <summary>Takes over everything of a browser that turned out to be this customer.</summary>
    public void Merge(CustomerState other)
    {
        firstTicks = Math.Min(firstTicks, other.firstTicks);
        lastActTicks = Math.Max(lastActTicks, other.lastActTicks);
        lastOrderTicks = Math.Max(lastOrderTicks, other.lastOrderTicks);
        orders += other.orders;
        views += other.views;
        searches += other.searches;
        gross += other.gross;
        refunded += other.refunded;
        activeDays.UnionWith(other.activeDays);
        AddTo(hours, other.hours);
        AddTo(weekdays, other.weekdays);
        foreach (((ProductId, int) key, TouchTally tally) in other.touches)
        {
            touches[key] = touches.GetValueOrDefault(key) + tally;
        }
    }

    public CustomerFeatures Compute(DateTimeOffset asOf, PriceScale prices)
    {
        double tenure = DaysUntil(asOf, firstTicks);
        double weeks = Math.Max(1.0, tenure / 7.0);
        return new CustomerFeatures(
            RecencyDays: orders > 0 ? DaysUntil(asOf, lastOrderTicks) : tenure,
            Orders: orders,
            Monetary: gross - refunded,
            ActiveDays: activeDays.Count,
            TenureDays: tenure,
            IdleDays: activeDays.Count > 0 ? DaysUntil(asOf, lastActTicks) : tenure,
            ViewsPerWeek: views / weeks,
            PurchasesPerWeek: orders / weeks,
            SearchesPerWeek: searches / weeks,
            AverageOrderValue: orders > 0 ? decimal.Round(gross / orders, 4) : 0m,
            PriceLevel: PriceLevel(prices),
            RefundShare: gross > 0m ? (double)Math.Clamp(refunded / gross, 0m, 1m) : 0.0,
            PreferredHour: activeDays.Count > 0 ? IndexOfMost(hours) : null,
            PreferredWeekday: activeDays.Count > 0 ? (DayOfWeek)IndexOfMost(weekdays) : null);
    }

    public IReadOnlyList<Interest> Interests(int today, InterestOptions options, Func<ProductId, string?> categoryOf)
    {
        SortedDictionary<string, double> weights = new(StringComparer.Ordinal);
        foreach (((ProductId product, int day), TouchTally tally) in Ordered())
        {
            if (categoryOf(product) is { } category)
            {
                double points = (tally.Views * PointsOfView) + (tally.Adds * PointsOfAdd) + (tally.Purchases * PointsOfPurchase);
                double weight = points * Math.Pow(0.5, Math.Max(0, today - day) / options.HalfLifeDays);
                weights[category] = weights.GetValueOrDefault(category) + weight;
            }
        }

        double sum = weights.Values.Sum();
        return sum <= 0.0
            ? []
            : [.. weights.OrderByDescending(w => w.Value).ThenBy(w => w.Key, StringComparer.Ordinal).Take(options.Most).Select(w => new Interest(w.Key, w.Value / sum))];
    }

    public IReadOnlyList<ProductTouch> History(int today)
    {
        Dictionary<ProductId, (TouchTally Tally, int Last)> byProduct = [];
        foreach (((ProductId product, int day), TouchTally tally) in touches)
        {
            (TouchTally sum, int last) = byProduct.GetValueOrDefault(product, (default, int.MinValue));
            byProduct[product] = (sum + tally, Math.Max(last, day));
        }

        return [.. byProduct
            .Select(p => new ProductTouch(p.Key, p.Value.Tally.Views, p.Value.Tally.Adds, p.Value.Tally.Purchases, p.Value.Last, Math.Max(0, today - p.Value.Last)))
            .OrderByDescending(t => t.LastDay)
            .ThenBy(t => t.Product.Value, StringComparer.Ordinal)];
    }

    /// <summary>True for what the customer did, as opposed to what the shop, a machine or we did to the customer.</summary>
    private static bool IsOwnAct(InteractionKind kind) =>
        kind is not (InteractionKind.OrderRefunded or InteractionKind.EmailOpened or InteractionKind.PromotionViewed or InteractionKind.ConsentUpdated);

    private static decimal RevenueOf(Interaction interaction) =>
        interaction.Revenue ?? interaction.Lines.Sum(line => line.Quantity * (line.UnitPrice ?? 0m));

    private static double DaysUntil(DateTimeOffset asOf, long ticks) => Math.Max(0.0, (asOf.UtcTicks - ticks) / (double)TimeSpan.TicksPerDay);

    private static void AddTo(int[] sums, int[] more)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += more[i];
        }
    }

    private static int IndexOfMost(int[] counts) => Array.IndexOf(counts, counts.Max());

    private void Touch(IReadOnlyList<LineItem> lines, int day, TouchTally tally)
    {
        foreach (LineItem line in lines)
        {
            if (line.IsMerchandise)
            {
                touches[(line.Product, day)] = touches.GetValueOrDefault((line.Product, day)) + tally;
            }
        }
    }

    private double PriceLevel(PriceScale prices)
    {
        double sum = 0.0;
        int count = 0;
        foreach (((ProductId product, int _), TouchTally tally) in Ordered())
        {
            if (prices.PercentileOf(product) is { } percentile)
            {
                int times = tally.Views + tally.Adds + tally.Purchases;
                sum += percentile * times;
                count += times;
            }
        }

        return count > 0 ? sum / count : 0.5;
    }

    // Sums of doubles need one order; days and ordinal ids give it.
    private IEnumerable<KeyValuePair<(ProductId Product, int Day), TouchTally>> Ordered() =>
        touches.OrderBy(t => t.Key.Day).ThenBy(t => t.Key.Product.Value, StringComparer.Ordinal);

    private readonly record struct TouchTally(int Views, int Adds, int Purchases)
    {
        public static TouchTally operator +(TouchTally a, TouchTally b) => new(a.Views + b.Views, a.Adds + b.Adds, a.Purchases + b.Purchases);
    }
}
