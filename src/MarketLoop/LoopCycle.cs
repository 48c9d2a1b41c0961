using MarketLoop.Analysis;
using MarketLoop.Data.EventLog;
using MarketLoop.Decision;
using MarketLoop.Domain;
using MarketLoop.Execution.Dispatch;
using MarketLoop.Execution.Receipts;
using MarketLoop.Feedback.Attribution;

namespace MarketLoop;

/// <summary>The corridor: one turn walks through the five rooms in this order, and the circle closes in the log. Read this file first.</summary>
public sealed class LoopCycle(
    IEventLog eventLog, Analyst analyst, Planner planner, Dispatcher dispatcher, OnSiteReceipts receipts, Assessor assessor)
{
    /// <summary>Takes what is new in the log through all rooms.</summary>
    /// <param name="news">The part of the log that no turn looked at yet.</param>
    /// <param name="asOf">The moment the turn stands at.</param>
    /// <param name="mode">What the owner allows.</param>
    /// <param name="cancellationToken">Stops between two rooms; what was logged stays, and the next turn goes on from it.</param>
    /// <returns>What each room did, for the report.</returns>
    public async Task<LoopSteps> RunAsync(LogRange news, DateTimeOffset asOf, LoopMode mode, CancellationToken cancellationToken)
    {
        IAsyncEnumerable<Interaction> interactions = eventLog.ReadInteractionsAsync(news, cancellationToken);                          // 1 Data
        IReadOnlyList<CustomerInsight> insights = await analyst.InterpretAsync(interactions, asOf, cancellationToken);                  // 2 Analysis
        await eventLog.AppendAsync(insights, cancellationToken);
        Plan plan = await planner.DecideAsync(insights, asOf, mode, cancellationToken);                                                 // 3 Decision
        IReadOnlyList<Delivery> deliveries = await dispatcher.DeliverAsync(plan.Treatments, asOf, mode, cancellationToken);             // 4 Execution
        IReadOnlyList<Delivery> shown = await receipts.CollectAsync(news, cancellationToken);                                           //   and what came back from the slots
        IReadOnlyList<Outcome> outcomes = await assessor.AssessAsync(news, asOf, cancellationToken);                                    // 5 Feedback
        await eventLog.AppendAsync(outcomes, cancellationToken);                                                                        // the loop closes here
        return new LoopSteps(insights, plan, [.. deliveries, .. shown], outcomes);
    }
}
