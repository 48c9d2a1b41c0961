using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Recommending;

/// <summary>What each customer did lately, at hand in memory: the last customers that were asked for, loaded from the log on a miss and kept up to date by <see cref="Observe"/>. Thread-safe.</summary>
public sealed class RecentActivity(IEventLog log, IOptions<RecommendingOptions> options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<CustomerId, LinkedListNode<Entry>> entries = [];
    private readonly LinkedList<Entry> byUse = [];
    private readonly Dictionary<string, CustomerId> ownerOf = new(StringComparer.Ordinal);

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

    /// <summary>Takes in interactions that were acknowledged a moment ago. Only customers at hand are touched; the others will be read from the log when asked for.</summary>
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
                if (interaction.Customer.IsAnonymous && ownerOf.TryGetValue(interaction.Customer.Value, out CustomerId owner))
                {
                    AddTo(owner, interaction with { Customer = owner });
                }
            }
        }
    }

    /// <summary>The customer's last touches of products, from at most as many interactions as the options say. Empty for somebody unknown.</summary>
    internal async ValueTask<RecentTouches> FindAsync(CustomerId customer, CancellationToken cancellationToken)
    {
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
        IReadOnlyList<Interaction> history = await log.ReadTimelineAsync(customer, options.Value.RecentInteractions, before: null, cancellationToken);
        List<string> own = await FindOwnBrowsersAsync(customer, history, cancellationToken);
        lock (gate)
        {
            entry.Load(history, options.Value.RecentInteractions);
            own.ForEach(browser => ownerOf[browser] = customer);
            return entry.Newest;
        }
    }

    /// <summary>Forgets erased customers.</summary>
    public void Forget(IReadOnlyList<CustomerId> erased)
    {
        ArgumentNullException.ThrowIfNull(erased);
        lock (gate)
        {
            foreach (CustomerId customer in erased)
            {
                Forget(customer);
            }
        }
    }

    // A browser that two people signed in on belongs to the first: only the log knows.
    private async ValueTask<List<string>> FindOwnBrowsersAsync(CustomerId customer, IReadOnlyList<Interaction> history, CancellationToken cancellationToken)
    {
        List<string> own = [];
        foreach (string browser in history.Where(i => i.UserId is not null).Select(i => i.AnonymousId).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (await log.ResolveAsync(CustomerId.Anonymous(browser), cancellationToken) == customer)
            {
                own.Add(browser);
            }
        }

        return own;
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
        if (entries.TryGetValue(user, out LinkedListNode<Entry>? node) && node.Value.Browsers.Add(browser.Value))
        {
            Forget(user);
        }

        Forget(browser);
    }

    private void Forget(CustomerId customer)
    {
        if (entries.Remove(customer, out LinkedListNode<Entry>? node))
        {
            byUse.Remove(node);
            foreach (string browser in node.Value.Browsers.Where(b => ownerOf.TryGetValue(b, out CustomerId owner) && owner == customer))
            {
                ownerOf.Remove(browser);
            }
        }
    }

    private sealed class Entry(CustomerId customer)
    {
        public CustomerId Customer { get; } = customer;

        public bool IsLoaded { get; private set; }

        public HashSet<string> Browsers { get; } = new(StringComparer.Ordinal);

        public RecentTouches Newest { get; private set; } = RecentTouches.None;

        public void Load(IReadOnlyList<Interaction> history, int limit)
        {
            Merge(history, limit);
            IsLoaded = true;
        }

        public void Add(Interaction interaction, int limit) => Merge([interaction], limit);

        private void Merge(IReadOnlyList<Interaction> more, int limit)
        {
            List<RecentTouch> touches = [];
            foreach (Interaction interaction in more)
            {
                if (interaction.AnonymousId is { Length: > 0 } browser && interaction.UserId is not null)
                {
                    Browsers.Add(browser);
                }

                RecentTouch.Collect(interaction, touches);
            }

            // A new list each time: readers keep the one they got.
            Newest = Newest.With(touches, limit);
        }
    }
}
