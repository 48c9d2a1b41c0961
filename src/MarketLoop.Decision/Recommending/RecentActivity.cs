using MarketLoop.Analysis;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Recommending;

/// <summary>What each customer touched lately, at hand in memory: the last customers that were asked for, loaded on a miss and kept up to date by <see cref="Observe"/>. Thread-safe.</summary>
/// <remarks>Somebody with a portrait is loaded from <see cref="RecentNews"/>, which costs no read of the log while nothing new came in; somebody without from their own timeline.</remarks>
public sealed class RecentActivity(IEventLog log, Analyst analyst, IOptions<RecommendingOptions> options) : IDisposable
{
    private const int MostUnresolved = 100_000;
    private readonly Lock gate = new();
    private readonly Dictionary<CustomerId, LinkedListNode<Entry>> entries = [];
    private readonly LinkedList<Entry> byUse = [];
    private readonly RecentNews news = new(log);
    private List<Interaction> unresolved = [];

    /// <summary>Customers at hand now.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return entries.Count;
            }
        }
    }

    /// <summary>Takes in interactions that were acknowledged a moment ago. Only customers at hand are touched; the others will be read when asked for.</summary>
    public void Observe(IReadOnlyList<Interaction> interactions)
    {
        lock (gate)
        {
            foreach (Interaction interaction in interactions)
            {
                if (interaction is { UserId: { Length: > 0 } user, AnonymousId: { Length: > 0 } browser })
                {
                    // A sign-in may join two histories: what the browser did so far is read again under the customer's name.
                    JoinOnSignIn(CustomerId.Known(user), CustomerId.Anonymous(browser));
                }

                AddTo(interaction.Customer, interaction);
                if (interaction.Customer.IsAnonymous && interaction.Lines.Count > 0 && entries.Count > 0)
                {
                    Await(interaction);
                }
            }
        }
    }

    /// <summary>The customer's last touches of products. Empty for somebody unknown.</summary>
    /// <param name="customer">The customer, resolved.</param>
    /// <param name="portrait">The customer's portrait; null when there is none.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    internal async ValueTask<RecentTouches> FindAsync(CustomerId customer, CustomerPortrait? portrait, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref unresolved).Count > 0)
        {
            await ResolveAsync(cancellationToken);
        }

        Entry entry;
        lock (gate)
        {
            entry = Touch(customer);
            if (entry.IsLoaded)
            {
                return entry.Newest;
            }
        }

        // Observations that arrive while this read is under way are already in the entry and are merged by key.
        RecentTouches read = await ReadAsync(customer, portrait, cancellationToken);
        lock (gate)
        {
            entry.Load(read, options.Value.RecentInteractions);
            return entry.Newest;
        }
    }

    /// <summary>Forgets customers who were erased, or whose acts belong to others now.</summary>
    public void Forget(IReadOnlyList<CustomerId> gone)
    {
        ArgumentNullException.ThrowIfNull(gone);
        news.Forget();
        lock (gate)
        {
            foreach (CustomerId customer in gone)
            {
                Forget(customer);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => news.Dispose();

    private async ValueTask<RecentTouches> ReadAsync(CustomerId customer, CustomerPortrait? portrait, CancellationToken cancellationToken)
    {
        if (portrait is not null && analyst.AsOf is { } asOf && await news.FindAsync(customer, asOf, cancellationToken) is { } since)
        {
            return since;
        }

        List<RecentTouch> touches = [];
        foreach (Interaction interaction in await log.ReadTimelineAsync(customer, options.Value.RecentInteractions, before: null, cancellationToken))
        {
            RecentTouch.Collect(interaction, touches);
        }

        return RecentTouches.None.With(touches, options.Value.RecentInteractions);
    }

    private async ValueTask ResolveAsync(CancellationToken cancellationToken)
    {
        List<Interaction> taken;
        lock (gate)
        {
            taken = unresolved;
            unresolved = [];
        }

        for (int i = 0; i < taken.Count; i++)
        {
            CustomerId owner = await log.ResolveAsync(taken[i].Customer, CancellationToken.None);   // taken off the list, so it must be finished
            if (owner != taken[i].Customer)
            {
                lock (gate)
                {
                    AddTo(owner, taken[i]);
                }
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    // Whose browser it is, only the log knows: it is asked before the next answer. When nobody asks for long, all are read again rather than kept waiting.
    private void Await(Interaction interaction)
    {
        unresolved.Add(interaction);
        if (unresolved.Count > MostUnresolved)
        {
            unresolved = [];
            entries.Clear();
            byUse.Clear();
        }
    }

    private void AddTo(CustomerId customer, Interaction interaction)
    {
        if (entries.TryGetValue(customer, out LinkedListNode<Entry>? node))
        {
            node.Value.Add(interaction, options.Value.RecentInteractions);
        }
    }

    private Entry Touch(CustomerId customer)
    {
        if (entries.TryGetValue(customer, out LinkedListNode<Entry>? node))
        {
            byUse.Remove(node);
            byUse.AddFirst(node);
            return node.Value;
        }

        LinkedListNode<Entry> added = byUse.AddFirst(new Entry(customer));
        entries[customer] = added;
        while (entries.Count > options.Value.CachedCustomers && byUse.Last is { } oldest)
        {
            Forget(oldest.Value.Customer);
        }

        return added.Value;
    }

    private void JoinOnSignIn(CustomerId user, CustomerId browser)
    {
        if (entries.TryGetValue(user, out LinkedListNode<Entry>? node) && node.Value.Joins(browser.Value))
        {
            LinkedListNode<Entry> anew = new(node.Value.Anew());
            byUse.AddBefore(node, anew);
            byUse.Remove(node);
            entries[user] = anew;
        }

        Forget(browser);
    }

    private void Forget(CustomerId customer)
    {
        if (entries.Remove(customer, out LinkedListNode<Entry>? node))
        {
            byUse.Remove(node);
        }
    }

    private sealed class Entry(CustomerId customer)
    {
        private HashSet<string>? browsers;

        public CustomerId Customer { get; } = customer;

        public bool IsLoaded { get; private set; }

        public RecentTouches Newest { get; private set; } = RecentTouches.None;

        public void Load(RecentTouches read, int limit)
        {
            Newest = Newest.With(read, limit);
            IsLoaded = true;
        }

        public void Add(Interaction interaction, int limit)
        {
            List<RecentTouch> touches = [];
            RecentTouch.Collect(interaction, touches);
            Newest = Newest.With(touches, limit);   // a new one each time: readers keep the one they got
        }

        /// <summary>True at the first sight of a browser beside this customer.</summary>
        public bool Joins(string browser) => (browsers ??= new HashSet<string>(StringComparer.Ordinal)).Add(browser);

        /// <summary>Not loaded, but with the browsers that are known: they join nothing again.</summary>
        public Entry Anew() => new(Customer) { browsers = browsers };
    }
}
