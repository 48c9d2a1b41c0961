using MarketLoop.Domain;

namespace MarketLoop.Analysis.Journeys;

/// <summary>Which funnel is asked for.</summary>
public sealed record FunnelRequest
{
    /// <summary>Most steps.</summary>
    public const int MostSteps = 10;

    /// <summary>The steps in order, 2 to 10: event names, <c>[product=ID]</c> or <c>[category=PATH]</c> may follow.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>Days within which all steps must happen, counted from the first. Default 7, above 0 to 3660; raising it finds more who finish.</summary>
    public double WindowDays { get; init; } = 7;

    /// <summary>Whether each segment is told apart.</summary>
    public bool BySegment { get; init; }

    /// <summary>First moment looked at; null for the beginning.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of the time looked at, not inside; null for the end.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Whatever does not hold.</summary>
    public IEnumerable<RequestFault> Faults()
    {
        if (Steps.Count is < 2 or > MostSteps)
        {
            yield return new RequestFault("steps", $"2 to {MostSteps}");
        }

        foreach (string step in Steps)
        {
            if (ActSpec.FaultOf(step) is { } fault)
            {
                yield return new RequestFault("steps", fault);
            }
        }

        if (!(WindowDays > 0 && WindowDays <= 3_660))
        {
            yield return new RequestFault("windowDays", "above 0, at most 3660");
        }

        foreach (RequestFault fault in JourneyPeriod.FaultsOf(From, Until))
        {
            yield return fault;
        }
    }
}

/// <summary>How far people come.</summary>
/// <param name="WindowDays">Days within which all steps had to happen.</param>
/// <param name="Steps">Everybody.</param>
/// <param name="Segments">By segment, when that was asked for; those without a segment last.</param>
/// <param name="Seconds">Seconds that it took.</param>
public sealed record FunnelReport(double WindowDays, IReadOnlyList<FunnelStep> Steps, IReadOnlyList<FunnelSegment> Segments, double Seconds);

/// <summary>One step of a funnel.</summary>
/// <param name="Name">The step as it was asked for.</param>
/// <param name="People">Who came as far as this step, after the ones before and within the window.</param>
/// <param name="FromPrevious">Their share of those who came to the step before, 0..1, and 1 for the first; null when nobody came there.</param>
/// <param name="FromFirst">Their share of those who began, 0..1; null when nobody did.</param>
/// <param name="MedianSeconds">Median time from the step before, when each first came here; null for the first step, or nobody. Of an even number the lower one.</param>
public sealed record FunnelStep(string Name, int People, double? FromPrevious, double? FromFirst, double? MedianSeconds);

/// <summary>A funnel of one segment.</summary>
/// <param name="Segment">Its name; null for those without one.</param>
/// <param name="Steps">Its steps.</param>
public sealed record FunnelSegment(LocalizedText? Segment, IReadOnlyList<FunnelStep> Steps);
