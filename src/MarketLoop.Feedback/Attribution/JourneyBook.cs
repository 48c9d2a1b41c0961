using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Feedback.Attribution;

/// <summary>Journeys of all customers whose windows may still gain something, read from the log piece by piece. Not thread-safe.</summary>
internal sealed class JourneyBook(IEventLog log)
{
    private readonly Dictionary<CustomerId, CustomerJourney> journeys = [];
    private readonly Dictionary<TreatmentId, Treatment> undelivered = [];
    private readonly Dictionary<TreatmentId, Outcome> told = [];

    /// <summary>Customers whose journeys changed since the last time they were taken.</summary>
    public HashSet<CustomerId> Changed { get; } = [];

    /// <summary>Number of journeys at hand.</summary>
    public int Count => journeys.Count;

    /// <summary>Everybody at hand.</summary>
    public IEnumerable<CustomerId> Customers => journeys.Keys;

    /// <summary>A customer's journey; null when there is none.</summary>
    public CustomerJourney? Find(CustomerId customer) => journeys.GetValueOrDefault(customer);

    /// <summary>Reads outcomes told before, so that nothing is told twice after a restart.</summary>
    public async Task ReadToldAsync(LogRange range, CancellationToken cancellationToken)
    {
        await foreach (Outcome outcome in log.ReadAsync<Outcome>(range, cancellationToken))
        {
            told[outcome.Treatment] = outcome;
        }
    }

    /// <summary>Reads treatments and the deliveries that count.</summary>
    /// <param name="range">Part of the log.</param>
    /// <param name="isWanted">Customers (resolved) that matter; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task ReadExposuresAsync(LogRange range, Func<CustomerId, bool>? isWanted, CancellationToken cancellationToken)
    {
        await foreach (Treatment treatment in log.ReadAsync<Treatment>(range, cancellationToken))
        {
            undelivered[treatment.Id] = treatment;
        }

        await foreach (Delivery delivery in log.ReadAsync<Delivery>(range, cancellationToken))
        {
            if (delivery.Status is DeliveryStatus.Sent or DeliveryStatus.Shown or DeliveryStatus.Withheld
                && undelivered.Remove(delivery.Treatment, out Treatment? treatment))
            {
                CustomerId customer = await log.ResolveAsync(delivery.Customer, cancellationToken);
                if (isWanted is null || isWanted(customer))
                {
                    Exposure exposure = new(treatment, customer, delivery.At)
                    {
                        Last = told.Remove(treatment.Id, out Outcome? outcome) ? Figures.Of(outcome) : null,
                    };
                    JourneyOf(customer).Add(exposure);
                    Changed.Add(customer);
                }
            }
        }
    }

    /// <summary>Takes in one act.</summary>
    public async ValueTask AddAsync(Interaction interaction, CancellationToken cancellationToken)
    {
        if (interaction is { UserId: { Length: > 0 }, AnonymousId: { Length: > 0 } browserId })
        {
            await JoinAsync(CustomerId.Anonymous(browserId), cancellationToken);
        }

        if (interaction.Kind is InteractionKind.OrderCompleted or InteractionKind.OrderRefunded or InteractionKind.PromotionClicked or InteractionKind.EmailLinkClicked
            && JourneyOf(interaction.Customer).Add(interaction))
        {
            Changed.Add(interaction.Customer);
        }
    }

    /// <summary>Forgets what can no longer change.</summary>
    public void Forget(DateTimeOffset before)
    {
        foreach (CustomerId customer in journeys.Where(j => j.Value.Forget(before)).Select(j => j.Key).ToList())
        {
            journeys.Remove(customer);
        }

        foreach (TreatmentId id in undelivered.Values.Where(t => t.ExpiresAt < before).Select(t => t.Id).ToList())
        {
            undelivered.Remove(id);
        }
    }

    private async ValueTask JoinAsync(CustomerId browser, CancellationToken cancellationToken)
    {
        if (!journeys.TryGetValue(browser, out CustomerJourney? journey))
        {
            return;
        }

        CustomerId owner = await log.ResolveAsync(browser, cancellationToken);
        if (owner != browser)
        {
            journeys.Remove(browser);
            JourneyOf(owner).TakeOver(journey);
            Changed.Remove(browser);
            Changed.Add(owner);
        }
    }

    private CustomerJourney JourneyOf(CustomerId customer)
    {
        if (!journeys.TryGetValue(customer, out CustomerJourney? journey))
        {
            journeys[customer] = journey = new CustomerJourney();
        }

        return journey;
    }
}
