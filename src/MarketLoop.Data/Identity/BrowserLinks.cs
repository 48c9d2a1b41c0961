using Dapper;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.EventLog;

/// <summary>Which user a browser belongs to: the one whose id came together with it first, by event time, then message id. Thread-safe.</summary>
/// <remarks>The earliest wins whatever the order of arrival, so the table is the same for every order of the same events, and the same after a restart.</remarks>
internal sealed class BrowserLinks
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, BrowserLink> byBrowser = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> byUser = new(StringComparer.Ordinal);

    /// <summary>The link that an interaction would make; null when it carries only one of the ids.</summary>
    public static BrowserLink? From(Interaction interaction) =>
        string.IsNullOrWhiteSpace(interaction.UserId) || string.IsNullOrWhiteSpace(interaction.AnonymousId)
            ? null
            : new BrowserLink(interaction.AnonymousId, interaction.UserId, interaction.OccurredAt.UtcTicks, interaction.MessageId);

    /// <summary>Takes a link into account. True when this very link is now (or was already) the one that counts.</summary>
    public bool Observe(BrowserLink link)
    {
        lock (gate)
        {
            if (byBrowser.TryGetValue(link.Browser, out BrowserLink? present))
            {
                int order = link.OrderAgainst(present);
                if (order >= 0)
                {
                    return order == 0;
                }

                byUser[present.User].Remove(link.Browser);
            }

            byBrowser[link.Browser] = link;
            if (!byUser.TryGetValue(link.User, out SortedSet<string>? browsers))
            {
                byUser[link.User] = browsers = new SortedSet<string>(StringComparer.Ordinal);
            }

            browsers.Add(link.Browser);
            return true;
        }
    }

    /// <summary>The user who signed in on a browser before a moment, or the customer itself.</summary>
    public CustomerId Resolve(CustomerId customer, long beforeTicks = long.MaxValue)
    {
        if (!customer.IsAnonymous)
        {
            return customer;
        }

        lock (gate)
        {
            return byBrowser.TryGetValue(customer.Value, out BrowserLink? link) && link.Ticks < beforeTicks ? CustomerId.Known(link.User) : customer;
        }
    }

    /// <summary>Forgets the links of erased customers.</summary>
    public void Forget(IEnumerable<CustomerId> customers)
    {
        lock (gate)
        {
            foreach (CustomerId customer in customers)
            {
                if (!customer.IsAnonymous && byUser.Remove(customer.Value, out SortedSet<string>? browsers))
                {
                    foreach (string browser in browsers)
                    {
                        byBrowser.Remove(browser);
                    }
                }
                else if (customer.IsAnonymous && byBrowser.Remove(customer.Value, out BrowserLink? link))
                {
                    byUser[link.User].Remove(customer.Value);
                }
            }
        }
    }

    /// <summary>The customer and all its browsers.</summary>
    public IReadOnlyList<CustomerId> ListOf(CustomerId customer)
    {
        CustomerId owner = Resolve(customer);
        lock (gate)
        {
            return !owner.IsAnonymous && byUser.TryGetValue(owner.Value, out SortedSet<string>? browsers)
                ? [owner, .. browsers.Select(CustomerId.Anonymous)]
                : [owner];
        }
    }
}

/// <summary>The links as the shop database keeps them: there they can be overwritten when a customer is erased.</summary>
internal static class LinkTable
{
    /// <summary>Reads all links.</summary>
    public static void Fill(SqliteConnection connection, BrowserLinks links)
    {
        foreach ((string browser, string user, long ticks, string messageId) in connection.Query<(string, string, long, string)>("SELECT browser, user_id, occurred_at, message_id FROM links"))
        {
            links.Observe(new BrowserLink(browser, user, ticks, messageId));
        }
    }

    /// <summary>Writes the links that interactions make and that count, inside the caller's transaction.</summary>
    public static void Project(SqliteConnection connection, SqliteTransaction transaction, IEnumerable<Interaction> interactions, BrowserLinks links)
    {
        foreach (Interaction interaction in interactions)
        {
            if (BrowserLinks.From(interaction) is BrowserLink link && links.Observe(link))
            {
                connection.Execute("INSERT OR REPLACE INTO links VALUES (@Browser, @User, @Ticks, @MessageId)", link, transaction);
            }
        }
    }
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
