namespace MarketLoop.Data.Identity;

/// <summary>Ids that gained more browsers on one day than a person has: a shared till, a default value, a broken page. Guarded by its <see cref="IdentityGraph"/>.</summary>
/// <remarks>Counted are the links that count, by day (UTC) of their event time, so the order of arrival changes nothing. From the start of the first such day on none of the id's
/// browsers belongs to it; those of earlier days stay. Only ids with more browsers than the limit are counted at all.</remarks>
internal sealed class FrozenIds
{
    private readonly Dictionary<string, Dictionary<int, int>> days = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> frozenFrom = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> liftedThrough = new(StringComparer.Ordinal);
    private int limit = IdentityOptions.DefaultBrowsersPerDay;

    /// <summary>The frozen ids and the day from which each is.</summary>
    public IEnumerable<(string User, DateOnly From)> Items => frozenFrom.Select(pair => (pair.Key, DateOnly.FromDayNumber(pair.Value)));

    /// <summary>True when an id with so many browsers can be above the limit.</summary>
    public bool IsWorthCounting(int browsers) => browsers > limit;

    /// <summary>True when a link does not count because its id is frozen.</summary>
    public bool Holds(BrowserLink link) => frozenFrom.Count > 0 && frozenFrom.TryGetValue(link.User, out int from) && DayOf(link) >= from;

    /// <summary>Counts a link that was added to an id; the first time all of them.</summary>
    public void Add(BrowserLink link, Func<IEnumerable<BrowserLink>> all)
    {
        if (!days.TryGetValue(link.User, out Dictionary<int, int>? counts))
        {
            Count(link.User, all());
            return;
        }

        int day = DayOf(link);
        counts[day] = counts.GetValueOrDefault(day) + 1;
        if (counts[day] == limit + 1)
        {
            Settle(link.User);
        }
    }

    /// <summary>Counts a link that an earlier one replaced no more.</summary>
    public void Remove(BrowserLink link)
    {
        if (days.TryGetValue(link.User, out Dictionary<int, int>? counts) && counts.TryGetValue(DayOf(link), out int count))
        {
            counts[DayOf(link)] = count - 1;
            if (count - 1 == limit)
            {
                Settle(link.User);
            }
        }
    }

    /// <summary>Counts all links of an id.</summary>
    public void Count(string user, IEnumerable<BrowserLink> links)
    {
        days[user] = links.CountBy(DayOf).ToDictionary();
        Settle(user);
    }

    /// <summary>Starts anew with another limit; what was lifted stays so.</summary>
    public void Restart(int browsersPerDay)
    {
        limit = browsersPerDay;
        days.Clear();
        frozenFrom.Clear();
    }

    /// <summary>Lets an id have what it gained up to a day; null takes that back.</summary>
    public void Lift(string user, int? throughDay)
    {
        if (throughDay is int day)
        {
            liftedThrough[user] = day;
        }
        else
        {
            liftedThrough.Remove(user);
        }

        Settle(user);
    }

    /// <summary>Forgets an erased id.</summary>
    public void Forget(string user)
    {
        days.Remove(user);
        frozenFrom.Remove(user);
        liftedThrough.Remove(user);
    }

    private static int DayOf(BrowserLink link) => (int)(link.Ticks / TimeSpan.TicksPerDay);

    private void Settle(string user)
    {
        int through = liftedThrough.GetValueOrDefault(user, -1);
        List<int> crowded = days.TryGetValue(user, out Dictionary<int, int>? counts) ? [.. counts.Where(day => day.Value > limit && day.Key > through).Select(day => day.Key)] : [];
        if (crowded.Count > 0)
        {
            frozenFrom[user] = crowded.Min();
        }
        else
        {
            frozenFrom.Remove(user);
        }
    }
}
