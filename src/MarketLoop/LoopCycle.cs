using MarketLoop.Analysis;
using MarketLoop.Data.EventLog;
using MarketLoop.Decision.Planning;
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
    /// <param name="readMode">What the owner allows; asked again before each message.</param>
    /// <param name="cancellationToken">Stops between two rooms; what was logged stays, and the next turn goes on from it.</param>
    /// <returns>What each room did, for the report.</returns>
    public async Task<LoopSteps> RunAsync(LogRange news, DateTimeOffset asOf, Func<CancellationToken, ValueTask<LoopMode>> readMode, CancellationToken cancellationToken)
    {
        List<Interaction> answers = [];   // acts that answer a slot, noted as they pass by
        IAsyncEnumerable<Interaction> interactions = NotingAnswersAsync(eventLog.ReadInteractionsAsync(news, cancellationToken), answers);   // 1 Data
        IReadOnlyList<CustomerInsight> insights = await analyst.InterpretAsync(interactions, news.Through, asOf, cancellationToken);    // 2 Analysis
        await eventLog.AppendAsync(insights, cancellationToken);
        Plan plan = await readMode(cancellationToken) == LoopMode.Stopped ? Plan.Nothing : await planner.DecideAsync(insights, asOf, cancellationToken);              // 3 Decision
        IReadOnlyList<Delivery> deliveries = await dispatcher.DeliverAsync(plan.Treatments, readMode, asOf, cancellationToken);   // 4 Execution
        ReceiptCounts receiptCounts = await receipts.ReceiveAsync(answers, cancellationToken);                                          //   and what came back from the slots
        IReadOnlyList<Outcome> outcomes = await assessor.AssessAsync(news, asOf, cancellationToken);                                    // 5 Feedback
        await eventLog.AppendAsync(outcomes, cancellationToken);                                                                        // the loop closes here
        return new LoopSteps(insights, plan, deliveries, receiptCounts.Shown, outcomes);
    }

    private static async IAsyncEnumerable<Interaction> NotingAnswersAsync(IAsyncEnumerable<Interaction> interactions, List<Interaction> answers)
    {
        await foreach (Interaction interaction in interactions)
        {
            if (interaction.TreatmentToken is not null)
            {
                answers.Add(interaction);
            }

            yield return interaction;
        }
    }
}
