using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketLoop.Feedback.Attribution;

/// <summary>The room's door: what came of earlier treatments. Keeps the open windows at hand, tells an outcome whenever a window gained something and once more when it closes. One turn at a time.</summary>
/// <remarks>Follows from the log alone: what was told is read back at the first turn, so a restart tells nothing twice and forgets nothing.</remarks>
public sealed class Assessor(IEventLog log, IOptions<AttributionOptions> options, ILogger<Assessor> logger) : IDisposable
{
    private const int LongestTimeline = 1000;

    // A slot's token lives a day and a message two: a delivery is at most this much younger than its treatment.
    private static readonly TimeSpan LongestHandOver = TimeSpan.FromDays(3);

    // A refund of an older order changes no outcome any more.
    private static readonly TimeSpan OldestRefundedOrder = TimeSpan.FromDays(120);

    private readonly SemaphoreSlim turn = new(1, 1);
    private JourneyBook book = new(log);
    private long position = -1;
    private HashSet<CustomerId> waiting = [];

    private TimeSpan Window => TimeSpan.FromDays(options.Value.WindowDays);

    /// <summary>Measures. The outcomes are not recorded yet: appending them to the log is the caller's last step of the turn.</summary>
    /// <param name="range">What came into the log since the last turn.</param>
    /// <param name="asOf">The moment the turn stands at; nothing at or after it is counted.</param>
    /// <param name="cancellationToken">Cancels; the next turn starts again from the log.</param>
    /// <returns>New and revised outcomes in order of treatment id.</returns>
    public async Task<IReadOnlyList<Outcome>> AssessAsync(LogRange range, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            long through = Math.Min(range.Through, log.Head);
            DateTimeOffset horizon = HorizonOf(asOf);
            List<Interaction> late = [];
            if (position < 0)
            {
                await ReadFirstAsync(range.After, through, horizon, late, cancellationToken);
            }
            else if (through > position)
            {
                LogRange news = new(position, through, TimeWindow.Everything);
                await book.ReadExposuresAsync(news, isWanted: null, cancellationToken);
                await ReadActsAsync(news, horizon, late, cancellationToken);
            }

            position = Math.Max(position, through);
            List<Outcome> outcomes = Tell(asOf);
            outcomes.AddRange(await RevisitAsync(late, horizon, asOf, cancellationToken));
            book.Forget(horizon);
            outcomes.Sort((a, b) => string.CompareOrdinal(a.Treatment.Value, b.Treatment.Value));
            logger.Assessed(outcomes.Count, outcomes.Count(o => o.IsFinal), book.Count);
            return outcomes;
        }
        catch
        {
            book = new JourneyBook(log);
            position = -1;
            waiting = [];
            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => turn.Dispose();

    private DateTimeOffset HorizonOf(DateTimeOffset asOf) => asOf - Window - TimeSpan.FromDays(options.Value.GraceDays);

    private async Task ReadFirstAsync(long after, long through, DateTimeOffset horizon, List<Interaction> late, CancellationToken cancellationToken)
    {
        LogRange recent = new(0, through, new TimeWindow(horizon - LongestHandOver, DateTimeOffset.MaxValue));
        await book.ReadToldAsync(new LogRange(0, long.MaxValue, recent.Window), cancellationToken);
        await book.ReadExposuresAsync(recent, isWanted: null, cancellationToken);
        book.Forget(horizon);
        if (!await HasTreatmentsAsync(through, cancellationToken))
        {
            return; // years of imported history and nothing to measure in it
        }

        await foreach (Interaction interaction in log.ReadInteractionsAsync(recent with { Window = new TimeWindow(horizon, DateTimeOffset.MaxValue) }, cancellationToken))
        {
            await book.AddAsync(interaction, cancellationToken);
        }

        await foreach (Interaction interaction in log.ReadInteractionsAsync(new LogRange(after, through, TimeWindow.Before(horizon)), cancellationToken))
        {
            NoteLate(interaction, late);
        }
    }

    private async Task<bool> HasTreatmentsAsync(long through, CancellationToken cancellationToken)
    {
        await foreach (Treatment _ in log.ReadAsync<Treatment>(new LogRange(0, through, TimeWindow.Everything), cancellationToken))
        {
            return true;
        }

        return false;
    }

    private async Task ReadActsAsync(LogRange range, DateTimeOffset horizon, List<Interaction> late, CancellationToken cancellationToken)
    {
        await foreach (Interaction interaction in log.ReadInteractionsAsync(range, cancellationToken))
        {
            if (interaction.OccurredAt < horizon)
            {
                NoteLate(interaction, late);
                continue;
            }

            await book.AddAsync(interaction, cancellationToken);
            if (interaction is { Kind: InteractionKind.OrderRefunded, OrderId: { } orderId }
                && book.Find(interaction.Customer)?.Orders.Exists(o => string.Equals(o.OrderId, orderId, StringComparison.Ordinal)) is not true)
            {
                late.Add(interaction); // gives back an order whose windows have closed
            }
        }
    }

    private static void NoteLate(Interaction interaction, List<Interaction> late)
    {
        if (interaction.Kind is InteractionKind.OrderCompleted or InteractionKind.OrderRefunded or InteractionKind.PromotionClicked or InteractionKind.EmailLinkClicked)
        {
            late.Add(interaction);
        }
    }

    private List<Outcome> Tell(DateTimeOffset asOf)
    {
        List<Outcome> outcomes = [];
        HashSet<CustomerId> changed = [.. book.Changed, .. waiting];
        HashSet<CustomerId> stillWaiting = [];
        foreach (CustomerId customer in book.Customers)
        {
            if (book.Find(customer) is { } journey
                && (changed.Contains(customer) || journey.Exposures.Exists(e => e.Last is not { IsFinal: true } && e.At + Window <= asOf)))
            {
                outcomes.AddRange(Measure(journey, _ => true, asOf));
                if (journey.Orders.Exists(o => o.At >= asOf) || journey.Refunds.Exists(r => r.At >= asOf) || journey.Clicks.Exists(c => c.At >= asOf))
                {
                    stillWaiting.Add(customer);
                }
            }
        }

        book.Changed.Clear();
        waiting = stillWaiting;
        return outcomes;
    }

    private IEnumerable<Outcome> Measure(CustomerJourney journey, Func<Exposure, bool> isWanted, DateTimeOffset asOf)
    {
        Dictionary<RecordKey, Exposure> credits = LastTouch.CreditsOf(journey, Window);
        foreach (Exposure exposure in journey.Exposures.Where(e => e.At < asOf && isWanted(e)))
        {
            Figures figures = LastTouch.Measure(journey, exposure, credits, Window, asOf);
            if (!figures.IsNewsAfter(exposure.Last))
            {
                continue;
            }

            exposure.Last = figures;
            yield return new Outcome
            {
                Treatment = exposure.Treatment,
                Customer = exposure.Customer,
                Arm = exposure.Arm,
                Channel = exposure.Channel,
                Placement = exposure.Placement,
                DeliveredAt = exposure.At,
                Clicks = figures.Clicks,
                Orders = figures.Orders,
                OrdersOfShownItems = figures.OrdersOfShownItems,
                Revenue = figures.Revenue,
                CreditedOrders = figures.CreditedOrders,
                CreditedRevenue = figures.CreditedRevenue,
                MeasuredAt = asOf,
                IsFinal = figures.IsFinal,
            };
        }
    }

    /// <summary>Measures closed windows again for what came too late: old events, and refunds of old orders.</summary>
    private async Task<List<Outcome>> RevisitAsync(List<Interaction> late, DateTimeOffset horizon, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        if (late.Count == 0)
        {
            return [];
        }

        JourneyBook old = new(log);
        HashSet<CustomerId> customers = [.. late.Select(i => i.Customer)];
        LogRange range = new(0, Math.Max(position, 0), new TimeWindow(late.Min(i => i.OccurredAt) - OldestRefundedOrder, DateTimeOffset.MaxValue));
        await old.ReadToldAsync(range with { Through = long.MaxValue }, cancellationToken);
        await old.ReadExposuresAsync(range, customers.Contains, cancellationToken);
        foreach (CustomerId customer in old.Customers.ToList())
        {
            foreach (Interaction interaction in await log.ReadTimelineAsync(customer, LongestTimeline, before: null, cancellationToken))
            {
                await old.AddAsync(interaction, cancellationToken);
            }
        }

        // What is still at hand was measured above.
        return [.. customers.Select(old.Find).OfType<CustomerJourney>().SelectMany(j => Measure(j, e => e.At < horizon, asOf)).ToList()];
    }
}
