using System.Globalization;
using MarketLoop.Domain;
using MarketLoop.Feedback.Attribution;
using MarketLoop.Learning.Statistics;

namespace MarketLoop.Feedback.Lift;

/// <summary>One comparison of the arms over journeys in fixed order. Pure functions.</summary>
internal static class LiftComparison
{
    private const int FewestCustomers = 30;

    /// <summary>Compares customers by their first exposure of a kind.</summary>
    public static LiftRow Compare(IReadOnlyList<CustomerJourney> journeys, Predicate<Exposure> isMeant, TimeSpan attribution, DateTimeOffset until)
    {
        Moments treated = new(), control = new();
        int crossed = 0;
        foreach (CustomerJourney journey in journeys)
        {
            List<Exposure> exposures = journey.Exposures.FindAll(isMeant);
            if (exposures.Count == 0)
            {
                continue;
            }

            if (exposures.Exists(e => e.Arm != exposures[0].Arm))
            {
                crossed++;
                continue;
            }

            (exposures[0].Arm == Arm.Control ? control : treated).Add(journey, exposures, attribution, until);
        }

        LiftFigure revenue = FigureOf(treated.Revenue, control.Revenue);
        return new LiftRow
        {
            Channel = null,
            Placement = null,
            TreatedCustomers = (int)treated.Revenue.Count,
            ControlCustomers = (int)control.Revenue.Count,
            CrossedCustomers = crossed,
            Revenue = revenue,
            Orders = FigureOf(treated.Orders, control.Orders),
            ShownRevenue = FigureOf(treated.ShownRevenue, control.ShownRevenue),
            Clicks = FigureOf(treated.Clicks, control.Clicks),
            Words = InWords(revenue, (int)treated.Revenue.Count, (int)control.Revenue.Count),
        };
    }

    private static LiftFigure FigureOf(SampleMoments treated, SampleMoments control)
    {
        WelchComparison compared = WelchInterval.Compare(treated, control);
        return new LiftFigure(
            treated.Count > 0 ? treated.Mean : null,
            control.Count > 0 ? control.Mean : null,
            compared.Difference,
            compared.Low,
            compared.High,
            compared.Relative,
            compared.RelativeLow,
            compared.RelativeHigh,
            compared.MinimumDetectable,
            compared.MinimumDetectableRelative);
    }

    private static LocalizedText InWords(LiftFigure revenue, int treated, int control)
    {
        if (treated < FewestCustomers || control < FewestCustomers || revenue is not { Difference: { } difference, Low: { } low, High: { } high, SmallestDetectable: { } detectable })
        {
            return new LocalizedText(
                $"Too early to say: {treated} treated and {control} control customers so far.",
                $"数据尚不足以下结论：目前触达组 {treated} 人，对照组 {control} 人。");
        }

        if (revenue.CoversZero)
        {
            return new LocalizedText(
                $"No difference can be shown: between {Signed(low)} and {Signed(high)} per customer. Groups of this size would show {Plain(detectable)} or more.",
                $"尚不能证明有差异：每位顾客相差 {Signed(low)} 至 {Signed(high)}。以目前的规模，{Plain(detectable)} 以上的差异才能被发现。");
        }

        string direction = difference > 0 ? "more" : "less";
        string directionZh = difference > 0 ? "多" : "少";
        (double from, double to) = difference > 0 ? (low, high) : (-high, -low);
        return new LocalizedText(
            $"Treated customers spend {Plain(Math.Abs(difference))} {direction} each (95 % sure: between {Plain(from)} and {Plain(to)}).",
            $"触达组顾客人均{directionZh}消费 {Plain(Math.Abs(difference))}（95% 置信区间：{Plain(from)} 至 {Plain(to)}）。");
    }

    private static string Plain(double amount) => amount.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Signed(double amount) => amount.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);

    private sealed class Moments
    {
        public SampleMoments Revenue { get; private set; }

        public SampleMoments Orders { get; private set; }

        public SampleMoments ShownRevenue { get; private set; }

        public SampleMoments Clicks { get; private set; }

        public void Add(CustomerJourney journey, List<Exposure> exposures, TimeSpan attribution, DateTimeOffset until)
        {
            DateTimeOffset since = exposures.Min(e => e.At);
            HashSet<TreatmentId> ids = [.. exposures.Select(e => e.Treatment)];
            decimal revenue = 0, shown = 0;
            int orders = 0;
            foreach (OrderAct order in journey.Orders.Where(o => o.At >= since && o.At < until))
            {
                decimal net = order.Revenue - LastTouch.RefundsOf(journey, order, until);
                orders++;
                revenue += net;
                decimal ofShown = order.Lines
                    .Where(l => exposures.Exists(e => !e.IsWithheld && e.At <= order.At && order.At - e.At < attribution && e.Items.Contains(l.Product)))
                    .Sum(l => l.Quantity * (l.UnitPrice ?? 0));
                shown += order.Revenue > 0 ? ofShown * net / order.Revenue : 0;
            }

            revenue -= journey.Refunds.Where(r => r.OrderId is null && r.At >= since && r.At < until).Sum(r => r.Amount);
            Revenue = Revenue.With((double)revenue);
            Orders = Orders.With(orders);
            ShownRevenue = ShownRevenue.With((double)shown);
            Clicks = Clicks.With(journey.Clicks.Count(c => c.At < until && ids.Contains(c.Treatment)));
        }
    }
}
