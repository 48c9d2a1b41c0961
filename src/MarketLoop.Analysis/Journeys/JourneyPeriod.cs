using MarketLoop.Domain;

namespace MarketLoop.Analysis.Journeys;

/// <summary>A field of a request that does not hold.</summary>
/// <param name="Field">The field.</param>
/// <param name="Message">What is allowed.</param>
public readonly record struct RequestFault(string Field, string Message);

/// <summary>The time that a request asks about.</summary>
internal static class JourneyPeriod
{
    public static TimeWindow Of(DateTimeOffset? from, DateTimeOffset? until) => new(from ?? DateTimeOffset.MinValue, until ?? DateTimeOffset.MaxValue);

    public static IEnumerable<RequestFault> FaultsOf(DateTimeOffset? from, DateTimeOffset? until)
    {
        if (from >= until)
        {
            yield return new RequestFault("until", "later than from");
        }
    }
}
