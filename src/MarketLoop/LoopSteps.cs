using MarketLoop.Decision.Planning;
using MarketLoop.Domain;

namespace MarketLoop;

/// <summary>What one walk through the rooms produced.</summary>
public sealed record LoopSteps(
    IReadOnlyList<CustomerInsight> Insights, Plan Plan, IReadOnlyList<Delivery> Deliveries, int SlotsShown, IReadOnlyList<Outcome> Outcomes)
{
    /// <summary>The counts of the report that these steps tell.</summary>
    public TurnReport Summarise(int turn, DateTimeOffset asOf, LoopMode mode) => new()
    {
        Turn = turn,
        AsOf = asOf,
        Mode = mode,
        Interactions = 0,
        NewInteractions = 0,
        Insights = Insights.Count,
        Considered = Plan.Considered,
        Contactable = Plan.Contactable,
        Treatments = Plan.Treatments.Count,
        Refusals = Plan.Refusals,
        Deliveries = CountByStatus(),
        Outcomes = Outcomes.Count,
    };

    private Dictionary<DeliveryStatus, int> CountByStatus()
    {
        SortedDictionary<DeliveryStatus, int> counts = [];
        foreach ((DeliveryStatus status, int count) in Deliveries.CountBy(delivery => delivery.Status))
        {
            counts[status] = count;
        }

        if (SlotsShown > 0)
        {
            counts[DeliveryStatus.Shown] = SlotsShown;
        }

        return new(counts);
    }
}
