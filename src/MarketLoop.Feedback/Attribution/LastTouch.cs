using MarketLoop.Domain;

namespace MarketLoop.Feedback.Attribution;

/// <summary>Gives each order to the last treatment that touched the customer before it. A pure function of a journey.</summary>
/// <remarks>
/// Touches, strongest first: a click on a treatment; then a message sent, or a slot that showed a product of the order.
/// The latest of the strongest kind wins, within the window; a withheld message touches nobody. Beside this credit every treatment has its plain sums over its own window,
/// whoever else touched the customer: those compare arms like with like, credit tells the owner which message did it.
/// </remarks>
internal static class LastTouch
{
    /// <summary>The exposure that each order is credited to, by the order's key; orders that nothing touched are not in it.</summary>
    public static Dictionary<RecordKey, Exposure> CreditsOf(CustomerJourney journey, TimeSpan window)
    {
        Dictionary<RecordKey, Exposure> credits = [];
        foreach (OrderAct order in journey.Orders)
        {
            if (FindCredited(journey, order, window) is { } exposure)
            {
                credits[order.Key] = exposure;
            }
        }

        return credits;
    }

    /// <summary>Measures one exposure as of a moment: sums over its own window, and the credit that last touch leaves to it.</summary>
    public static Figures Measure(
        CustomerJourney journey, Exposure exposure, Dictionary<RecordKey, Exposure> credits, TimeSpan window, DateTimeOffset asOf)
    {
        DateTimeOffset end = exposure.At + window;
        int orders = 0, shown = 0, credited = 0;
        decimal revenue = 0, creditedRevenue = 0;
        foreach (OrderAct order in journey.Orders)
        {
            if (order.At < exposure.At || order.At >= end || order.At >= asOf)
            {
                continue;
            }

            decimal net = order.Revenue - RefundsOf(journey, order, asOf);
            orders++;
            revenue += net;
            shown += exposure.Shows(order.Lines) ? 1 : 0;
            if (credits.GetValueOrDefault(order.Key) == exposure)
            {
                credited++;
                creditedRevenue += net;
            }
        }

        revenue -= journey.Refunds.Where(r => IsUnmatched(r) && r.At >= exposure.At && r.At < end && r.At < asOf).Sum(r => r.Amount);
        int clicks = journey.Clicks.Count(c => c.Treatment == exposure.Treatment && c.At >= exposure.At && c.At < end && c.At < asOf);
        return new Figures(clicks, orders, shown, revenue, credited, creditedRevenue, end <= asOf);
    }

    /// <summary>What of an order was given back before a moment, however long after the order.</summary>
    public static decimal RefundsOf(CustomerJourney journey, OrderAct order, DateTimeOffset asOf) => order.OrderId is null
        ? 0
        : journey.Refunds.Where(r => string.Equals(r.OrderId, order.OrderId, StringComparison.Ordinal) && r.At < asOf).Sum(r => r.Amount);

    private static Exposure? FindCredited(CustomerJourney journey, OrderAct order, TimeSpan window)
    {
        Exposure? best = null;
        DateTimeOffset bestAt = default;
        bool bestIsClick = false;
        foreach (Exposure exposure in journey.Exposures)
        {
            if (exposure.IsWithheld || exposure.At > order.At || order.At - exposure.At >= window)
            {
                continue;
            }

            DateTimeOffset? clickedAt = journey.Clicks
                .Where(c => c.Treatment == exposure.Treatment && c.At <= order.At && c.At >= exposure.At)
                .Select(c => (DateTimeOffset?)c.At)
                .Max();
            if (clickedAt is null && exposure.Channel == Channel.OnSite && !exposure.Shows(order.Lines))
            {
                continue;
            }

            DateTimeOffset at = clickedAt ?? exposure.At;
            if (best is null || IsStronger(clickedAt is not null, at, exposure, bestIsClick, bestAt, best))
            {
                (best, bestAt, bestIsClick) = (exposure, at, clickedAt is not null);
            }
        }

        return best;
    }

    private static bool IsStronger(bool isClick, DateTimeOffset at, Exposure exposure, bool bestIsClick, DateTimeOffset bestAt, Exposure best)
    {
        if (isClick != bestIsClick)
        {
            return isClick;
        }

        return at != bestAt ? at > bestAt : string.CompareOrdinal(exposure.Treatment.Value, best.Treatment.Value) > 0;
    }

    private static bool IsUnmatched(RefundAct refund) => refund.OrderId is null;
}
