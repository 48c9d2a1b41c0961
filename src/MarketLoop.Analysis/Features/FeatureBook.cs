using MarketLoop.Domain;

namespace MarketLoop.Analysis.Features;

/// <summary>All customers' behaviour up to one moment, kept up to date event by event. Training and serving run this same code.</summary>
/// <remarks>
/// Point-in-time by construction: <see cref="Add"/> accepts any event, but only what happened before <see cref="AsOf"/> is counted; later events wait
/// until <see cref="AdvanceTo"/> passes them. Every tally is an integer, a decimal, a minimum or a maximum, so the order of arrival changes nothing,
/// not even the last bit. A browser's history moves to the customer who signs in on it, at that moment. Whoever else the log joined (aliases, keys, merges) is one from the start:
/// when such a join changes, build a new book. Not thread-safe: one writer owns a book.
/// </remarks>
public sealed class FeatureBook
{
    private readonly ZoneClock clock;
    private readonly IReadOnlySet<CustomerId>? only;
    private readonly BookTexts texts = new();
    private readonly Dictionary<CustomerId, CustomerState> states = [];
    private readonly Dictionary<string, Ownership> owners = new(StringComparer.Ordinal);
    private readonly HashSet<string> signIns = new(StringComparer.Ordinal);
    private readonly Dictionary<CustomerId, CustomerId> joined = [];
    private readonly PriorityQueue<Interaction, Arrival> pending = new(Comparer<Arrival>.Create(Arrival.Compare));
    private HashSet<CustomerId> changed = [];

    /// <summary>An empty book that stands before all time.</summary>
    /// <param name="zone">The shop's time zone: hours, weekdays and days are counted in it.</param>
    /// <param name="only">Customers to keep, as the log resolves them; null for all. Of others only what tells of products is counted: few are then cheap to follow through a long history.</param>
    public FeatureBook(TimeZoneInfo zone, IReadOnlySet<CustomerId>? only = null)
    {
        ArgumentNullException.ThrowIfNull(zone);
        clock = new ZoneClock(zone);
        this.only = only;
    }

    /// <summary>Only what happened before this moment is counted.</summary>
    public DateTimeOffset AsOf { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Customers with any counted event, browsers that nobody signed in on included. O(1).</summary>
    public int Count => states.Count;

    /// <summary>Day number of <see cref="AsOf"/> in the shop's zone; 0 before the first advance.</summary>
    public int Today => LocalDay(AsOf);

    /// <summary>Demand and prices by product, up to <see cref="AsOf"/>.</summary>
    public ProductBook Products { get; } = new();

    /// <summary>True when a late event showed that a browser belongs to another customer than its history was moved to: build a new book from the log.</summary>
    public bool NeedsRebuild { get; private set; }

    /// <summary>All customers in order of their written ids.</summary>
    public IEnumerable<CustomerId> Customers => states.Keys.OrderBy(id => id.ToString(), StringComparer.Ordinal);

    /// <summary>Takes an event; it counts at once when it happened before <see cref="AsOf"/>, else when the book has advanced past it. O(log waiting).</summary>
    public void Add(Interaction interaction)
    {
        Note(interaction);
        if (interaction.OccurredAt < AsOf)
        {
            Tally(interaction);
        }
        else
        {
            pending.Enqueue(interaction, new Arrival(interaction.OccurredAt.UtcTicks, interaction.MessageId));
        }
    }

    /// <summary>Takes note of who signs in with a later event, which is not counted: so a history may be read in two parts.</summary>
    internal void Foresee(Interaction later) => Note(later);

    /// <summary>Moves the book forward: events before <paramref name="moment"/> are counted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The moment lies before <see cref="AsOf"/>: a book does not forget.</exception>
    public void AdvanceTo(DateTimeOffset moment)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(moment, AsOf);
        AsOf = moment;
        while (pending.TryPeek(out Interaction? next, out Arrival arrival) && arrival.Ticks < moment.UtcTicks)
        {
            pending.Dequeue();
            Tally(next);
        }
    }

    /// <summary>The customer a browser's history went to, or the customer itself.</summary>
    public CustomerId Resolve(CustomerId customer)
    {
        CustomerId owner = customer.IsAnonymous && owners.TryGetValue(customer.Value, out Ownership? known) ? CustomerId.Known(known.UserId) : customer;
        return joined.Count > 0 && joined.TryGetValue(owner, out CustomerId whole) ? whole : owner;
    }

    /// <summary>The customer's features as of <see cref="AsOf"/>; null when nothing of the customer is counted yet.</summary>
    /// <param name="customer">The customer; a browser is resolved.</param>
    /// <param name="prices">Price percentiles, see <see cref="ProductBook.PriceScale"/>.</param>
    public CustomerFeatures? Compute(CustomerId customer, PriceScale prices) =>
        states.TryGetValue(Resolve(customer), out CustomerState? state) ? state.Compute(AsOf, prices) : null;

    /// <summary>The days on which the customer ordered; null without orders.</summary>
    public OrderDays? OrderDays(CustomerId customer) => states.TryGetValue(Resolve(customer), out CustomerState? state) ? state.Tally.FindOrderDays() : null;

    /// <summary>Category tags, strongest first; empty when unknown or when no touched product has a category.</summary>
    public IReadOnlyList<Interest> Interests(CustomerId customer, InterestOptions options, Func<ProductId, string?> categoryOf) =>
        states.TryGetValue(Resolve(customer), out CustomerState? state) ? state.Interests(LocalDay(AsOf), options, categoryOf) : [];

