using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Features;

/// <summary>What one customer did, in the counts that the open columns of the log give.</summary>
/// <param name="Customer">The customer.</param>
/// <param name="Orders">Orders placed.</param>
/// <param name="Monetary">Net revenue in the shop's currency.</param>
/// <param name="ActiveDays">Distinct days (shop's zone) with any act of the customer's own.</param>
/// <param name="Views">Products looked at.</param>
/// <param name="CartAdds">Products put into the cart.</param>
/// <param name="Searches">Searches.</param>
/// <param name="First">First event.</param>
/// <param name="LastAct">Last act of the customer's own; null without one.</param>
/// <param name="LastOrder">Last order; null without one.</param>
public sealed record CustomerActivity(
    CustomerId Customer, int Orders, decimal Monetary, int ActiveDays, int Views, int CartAdds, int Searches, DateTimeOffset First, DateTimeOffset? LastAct, DateTimeOffset? LastOrder);

/// <summary>Counts all customers' behaviour over the whole log column by column: the same tallies as <see cref="FeatureBook"/> keeps, without a record for each event.</summary>
/// <remarks>What needs sealed or nested parts (visits by session id, products, search terms, coupons) only the book has. O(events); memory O(customers).</remarks>
public static class ActivityScan
{
    /// <summary>All customers as of one moment, in order of their first appearance in the log.</summary>
    /// <param name="log">The log.</param>
    /// <param name="zone">The shop's time zone: days are counted in it.</param>
    /// <param name="asOf">Nothing at or after it is counted.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<IReadOnlyList<CustomerActivity>> ReadAsync(IEventLog log, TimeZoneInfo zone, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        List<CustomerActivity> found = [];
        foreach ((CustomerId customer, BehaviourTally tally) in await TallyAsync(log, zone, asOf, cancellationToken))
        {
            found.Add(new CustomerActivity(
                customer, tally.Orders, tally.Gross - tally.Refunded, tally.ActiveDays, tally.Views, tally.Adds, tally.Searches,
                MomentOf(tally.FirstTicks), tally.Acts > 0 ? MomentOf(tally.LastActTicks) : null, tally.Orders > 0 ? MomentOf(tally.OrderTicks[^1]) : null));
        }

        return found;
    }

    /// <summary>The tallies themselves.</summary>
    internal static async Task<IReadOnlyList<(CustomerId Customer, BehaviourTally Tally)>> TallyAsync(
        IEventLog log, TimeZoneInfo zone, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(zone);
        ZoneClock clock = new(zone);
        BehaviourTally?[] byNumber = [];
        await foreach (InteractionColumns stretch in log.ReadColumnsAsync(asOf, cancellationToken))
        {
            Count(stretch, clock, ref byNumber);
        }

        List<(CustomerId, BehaviourTally)> tallies = [];
        Dictionary<CustomerId, BehaviourTally> byCustomer = [];
        foreach ((long number, CustomerId customer) in await log.ReadPeopleAsync(asOf, cancellationToken))
        {
            if (number >= byNumber.Length || byNumber[number] is not { } tally)
            {
                continue;
            }

            if (byCustomer.TryAdd(customer, tally))
            {
                tallies.Add((customer, tally));
            }
            else
            {
                byCustomer[customer].Merge(tally);
            }
        }

        return tallies;
    }

    // Numbers are given one after the other, so an array takes the place of a table of hashes.
    private static void Count(InteractionColumns stretch, ZoneClock clock, ref BehaviourTally?[] byNumber)
    {
        ReadOnlySpan<long> people = stretch.People;
        ReadOnlySpan<InteractionKind> kinds = stretch.Kinds;
        ReadOnlySpan<long> ticks = stretch.Ticks;
        ReadOnlySpan<long> units = stretch.Units;
        for (int i = 0; i < people.Length; i++)
        {
            long person = people[i];
            if (person >= byNumber.Length)
            {
                Array.Resize(ref byNumber, checked((int)Math.Max(person + 1, byNumber.Length * 2L)));
            }

            (byNumber[person] ??= new BehaviourTally()).Apply(kinds[i], ticks[i], clock.ToLocal(ticks[i]), units[i]);
        }
    }

    private static DateTimeOffset MomentOf(long ticks) => new(ticks, TimeSpan.Zero);
}
