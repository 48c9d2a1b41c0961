namespace MarketLoop.Analysis.Journeys;

/// <summary>Which paths are asked for.</summary>
public sealed record PathRequest
{
    /// <summary>Most steps.</summary>
    public const int MostDepth = 10;

    /// <summary>Most events told apart.</summary>
    public const int MostEvents = 15;

    /// <summary>Event from which on visits are followed; null with <see cref="To"/>, or for the beginning of each visit.</summary>
    public string? From { get; init; }

    /// <summary>Event up to which visits are followed backwards; null otherwise.</summary>
    public string? To { get; init; }

    /// <summary>Steps that are followed. Default 4, range 1..10.</summary>
    public int Depth { get; init; } = 4;

    /// <summary>Minutes without an act that end a visit. Default 30, range 1..1440; raising it joins visits.</summary>
    public double GapMinutes { get; init; } = 30;

    /// <summary>Events told apart, the most frequent; the rest are <c>(other)</c>. Default 10, range 1..15.</summary>
    public int Events { get; init; } = 10;

    /// <summary>First moment looked at; null for the beginning.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>End of the time looked at, not inside; null for the end.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Whatever does not hold.</summary>
    public IEnumerable<RequestFault> Faults()
    {
        if (From is not null && To is not null)
        {
            yield return new RequestFault("to", "either from or to");
        }

        if (Depth is < 1 or > MostDepth)
        {
            yield return new RequestFault("depth", $"1 to {MostDepth}");
        }

        if (!(GapMinutes >= 1 && GapMinutes <= 1440))
        {
            yield return new RequestFault("gapMinutes", "1 to 1440");
        }

        if (Events is < 1 or > MostEvents)
        {
            yield return new RequestFault("events", $"1 to {MostEvents}");
        }

        foreach (RequestFault fault in JourneyPeriod.FaultsOf(Since, Until))
        {
            yield return fault;
        }
    }
}

/// <summary>Where visits lead, or where they come from: what a Sankey diagram draws.</summary>
/// <param name="Visits">All visits.</param>
/// <param name="Followed">Visits with the chosen event.</param>
/// <param name="IsBackwards">True when <see cref="PathLink.Step"/> counts backwards from the chosen event.</param>
/// <param name="Links">By step, then by visits, most first. The same event twice in a row is one; <c>(end)</c>, <c>(start)</c> and <c>(other)</c> stand for themselves.</param>
/// <param name="Seconds">Seconds that it took.</param>
public sealed record PathReport(int Visits, int Followed, bool IsBackwards, IReadOnlyList<PathLink> Links, double Seconds);

/// <summary>Visits that go from one event to the next.</summary>
/// <param name="Step">1 for the first step from the chosen event, or the last one to it.</param>
/// <param name="Source">The earlier event.</param>
/// <param name="Target">The later event.</param>
/// <param name="Visits">How many visits.</param>
/// <param name="Share">Their share of the visits that were followed, 0..1.</param>
/// <param name="People">Whose visits they are.</param>
public sealed record PathLink(int Step, string Source, string Target, int Visits, double Share, int People);
