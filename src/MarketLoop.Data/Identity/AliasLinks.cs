using MarketLoop.Domain;

namespace MarketLoop.Data.Identity;

/// <summary>Which id took the place of which, as <c>alias</c> calls told: for each previous id the earliest one counts. Guarded by its <see cref="IdentityGraph"/>.</summary>
/// <remarks>A previous id that ever came as the user id of another call belongs to somebody who signed in: its alias joins nothing and is a proposal to the owner.
/// A user id that only alias calls named is a step on the way and passes its history on.</remarks>
internal sealed class AliasLinks
{
    private readonly Dictionary<string, AliasLink> byPrevious = new(StringComparer.Ordinal);
    private readonly Dictionary<CustomerId, HashSet<string>> byTarget = [];
    private readonly HashSet<string> signedIn = new(StringComparer.Ordinal);
    private readonly HashSet<string> steps = new(StringComparer.Ordinal);

    /// <summary>True when there is nothing.</summary>
    public bool IsEmpty => byPrevious.Count == 0 && steps.Count == 0;

    /// <summary>True when a user id may lead on to another one.</summary>
    public bool HasSteps => steps.Count > 0;

    /// <summary>All links that count.</summary>
    public IReadOnlyCollection<AliasLink> Links => byPrevious.Values;

    /// <summary>Aliases whose previous id belongs to somebody who signed in.</summary>
    public IEnumerable<AliasLink> Proposals => signedIn.Select(previous => byPrevious[previous]);

    /// <summary>Takes a link into account. True when this very link is now (or was already) the one that counts.</summary>
    public bool Observe(AliasLink link, bool isSignedIn)
    {
        if (byPrevious.TryGetValue(link.Previous, out AliasLink? present))
        {
            int order = link.OrderAgainst(present);
            if (order >= 0)
            {
                return order == 0;
            }

            byTarget[present.Target].Remove(link.Previous);
        }

        byPrevious[link.Previous] = link;
        if (!byTarget.TryGetValue(link.Target, out HashSet<string>? previous))
        {
            byTarget[link.Target] = previous = new HashSet<string>(StringComparer.Ordinal);
        }

        previous.Add(link.Previous);
        if (isSignedIn)
        {
            signedIn.Add(link.Previous);
        }

        return true;
    }

    /// <summary>The link of an id that counts before a moment; null when there is none or its owner signed in.</summary>
    public AliasLink? Find(string previous, long beforeTicks) =>
        byPrevious.TryGetValue(previous, out AliasLink? link) && link.Ticks < beforeTicks && !signedIn.Contains(previous) ? link : null;

    /// <summary>True when only alias calls named this user id.</summary>
    public bool IsStep(string user) => steps.Contains(user);

    /// <summary>Ids whose place this customer took.</summary>
    public IReadOnlyCollection<string> To(CustomerId target) => byTarget.TryGetValue(target, out HashSet<string>? previous) ? previous : [];

    /// <summary>Notes a user id that came first in an alias call.</summary>
    public void AddStep(string user) => steps.Add(user);

    /// <summary>True when it matters that this user id came in another call than alias.</summary>
    public bool MattersWhetherSignedIn(string user) => steps.Contains(user) || (byPrevious.ContainsKey(user) && !signedIn.Contains(user));

    /// <summary>Notes that a user id came in another call than alias.</summary>
    public void NoteSignedIn(string user)
    {
        steps.Remove(user);
        if (byPrevious.ContainsKey(user))
        {
            signedIn.Add(user);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        byPrevious.Clear();
        byTarget.Clear();
        signedIn.Clear();
        steps.Clear();
    }
}

/// <summary>An id whose history belongs to another one from a moment on.</summary>
internal sealed record AliasLink(string Previous, CustomerId Target, long Ticks, string MessageId)
{
    /// <summary>Below zero when this link came first; zero when it is the same.</summary>
    public int OrderAgainst(AliasLink other)
    {
        int order = Ticks.CompareTo(other.Ticks);
        order = order != 0 ? order : string.CompareOrdinal(MessageId, other.MessageId);
        return order != 0 ? order : string.CompareOrdinal(Target.ToString(), other.Target.ToString());
    }
}
