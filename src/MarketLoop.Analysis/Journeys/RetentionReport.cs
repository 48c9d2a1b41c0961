namespace MarketLoop.Analysis.Journeys;

/// <summary>How long a period of a retention table is.</summary>
public enum RetentionUnit
{
    /// <summary>Calendar days.</summary>
    Day = 0,

    /// <summary>Weeks from Monday on.</summary>
    Week = 1,

    /// <summary>Calendar months.</summary>
    Month = 2,
}

/// <summary>Which retention table is asked for.</summary>
public sealed record RetentionRequest
{
    /// <summary>Most periods.</summary>
    public const int MostPeriods = 60;

    /// <summary>Length of a period, in the shop's time zone. Default weeks.</summary>
    public RetentionUnit Unit { get; init; } = RetentionUnit.Week;

    /// <summary>The act by which somebody begins: the first one ever counts. Default any act.</summary>
    public string First { get; init; } = "*";

    /// <summary>The act by which somebody returns. Default any act.</summary>
    public string Returning { get; init; } = "*";

    /// <summary>Periods after the first. Default 12, range 1..60.</summary>
    public int Periods { get; init; } = 12;

    /// <summary>Those who began from this moment on; null for all.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of the time looked at, not inside; null for the end.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Whatever does not hold.</summary>
    public IEnumerable<RequestFault> Faults()
    {
        if (!Enum.IsDefined(Unit))
        {
            yield return new RequestFault("unit", "day, week or month");
        }

        foreach ((string field, string act) in (IEnumerable<(string, string)>)[("first", First), ("returning", Returning)])
        {
            if (ActSpec.FaultOf(act) is { } fault)
            {
                yield return new RequestFault(field, fault);
            }
        }

        if (Periods is < 1 or > MostPeriods)
        {
            yield return new RequestFault("periods", $"1 to {MostPeriods}");
        }

        foreach (RequestFault fault in JourneyPeriod.FaultsOf(From, Until))
        {
            yield return fault;
        }
    }
}

/// <summary>Who comes back when.</summary>
/// <param name="Unit">Length of a period.</param>
/// <param name="Cohorts">People by the period in which they began, in order; periods without anybody are left out.</param>
/// <param name="Shares">By periods since the beginning, from 0: the share (0..1) of people who came back then, over all cohorts that have had the time; null for none.</param>
/// <param name="Seconds">Seconds that it took.</param>
public sealed record RetentionReport(RetentionUnit Unit, IReadOnlyList<RetentionCohort> Cohorts, IReadOnlyList<double?> Shares, double Seconds);

/// <summary>People who began in one period.</summary>
/// <param name="Start">First day of the period.</param>
/// <param name="People">How many.</param>
/// <param name="Returned">How many of them came back, by periods since: 0 is the first period, where everybody was. It ends with the period of the last event,
/// which may still be under way.</param>
public sealed record RetentionCohort(DateOnly Start, int People, IReadOnlyList<int> Returned);
