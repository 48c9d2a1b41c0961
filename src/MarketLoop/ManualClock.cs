namespace MarketLoop;

/// <summary>A clock that stands still until it is told to move: simulations turn days in seconds with it. Thread-safe.</summary>
/// <remarks>Only "now" is manual. Timers and time stamps for measuring stay real, so that nothing waits for a day that nobody turns.</remarks>
public sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private Hand hand = new(start.UtcTicks, null);

    /// <summary>True when it goes on by itself, at the pace of the real clock.</summary>
    public bool IsRunning => Volatile.Read(ref hand).RunsSince is not null;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => new(TicksOf(Volatile.Read(ref hand)), TimeSpan.Zero);

    /// <summary>Moves the clock forward.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The moment lies before now: time does not run backwards.</exception>
    public void MoveTo(DateTimeOffset moment)
    {
        Hand before;
        Hand after;
        do
        {
            before = Volatile.Read(ref hand);
            ArgumentOutOfRangeException.ThrowIfLessThan(moment.UtcTicks, TicksOf(before), nameof(moment));
            after = new Hand(moment.UtcTicks, before.RunsSince is null ? null : GetTimestamp());
        }
        while (Interlocked.CompareExchange(ref hand, after, before) != before);
    }

    /// <summary>Lets it run from where it stands: after a simulation, when people come to look, whose acts must not all bear one moment.</summary>
    public void Run()
    {
        Hand before;
        do
        {
            before = Volatile.Read(ref hand);
        }
        while (before.RunsSince is null && Interlocked.CompareExchange(ref hand, before with { RunsSince = GetTimestamp() }, before) != before);
    }

    private long TicksOf(Hand at) => at.RunsSince is { } since ? at.Ticks + GetElapsedTime(since).Ticks : at.Ticks;

    private sealed record Hand(long Ticks, long? RunsSince);
}
