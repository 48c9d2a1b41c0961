using MarketLoop.Data.Embedded;
using MarketLoop.Domain;

namespace MarketLoop.Data.Identity;

/// <summary>Whose act an act is: which browser, key or earlier id belongs to which customer. Thread-safe.</summary>
/// <remarks>
/// A lookup at reading time over what events told (browsers, aliases, keys) and what the owner decided (merges); the log is never rewritten. Of facts the earliest event counts, so every
/// order of arrival gives the same customers. Two ids that both signed in meet by the owner's decision only. Without aliases and merges a user costs nothing and a browser one lookup.
/// </remarks>
internal sealed class IdentityGraph
{
    private readonly Lock gate = new();
    private readonly BrowserLinks browsers = new();
    private readonly AliasLinks aliases = new();
    private readonly KeyClaims claims = new();
    private readonly MergeLinks merges = new();
    private readonly IdentityPaths paths;
    private volatile bool movesUsers;
    private volatile bool hasAliases;
    private volatile bool hasMerges;
    private volatile bool hasOnlyBrowsers = true;
    private volatile Action<IReadOnlyList<CustomerId>>[] listeners = [];

    /// <summary>Nobody is known.</summary>
    public IdentityGraph(KeyHash keyHash)
    {
        Keys = new CustomerKeys(keyHash);
        paths = new IdentityPaths(browsers, aliases, claims, merges);
    }

    /// <summary>Reads keys.</summary>
    public CustomerKeys Keys { get; }

    /// <summary>Has somebody told of customers whose acts of the past belong to somebody else.</summary>
    public void TellOfMoves(Action<IReadOnlyList<CustomerId>> moved) => listeners = [.. listeners, moved];

    /// <summary>Tells of them.</summary>
    public void Announce(IReadOnlyList<CustomerId> moved)
    {
        if (moved.Count > 0)
        {
            Array.ForEach(listeners, tell => tell(moved));
        }
    }

    /// <summary>True when there was an alias.</summary>
    public bool HasAliases => hasAliases;

    /// <summary>True when some id belongs to another customer. O(1).</summary>
    public bool JoinsAnybody
    {
        get
        {
            lock (gate)
            {
                return !hasOnlyBrowsers || !browsers.IsEmpty;
            }
        }
    }

    /// <summary>Whose act it is, as known before a moment; a moment of 0 leaves everybody as stored. O(steps), most often one lookup.</summary>
    public CustomerId Resolve(CustomerId customer, long beforeTicks = long.MaxValue)
    {
        if (beforeTicks <= 0 || (!customer.IsAnonymous && !movesUsers))
        {
            return customer;
        }

        lock (gate)
        {
            // Most shops have nothing but browsers, and readers come here for every row.
            return hasOnlyBrowsers
                ? browsers.Find(customer.Value, beforeTicks) is BrowserLink link ? CustomerId.Known(link.User) : customer
                : paths.Follow(customer, beforeTicks);
        }
    }

    /// <summary>The customer and every id that belongs to them, in order of their written form.</summary>
    public IReadOnlyList<CustomerId> ListOf(CustomerId customer)
    {
        lock (gate)
        {
            return paths.ListOf(customer);
        }
    }

    /// <summary>To which of the customers who were merged an id belongs by itself.</summary>
    public CustomerId FirstAmong(CustomerId customer, IReadOnlyList<CustomerId> merged)
    {
        lock (gate)
        {
            return paths.FirstAmong(customer, merged);
        }
    }

    /// <summary>Whose profiles make up a customer's: those who were merged, else the customer alone.</summary>
    public IReadOnlyList<CustomerId> ProfilesOf(CustomerId customer)
    {
        if (!hasMerges)
        {
            return [customer];
        }

        lock (gate)
        {
            CustomerId owner = paths.Follow(customer, long.MaxValue);
            List<CustomerId> merged = [owner];
            for (int i = 0; i < merged.Count; i++)
            {
                merged.AddRange(merges.MergedInto(merged[i]).OrderBy(id => id.ToString(), StringComparer.Ordinal));
            }

            return merged.Count > 1 ? merged : [customer];
        }
    }

    /// <summary>True when a customer was merged into another.</summary>
    public bool IsMergedAway(CustomerId customer)
    {
        if (!hasMerges)
        {
            return false;
        }

        lock (gate)
        {
            return merges.Find(customer) is not null;
        }
    }

    /// <summary>Takes a sign-in on a browser into account. True when this very link counts.</summary>
    public bool Observe(BrowserLink link)
    {
        lock (gate)
        {
            return browsers.Observe(link);
        }
    }

    /// <summary>Takes an alias into account. True when this very link counts.</summary>
    public bool Observe(AliasLink link, bool isSignedIn)
    {
        lock (gate)
        {
            bool counts = aliases.Observe(link, isSignedIn);
            Settle();
            return counts;
        }
    }

    /// <summary>Takes a claim on a key into account; does nothing as long as nobody bought under it.</summary>
    public void Observe(KeyClaim claim)
    {
        lock (gate)
        {
            if (claims.IsUsed(claim.Key))
            {
                claims.Observe(claim);
            }
        }
    }

    /// <summary>True when somebody bought under a key.</summary>
    public bool IsUsed(string key)
    {
        lock (gate)
        {
            return claims.IsUsed(key);
        }
    }

