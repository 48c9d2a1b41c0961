namespace MarketLoop.Domain;

/// <summary>A half-open span of time: <paramref name="From"/> is inside, <paramref name="Until"/> is not.</summary>
public readonly record struct TimeWindow(DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>All of time.</summary>
    public static TimeWindow Everything { get; } = new(DateTimeOffset.MinValue, DateTimeOffset.MaxValue);

    /// <summary>All time before <paramref name="until"/>.</summary>
    public static TimeWindow Before(DateTimeOffset until) => new(DateTimeOffset.MinValue, until);

    /// <summary>True when the moment lies inside.</summary>
    public bool Contains(DateTimeOffset moment) => moment >= From && moment < Until;
}
