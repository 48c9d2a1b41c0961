using MarketLoop.Domain;

namespace MarketLoop.Data.Identity;

/// <summary>Which user a browser belongs to: the one whose id came together with it first, by event time, then message id. Guarded by its <see cref="IdentityGraph"/>.</summary>
/// <remarks>The earliest wins whatever the order of arrival, so the table is the same for every order of the same events, and the same after a restart.</remarks>
internal sealed class BrowserLinks
{
    private readonly Dictionary<string, BrowserLink> byBrowser = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> byUser = new(StringComparer.Ordinal);

    /// <summary>True when nobody signed in on a browser.</summary>
    public bool IsEmpty => byBrowser.Count == 0;

    /// <summary>Ids that gained too many browsers in a day.</summary>
    public FrozenIds Frozen { get; } = new();

    /// <summary>The link that an interaction would make; null when it carries only one of the ids.</summary>
    public static BrowserLink? From(Interaction interaction) =>
        string.IsNullOrWhiteSpace(interaction.UserId) || string.IsNullOrWhiteSpace(interaction.AnonymousId)
            ? null
            : new BrowserLink(interaction.AnonymousId, interaction.UserId, interaction.OccurredAt.UtcTicks, interaction.MessageId);

    /// <summary>Takes a link into account. True when this very link is now (or was already) the one that counts.</summary>
    public bool Observe(BrowserLink link)
    {
        if (byBrowser.TryGetValue(link.Browser, out BrowserLink? present))
        {
            int order = link.OrderAgainst(present);
            if (order >= 0)
            {
                return order == 0;
            }

            byUser[present.User].Remove(link.Browser);
            Frozen.Remove(present);
        }

        byBrowser[link.Browser] = link;
        if (!byUser.TryGetValue(link.User, out HashSet<string>? browsers))
        {
            byUser[link.User] = browsers = new HashSet<string>(StringComparer.Ordinal);
        }

        browsers.Add(link.Browser);
        if (Frozen.IsWorthCounting(browsers.Count))
        {
            Frozen.Add(link, () => LinksOf(link.User));
        }

        return true;
    }

    /// <summary>The link of a browser that counts before a moment; null when nobody signed in on it by then, or only an id that is frozen.</summary>
    public BrowserLink? Find(string browser, long beforeTicks) =>
        byBrowser.TryGetValue(browser, out BrowserLink? link) && link.Ticks < beforeTicks && !Frozen.Holds(link) ? link : null;

    /// <summary>Browsers on which a user signed in first, also those that a freeze keeps apart.</summary>
    public IReadOnlyCollection<string> Of(string user) => byUser.TryGetValue(user, out HashSet<string>? browsers) ? browsers : [];

    /// <summary>Sets the most browsers that an id may gain in a day and counts anew. O(links).</summary>
    public void Limit(int browsersPerDay)
    {
        Frozen.Restart(browsersPerDay);
        foreach ((string user, HashSet<string> browsers) in byUser)
        {
            if (Frozen.IsWorthCounting(browsers.Count))
            {
                Frozen.Count(user, LinksOf(user));
            }
        }
    }

    /// <summary>Forgets the links of an erased customer.</summary>
    public void Forget(CustomerId customer)
    {
        if (!customer.IsAnonymous)
        {
            Frozen.Forget(customer.Value);
            if (byUser.Remove(customer.Value, out HashSet<string>? browsers))
            {
                foreach (string browser in browsers)
                {
                    byBrowser.Remove(browser);
                }
            }
        }
        else if (byBrowser.Remove(customer.Value, out BrowserLink? link))
        {
            byUser[link.User].Remove(customer.Value);
            Frozen.Remove(link);
        }
    }

    private IEnumerable<BrowserLink> LinksOf(string user) => byUser[user].Select(browser => byBrowser[browser]);
}

/// <summary>A user's id and a browser's id seen together.</summary>
internal sealed record BrowserLink(string Browser, string User, long Ticks, string MessageId)
{
    /// <summary>Below zero when this link came first; zero when it is the same.</summary>
    public int OrderAgainst(BrowserLink other)
    {
        int order = Ticks.CompareTo(other.Ticks);
        order = order != 0 ? order : string.CompareOrdinal(MessageId, other.MessageId);
        return order != 0 ? order : string.CompareOrdinal(User, other.User);
    }
}