    /// <summary>Tags of brands, price bands and search terms, by kind and strongest first; shares below a twentieth are left out, and what is unknown gives none.</summary>
    /// <param name="customer">The customer; a browser is resolved.</param>
    /// <param name="options">How acts are weighed.</param>
    /// <param name="brandOf">Brand of a product; null when unknown.</param>
    /// <param name="prices">Price percentiles, see <see cref="ProductBook.PriceScale"/>.</param>
    public IReadOnlyList<InterestTag> Tags(CustomerId customer, InterestOptions options, Func<ProductId, string?> brandOf, PriceScale prices) =>
        states.TryGetValue(Resolve(customer), out CustomerState? state) ? state.Tags(LocalDay(AsOf), options, brandOf, prices) : [];

    /// <summary>The newest event of the customer that is counted: no feature knows of anything later. Null when nothing is.</summary>
    public DateTimeOffset? SeenUntil(CustomerId customer) =>
        states.TryGetValue(Resolve(customer), out CustomerState? state) ? new DateTimeOffset(state.Tally.NewestTicks, TimeSpan.Zero) : null;

    /// <summary>Products the customer touched, newest first (ties by id); empty when unknown.</summary>
    public IReadOnlyList<ProductTouch> History(CustomerId customer) =>
        FindTouched(customer)?.List() ?? [];

    /// <summary>The same without making the list; null when unknown.</summary>
    internal TouchedProducts? FindTouched(CustomerId customer) =>
        states.TryGetValue(Resolve(customer), out CustomerState? state) ? state.History(LocalDay(AsOf)) : null;

    /// <summary>Customers whose counted events changed since the last call, in order of their written ids.</summary>
    public IReadOnlyList<CustomerId> TakeChanged()
    {
        HashSet<CustomerId> taken = changed;
        changed = [];
        return [.. taken.Where(states.ContainsKey).OrderBy(id => id.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>All customers with their tallies, in no particular order.</summary>
    internal IReadOnlyCollection<KeyValuePair<CustomerId, CustomerState>> States => states;

    /// <summary>Day number of a moment in the shop's zone.</summary>
    internal int DayOf(long utcTicks) => clock.DayOf(utcTicks);

    internal CustomerState? FindState(CustomerId customer) => states.GetValueOrDefault(Resolve(customer));

    private int LocalDay(DateTimeOffset moment) =>
        moment == DateTimeOffset.MinValue ? 0 : clock.DayOf(moment.UtcTicks);

    private void Tally(Interaction interaction)
    {
        long local = clock.ToLocal(interaction.OccurredAt.UtcTicks);
        Products.Apply(interaction, (int)(local / TimeSpan.TicksPerDay));
        if (!IsKept(interaction))
        {
            return;
        }

        Link(interaction);
        CustomerId raw = RawId(interaction);
        CustomerId customer = Resolve(raw.IsAnonymous && !signIns.Contains(raw.Value) ? interaction.Customer : raw);
        if (!states.TryGetValue(customer, out CustomerState? state))
        {
            states.Add(customer, state = new CustomerState(texts));
        }

        state.Apply(interaction, local);
        changed.Add(customer);
    }

    // The log's rule: a browser belongs to the user whose id came with it first, by event time, then message id.
    private void Link(Interaction interaction)
    {
        if (interaction.UserId is not { } user || interaction.AnonymousId is not { } browser)
        {
            return;
        }

        Ownership claim = new(user, new Arrival(interaction.OccurredAt.UtcTicks, interaction.MessageId));
        if (owners.TryGetValue(browser, out Ownership? owner))
        {
            if (claim.IsBefore(owner))
            {
                owners[browser] = claim;
                NeedsRebuild |= !string.Equals(owner.UserId, user, StringComparison.Ordinal);
            }

            return;
        }

        owners.Add(browser, claim);
        if (states.Remove(CustomerId.Anonymous(browser), out CustomerState? browsed))
        {
            CustomerId known = Resolve(CustomerId.Known(user));
            if (states.TryGetValue(known, out CustomerState? state))
            {
                state.Merge(browsed);
            }
            else
            {
                states.Add(known, browsed);
            }
        }
    }

    // Who signs in anywhere is found by the book itself, in time; who was joined in another way only the log tells.
    private void Note(Interaction interaction)
    {
        if (!IsKept(interaction))
        {
            return;
        }

        if (interaction is { UserId: not null, AnonymousId: { } browser })
        {
            signIns.Add(browser);
        }

        CustomerId raw = RawId(interaction);
        if (!raw.IsAnonymous && raw != interaction.Customer)
        {
            joined[raw] = interaction.Customer;
        }
    }

    private bool IsKept(Interaction interaction) => only is null || only.Contains(interaction.Customer);

    /// <summary>Whose an act was at its moment, before the log knew better.</summary>
    internal static CustomerId RawId(Interaction interaction) => interaction switch
    {
        { UserId: { } user } => CustomerId.Known(user),
        { AnonymousId: { } browser } => CustomerId.Anonymous(browser),
        _ => interaction.Customer,
    };

    private readonly record struct Arrival(long Ticks, string MessageId)
    {
        public static int Compare(Arrival a, Arrival b) => a.Ticks != b.Ticks ? a.Ticks.CompareTo(b.Ticks) : string.CompareOrdinal(a.MessageId, b.MessageId);
    }

    private sealed record Ownership(string UserId, Arrival Since)
    {
        public bool IsBefore(Ownership other) => Arrival.Compare(Since, other.Since) < 0;
    }
}