    /// <summary>Notes that somebody bought under a key, and who told it.</summary>
    public void Use(string key, IEnumerable<KeyClaim> told)
    {
        lock (gate)
        {
            claims.Use(key);
            foreach (KeyClaim claim in told)
            {
                claims.Observe(claim);
            }

            Settle();
        }
    }

    /// <summary>Notes a user id that came first in an alias call.</summary>
    public void AddStep(string user)
    {
        lock (gate)
        {
            aliases.AddStep(user);
            Settle();
        }
    }

    /// <summary>True when only alias calls named this user id.</summary>
    public bool IsStep(string user)
    {
        lock (gate)
        {
            return aliases.IsStep(user);
        }
    }

    /// <summary>True when it matters that this user id came in another call than alias. One look at a flag as long as there was no alias.</summary>
    public bool MattersWhetherSignedIn(string user)
    {
        if (!hasAliases)
        {
            return false;
        }

        lock (gate)
        {
            return aliases.MattersWhetherSignedIn(user);
        }
    }

    /// <summary>The same of a customer's written form.</summary>
    public bool MattersWhetherSignedIn(ReadOnlySpan<char> customer) => hasAliases && customer.StartsWith("u:") && MattersWhetherSignedIn(customer[2..].ToString());

    /// <summary>Notes that a user id came in another call than alias.</summary>
    public void NoteSignedIn(string user)
    {
        lock (gate)
        {
            aliases.NoteSignedIn(user);
            Settle();
        }
    }

    /// <summary>Merges a customer into another.</summary>
    public void Merge(CustomerId customer, CustomerId into, long decision)
    {
        lock (gate)
        {
            merges.Set(customer, into, decision);
            Settle();
        }
    }

    /// <summary>Splits what was merged.</summary>
    public void Split(CustomerId customer)
    {
        lock (gate)
        {
            merges.Remove(customer);
            Settle();
        }
    }

    /// <summary>The first decision that leads from a customer to whom they belong; null when none does.</summary>
    public long? FindMerge(CustomerId customer)
    {
        lock (gate)
        {
            return paths.FindMerge(customer);
        }
    }

    /// <summary>Lets a frozen id have the browsers that it gained up to a day; null takes that back.</summary>
    public void Lift(string user, int? throughDay)
    {
        lock (gate)
        {
            browsers.Frozen.Lift(user, throughDay);
        }
    }

    /// <summary>Sets the most browsers that an id may gain in a day. O(links).</summary>
    public void Limit(int browsersPerDay)
    {
        lock (gate)
        {
            browsers.Limit(browsersPerDay);
        }
    }

    /// <summary>Ids that gained too many browsers in a day.</summary>
    public IReadOnlyList<FrozenId> ListFrozen()
    {
        lock (gate)
        {
            return [.. browsers.Frozen.Items.Select(item => new FrozenId(CustomerId.Known(item.User), item.From, browsers.Of(item.User).Count)).OrderBy(item => item.Customer.Value, StringComparer.Ordinal)];
        }
    }

    /// <summary>Aliases that would join two customers who both signed in, as long as nobody joined them.</summary>
    public IReadOnlyList<AliasProposal> ListProposals()
    {
        lock (gate)
        {
            return [.. aliases.Proposals
                .Select(link => new AliasProposal(CustomerId.Known(link.Previous), paths.Follow(link.Target, long.MaxValue), new DateTimeOffset(link.Ticks, TimeSpan.Zero)))
                .Where(proposal => paths.Follow(proposal.Customer, long.MaxValue) != proposal.Other)
                .OrderByDescending(proposal => proposal.At).ThenBy(proposal => proposal.Customer.Value, StringComparer.Ordinal)];
        }
    }

    /// <summary>Aliases that would close a circle and are therefore left out: in each circle the latest.</summary>
    public int CountCircles()
    {
        lock (gate)
        {
            return aliases.Links.Select(link => paths.Walk(CustomerId.Anonymous(link.Previous), long.MaxValue)).Where(walk => walk.IsCircle).Select(walk => walk.End).Distinct().Count();
        }
    }

    /// <summary>Forgets the browsers of erased customers.</summary>
    public void Forget(IEnumerable<CustomerId> customers)
    {
        lock (gate)
        {
            foreach (CustomerId customer in customers)
            {
                browsers.Forget(customer);
            }
        }
    }

    /// <summary>Forgets aliases, keys and merges, to be read anew.</summary>
    public void ClearDecided()
    {
        lock (gate)
        {
            aliases.Clear();
            claims.Clear();
            merges.Clear();
            Settle();
        }
    }

    private void Settle()
    {
        hasMerges = !merges.IsEmpty;
        hasAliases = !aliases.IsEmpty;
        movesUsers = hasMerges || aliases.HasSteps;
        hasOnlyBrowsers = !hasMerges && !hasAliases && claims.IsEmpty;
    }
}

/// <summary>An id that gained more browsers on a day than a person has.</summary>
/// <param name="Customer">The id.</param>
/// <param name="From">The day (UTC) from which on its browsers are kept apart.</param>
/// <param name="Browsers">Browsers on which it signed in first, in all.</param>
public sealed record FrozenId(CustomerId Customer, DateOnly From, int Browsers);

/// <summary>Two customers whom an alias would join, although both signed in.</summary>
/// <param name="Customer">The one whom the alias calls previous.</param>
/// <param name="Other">The one who would take over.</param>
/// <param name="At">When the alias happened.</param>
public sealed record AliasProposal(CustomerId Customer, CustomerId Other, DateTimeOffset At);
