using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>What happened since the portraits were drawn, of all customers, followed along the log: whoever has a portrait needs no read of their own. Thread-safe; one at a time reads on.</summary>
internal sealed class RecentNews(IEventLog log) : IDisposable
{
    private const int MostTouches = 500_000;
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(15);   // an act may arrive after the portraits that it belongs into were drawn
    private readonly SemaphoreSlim gate = new(1, 1);
    private State? current;

    /// <summary>A customer's touches since the portraits' moment; null when too much happened since to be kept, and then the customer's own timeline must be read.</summary>
    /// <param name="customer">The customer, resolved.</param>
    /// <param name="since">The moment that the portraits stand at.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public async ValueTask<RecentTouches?> FindAsync(CustomerId customer, DateTimeOffset since, CancellationToken cancellationToken)
    {
        State? known = Volatile.Read(ref current);
        if (known is null || known.Since != since || known.Through != log.Head)
        {
            known = await ReadOnAsync(since, cancellationToken);
        }

        return known.IsTooMuch ? null : known.TouchesOf(customer);
    }

    /// <summary>Begins anew: acts of the past belong to others now, or are gone.</summary>
    public void Forget() => Volatile.Write(ref current, null);

    /// <inheritdoc />
    public void Dispose() => gate.Dispose();

    private async Task<State> ReadOnAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            State? before = Volatile.Read(ref current);
            long head = log.Head;
            if (before is not null && before.Since == since && before.Through == head)
            {
                return before;
            }

            State state = before is not null && before.Since == since ? before : new State(since);
            if (!state.IsTooMuch)
            {
                LogRange range = new(state.Through, head, new TimeWindow(since - Late, DateTimeOffset.MaxValue));
                await foreach (Interaction act in log.ReadInteractionsAsync(range, cancellationToken))
                {
                    state.Add(act, act.AnonymousId is { Length: > 0 } browser && act.UserId is not null ? await log.ResolveAsync(CustomerId.Anonymous(browser), cancellationToken) : null);
                    if (state.Count > MostTouches)
                    {
                        state.GiveUp();
                        break;
                    }
                }
            }

            state.Through = head;
            Volatile.Write(ref current, state);
            return state;
        }
        finally
        {
            gate.Release();
        }
    }

    private sealed class State(DateTimeOffset since)
    {
        private readonly Lock gate = new();
        private readonly Dictionary<CustomerId, RecentTouches> touches = [];
        private long through;

        public DateTimeOffset Since => since;

        public long Through
        {
            get => Volatile.Read(ref through);
            set => Volatile.Write(ref through, value);
        }

        public int Count { get; private set; }

        public bool IsTooMuch { get; private set; }

        public RecentTouches TouchesOf(CustomerId customer)
        {
            lock (gate)
            {
                return touches.GetValueOrDefault(customer) ?? RecentTouches.None;
            }
        }

        // What a browser did before its sign-in goes over to who signed in.
        public void Add(Interaction act, CustomerId? ownerOfBrowser)
        {
            List<RecentTouch> more = [];
            RecentTouch.Collect(act, more);
            lock (gate)
            {
                Count += more.Count;
                touches[act.Customer] = (touches.GetValueOrDefault(act.Customer) ?? RecentTouches.None).With(more, TouchHistory.MostTouches);
                if (ownerOfBrowser is { IsAnonymous: false } owner && touches.Remove(CustomerId.Anonymous(act.AnonymousId ?? ""), out RecentTouches? moved))
                {
                    touches[owner] = (touches.GetValueOrDefault(owner) ?? RecentTouches.None).With(moved, TouchHistory.MostTouches);
                }
            }
        }

        public void GiveUp()
        {
            lock (gate)
            {
                IsTooMuch = true;
                touches.Clear();
            }
        }
    }
}
