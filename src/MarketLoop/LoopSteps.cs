using MarketLoop.Decision;
using MarketLoop.Domain;

namespace MarketLoop;

/// <summary>What one walk through the rooms produced.</summary>
public sealed record LoopSteps(
    IReadOnlyList<CustomerInsight> Insights, Plan Plan, IReadOnlyList<Delivery> Deliveries, IReadOnlyList<Outcome> Outcomes)
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
        Deliveries = Deliveries.CountBy(delivery => delivery.Status).OrderBy(pair => pair.Key).ToDictionary(),
        Outcomes = Outcomes.Count,
    };
}
