namespace MarketLoop;

/// <summary>A clock that stands still until it is told to move: simulations turn days in seconds with it. Thread-safe.</summary>
/// <remarks>Only "now" is manual. Timers and time stamps for measuring stay real, so that nothing waits for a day that nobody turns.</remarks>
public sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private long utcTicks = start.UtcTicks;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref utcTicks), TimeSpan.Zero);

    /// <summary>Moves the clock forward.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The moment lies before now: time does not run backwards.</exception>
    public void MoveTo(DateTimeOffset moment)
    {
        long before;
        do
        {
            before = Volatile.Read(ref utcTicks);
            ArgumentOutOfRangeException.ThrowIfLessThan(moment.UtcTicks, before, nameof(moment));
        }
        while (Interlocked.CompareExchange(ref utcTicks, moment.UtcTicks, before) != before);
    }
}
