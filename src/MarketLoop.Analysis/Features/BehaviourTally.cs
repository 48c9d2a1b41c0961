using System.Runtime.CompilerServices;
using MarketLoop.Analysis.Journeys;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Features;

/// <summary>The days on which a customer ordered, orders of one day being one.</summary>
/// <param name="First">Day number (shop's zone) of the first.</param>
/// <param name="Last">Day number of the last.</param>
/// <param name="Count">How many, at least 1.</param>
/// <param name="GrossAfterFirst">What was ordered after the first day.</param>
public sealed record OrderDays(int First, int Last, int Count, decimal GrossAfterFirst);

/// <summary>What the open columns of the log tell of one customer: kinds, moments and money, in tallies that add up the same in any order.</summary>
/// <remarks>Both ways into the feature store fill this class: record by record (<see cref="FeatureBook"/>) and column by column (<see cref="ActivityScan"/>).
/// Money is counted in ten-thousandths, as the log stores it. Counts by hour and weekday end at 65,535.</remarks>
internal sealed class BehaviourTally
{
    private const decimal MoneyScale = 10_000m;
    private const int Hours = 24;
    private const int DaysOfWeek = 7;

    private SortedSequence<int, Ascending<int>> days;
    private SortedSequence<long, Ascending<long>> orderTicks;
    private SortedSequence<DayOrders, ByDay> orderDays;
    private HourCounts hours;
    private WeekdayCounts weekdays;

    public long FirstTicks { get; private set; } = long.MaxValue;

    public long LastActTicks { get; private set; } = long.MinValue;

    /// <summary>The newest event that was counted, of any kind: no feature knows of anything later.</summary>
    public long NewestTicks { get; private set; } = long.MinValue;

    public int Acts { get; private set; }

    public int Views { get; private set; }

    public int Adds { get; private set; }

    public int Searches { get; private set; }

    public int Refunds { get; private set; }

    public int PromotionViews { get; private set; }

    public int PromotionClicks { get; private set; }

    public int MailOpens { get; private set; }

    public int MailClicks { get; private set; }

    public int Orders => orderTicks.Count;

    public int ActiveDays => days.Count;

    public long GrossUnits { get; private set; }

    public long RefundedUnits { get; private set; }

    public decimal Gross => GrossUnits / MoneyScale;

    public decimal Refunded => RefundedUnits / MoneyScale;

    /// <summary>Moments of the orders, in order of time.</summary>
    public ReadOnlySpan<long> OrderTicks => orderTicks.Items;

    /// <summary>Money in ten-thousandths, rounded as the log rounds it.</summary>
    public static long UnitsOf(decimal money) => decimal.ToInt64(decimal.Round(money, 4, MidpointRounding.AwayFromZero) * MoneyScale);

    /// <summary>What an order or a refund comes to: what was told, else what its lines come to.</summary>
    public static decimal RevenueOf(decimal? told, IReadOnlyList<LineItem> lines) => told ?? lines.Sum(line => line.Quantity * (line.UnitPrice ?? 0m));

    /// <summary>Counts one act.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="ticks">Its moment in UTC.</param>
    /// <param name="local">The same in the shop's zone.</param>
    /// <param name="units">Money of an order or a refund in ten-thousandths.</param>
    public void Apply(InteractionKind kind, long ticks, long local, long units)
    {
        FirstTicks = Math.Min(FirstTicks, ticks);
        NewestTicks = Math.Max(NewestTicks, ticks);
        if (OwnActs.Contains(kind))
        {
            Acts++;
            LastActTicks = Math.Max(LastActTicks, ticks);
            long day = local / TimeSpan.TicksPerDay;
            days.FindOrAdd((int)day);
            CountOne(ref hours[(int)(local / TimeSpan.TicksPerHour % Hours)]);
            CountOne(ref weekdays[(int)((day + 1) % DaysOfWeek)]); // day 0 is a Monday
        }

        switch (kind)
        {
            case InteractionKind.OrderCompleted:
                orderTicks.Add(ticks);
                orderDays.FindOrAdd(new DayOrders((int)(local / TimeSpan.TicksPerDay))).Units += units;
                GrossUnits += units;
                break;
            case InteractionKind.OrderRefunded:
                Refunds++;
                RefundedUnits += units;
                break;
            case InteractionKind.ProductViewed:
                Views++;
                break;
            case InteractionKind.ProductAdded:
                Adds++;
                break;
            case InteractionKind.ProductsSearched:
                Searches++;
                break;
            case InteractionKind.PromotionViewed:
                PromotionViews++;
                break;
            case InteractionKind.PromotionClicked:
                PromotionClicks++;
                break;
            case InteractionKind.EmailOpened:
                MailOpens++;
                break;
            case InteractionKind.EmailLinkClicked:
                MailClicks++;
                break;
            default:
                break;
        }
    }

