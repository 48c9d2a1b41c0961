using MarketLoop.Domain;

namespace MarketLoop.Data.Identity;

/// <summary>The steps that lead from an id to its customer: decisions before events, of events the earlier. Guarded by its <see cref="IdentityGraph"/>.</summary>
internal sealed class IdentityPaths(BrowserLinks browsers, AliasLinks aliases, KeyClaims claims, MergeLinks merges)
{
    private const int MostHops = 64;

    /// <summary>Whose act an act of a customer is, as known before a moment.</summary>
    public CustomerId Follow(CustomerId customer, long before)
    {
        CustomerId at = customer;
        for (int hops = 0; hops < MostHops; hops++)
        {
            if (Next(at, before) is not IdentityStep step)
            {
                return at;
            }

            at = step.To;
        }

        return Walk(customer, before).End;
    }

    /// <summary>The first of some customers on an id's way; its end when none of them lies there.</summary>
    public CustomerId FirstAmong(CustomerId customer, IReadOnlyList<CustomerId> among)
    {
        CustomerId at = customer;
        for (int hops = 0; hops < MostHops && !among.Contains(at) && Next(at, long.MaxValue) is IdentityStep step; hops++)
        {
            at = step.To;
        }

        return at;
    }

    /// <summary>Where steps end. A circle ends where its latest step would start: that one is left out.</summary>
    public (CustomerId End, bool IsCircle) Walk(CustomerId customer, long before)
    {
        Dictionary<CustomerId, int> seen = [];
        List<(CustomerId From, IdentityStep Step)> path = [];
        CustomerId at = customer;
        while (seen.TryAdd(at, path.Count))
        {
            if (Next(at, before) is not IdentityStep step)
            {
                return (at, false);
            }

            path.Add((at, step));
            at = step.To;
        }

        return (path.Skip(seen[at]).OrderBy(edge => edge.Step.Ticks).ThenBy(edge => edge.Step.MessageId, StringComparer.Ordinal).ThenBy(edge => edge.From.ToString(), StringComparer.Ordinal).Last().From, true);
    }

    /// <summary>The customer and every id that belongs to them, in order of their written form.</summary>
    public IReadOnlyList<CustomerId> ListOf(CustomerId customer)
    {
        CustomerId owner = Follow(customer, long.MaxValue);
        HashSet<CustomerId> found = [owner];
        Queue<CustomerId> open = new(found);
        while (open.TryDequeue(out CustomerId at))
        {
            foreach (CustomerId near in Neighbours(at))
            {
                if (!found.Contains(near) && Follow(near, long.MaxValue) == owner)
                {
                    found.Add(near);
                    open.Enqueue(near);
                }
            }
        }

        found.Remove(owner);
        return [owner, .. found.OrderBy(id => id.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>The first decision that leads from a customer to whom they belong; null when none does.</summary>
    public long? FindMerge(CustomerId customer)
    {
        CustomerId at = customer;
        for (int hops = 0; hops < MostHops; hops++)
        {
            if (merges.DecisionOn(at) is long decision)
            {
                return decision;
            }

            if (Next(at, long.MaxValue) is not IdentityStep step)
            {
                return null;
            }

            at = step.To;
        }

        return null;
    }

    private IdentityStep? Next(CustomerId at, long before)
    {
        if (merges.Find(at) is CustomerId into)
        {
            return new IdentityStep(into, long.MinValue, ""); // a decision never is the step of a circle that is left out
        }

        if (!at.IsAnonymous)
        {
            return aliases.IsStep(at.Value) ? Step(aliases.Find(at.Value, before)) : null;
        }

        if (CustomerKeys.IsKey(at))
        {
            IReadOnlyList<KeyClaim> told = claims.Of(at.Value, before);
            return told.Count == 0 ? Step(aliases.Find(at.Value, before)) : OwnerAmong(told, before);
        }

        IdentityStep? byBrowser = browsers.Find(at.Value, before) is BrowserLink link ? new IdentityStep(CustomerId.Known(link.User), link.Ticks, link.MessageId) : null;
        IdentityStep? byAlias = Step(aliases.Find(at.Value, before));
        return byBrowser is IdentityStep one && byAlias is IdentityStep other ? (one.IsBefore(other) ? one : other) : byBrowser ?? byAlias;
    }

    /// <summary>A key that two people told belongs to neither, unless the owner merged them.</summary>
    private IdentityStep? OwnerAmong(IReadOnlyList<KeyClaim> told, long before)
    {
        CustomerId[] owners = [.. told.Select(claim => Follow(CustomerId.Known(claim.User), before)).Distinct()];
        KeyClaim first = told.MinBy(claim => claim.Ticks) ?? told[0];
        return owners.Length == 1 ? new IdentityStep(owners[0], first.Ticks, first.MessageId) : null;
    }

    private static IdentityStep? Step(AliasLink? link) => link is null ? null : new IdentityStep(link.Target, link.Ticks, link.MessageId);

    /// <summary>Every id from which one step can lead here.</summary>
    private IEnumerable<CustomerId> Neighbours(CustomerId at)
    {
        IEnumerable<CustomerId> known = at.IsAnonymous ? [] : browsers.Of(at.Value).Concat(claims.ToldBy(at.Value)).Select(CustomerId.Anonymous);
        IEnumerable<CustomerId> previous = aliases.To(at).SelectMany(id => aliases.IsStep(id) ? [CustomerId.Anonymous(id), CustomerId.Known(id)] : (CustomerId[])[CustomerId.Anonymous(id)]);
        return [.. known, .. previous, .. merges.MergedInto(at)];
    }

    private readonly record struct IdentityStep(CustomerId To, long Ticks, string MessageId)
    {
        public bool IsBefore(IdentityStep other) => Ticks != other.Ticks ? Ticks < other.Ticks : string.CompareOrdinal(MessageId, other.MessageId) <= 0;
    }
}