    /// <summary>Takes over everything of another.</summary>
    public void Merge(BehaviourTally other)
    {
        FirstTicks = Math.Min(FirstTicks, other.FirstTicks);
        LastActTicks = Math.Max(LastActTicks, other.LastActTicks);
        NewestTicks = Math.Max(NewestTicks, other.NewestTicks);
        Acts += other.Acts;
        Views += other.Views;
        Adds += other.Adds;
        Searches += other.Searches;
        Refunds += other.Refunds;
        PromotionViews += other.PromotionViews;
        PromotionClicks += other.PromotionClicks;
        MailOpens += other.MailOpens;
        MailClicks += other.MailClicks;
        GrossUnits += other.GrossUnits;
        RefundedUnits += other.RefundedUnits;
        foreach (int day in other.days.Items)
        {
            days.FindOrAdd(day);
        }

        foreach (long order in other.orderTicks.Items)
        {
            orderTicks.Add(order);
        }

        foreach (DayOrders ordered in other.orderDays.Items)
        {
            orderDays.FindOrAdd(new DayOrders(ordered.Day)).Units += ordered.Units;
        }

        for (int hour = 0; hour < Hours; hour++)
        {
            hours[hour] = (ushort)Math.Min(ushort.MaxValue, hours[hour] + other.hours[hour]);
        }

        for (int day = 0; day < DaysOfWeek; day++)
        {
            weekdays[day] = (ushort)Math.Min(ushort.MaxValue, weekdays[day] + other.weekdays[day]);
        }
    }

    /// <summary>The days with orders; null without orders.</summary>
    public OrderDays? FindOrderDays() => orderDays.Count == 0
        ? null
        : new OrderDays(orderDays.Items[0].Day, orderDays.Items[^1].Day, orderDays.Count, (GrossUnits - orderDays.Items[0].Units) / MoneyScale);

    /// <summary>The features that need nothing else.</summary>
    /// <param name="asOf">The moment.</param>
    /// <param name="priceLevel">Mean price percentile of what was touched.</param>
    public CustomerFeatures Compute(DateTimeOffset asOf, double priceLevel)
    {
        double tenure = DaysUntil(asOf, FirstTicks);
        double weeks = Math.Max(1.0, tenure / 7.0);
        double recency = Orders > 0 ? DaysUntil(asOf, OrderTicks[^1]) : tenure;
        double[] gaps = [.. Gaps()];
        double? median = gaps.Length > 0 ? Median(gaps) : null;
        return new CustomerFeatures(
            RecencyDays: recency,
            Orders: Orders,
            Monetary: Gross - Refunded,
            ActiveDays: ActiveDays,
            TenureDays: tenure,
            IdleDays: ActiveDays > 0 ? DaysUntil(asOf, LastActTicks) : tenure,
            ViewsPerWeek: Views / weeks,
            PurchasesPerWeek: Orders / weeks,
            SearchesPerWeek: Searches / weeks,
            AverageOrderValue: Orders > 0 ? decimal.Round(Gross / Orders, 4) : 0m,
            PriceLevel: priceLevel,
            RefundShare: GrossUnits > 0 ? (double)Math.Clamp(Refunded / Gross, 0m, 1m) : 0.0,
            PreferredHour: ActiveDays > 0 ? IndexOfMost(hours) : null,
            PreferredWeekday: ActiveDays > 0 ? (DayOfWeek)IndexOfMost(weekdays) : null)
        {
            Views = Views,
            CartAdds = Adds,
            Searches = Searches,
            Refunds = Refunds,
            CartAddsPerWeek = Adds / weeks,
            MedianOrderGapDays = median,
            MeanOrderGapDays = gaps.Length > 0 ? (OrderTicks[^1] - OrderTicks[0]) / (double)TimeSpan.TicksPerDay / gaps.Length : null,
            NextOrderInDays = median - recency,
            PromotionClickRate = PromotionViews > 0 ? Math.Min(1.0, (double)PromotionClicks / PromotionViews) : 0.0,
            MailOpens = MailOpens,
            MailClicks = MailClicks,
            PreferredChannel = PromotionClicks + MailClicks == 0 ? null : MailClicks > PromotionClicks ? Channel.Email : Channel.OnSite,
        };
    }

    /// <summary>All numbers as one line of text, for comparing two ways of counting.</summary>
    public override string ToString() => string.Join(
        ' ', FirstTicks, LastActTicks, NewestTicks, Acts, Views, Adds, Searches, Refunds, PromotionViews, PromotionClicks, MailOpens, MailClicks, GrossUnits, RefundedUnits,
        string.Join(',', days.Items.ToArray()), string.Join(',', OrderTicks.ToArray()), string.Join(',', ((ReadOnlySpan<ushort>)hours).ToArray()), string.Join(',', ((ReadOnlySpan<ushort>)weekdays).ToArray()));

    private static double DaysUntil(DateTimeOffset asOf, long ticks) => Math.Max(0.0, (asOf.UtcTicks - ticks) / (double)TimeSpan.TicksPerDay);

    private static void CountOne(ref ushort count) => count += count < ushort.MaxValue ? (ushort)1 : (ushort)0;

    private static int IndexOfMost(ReadOnlySpan<ushort> counts)
    {
        int best = 0;
        for (int i = 1; i < counts.Length; i++)
        {
            best = counts[i] > counts[best] ? i : best;
        }

        return best;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        int middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
    }

    private IEnumerable<double> Gaps()
    {
        for (int i = 1; i < Orders; i++)
        {
            yield return (OrderTicks[i] - OrderTicks[i - 1]) / (double)TimeSpan.TicksPerDay;
        }
    }

    private struct DayOrders(int day)
    {
        public readonly int Day = day;

        public long Units { get; set; }
    }

    private readonly struct ByDay : IComparer<DayOrders>
    {
        public int Compare(DayOrders x, DayOrders y) => x.Day.CompareTo(y.Day);
    }

    [InlineArray(Hours)]
    private struct HourCounts
    {
        private ushort first;
    }

    [InlineArray(DaysOfWeek)]
    private struct WeekdayCounts
    {
        private ushort first;
    }
}
