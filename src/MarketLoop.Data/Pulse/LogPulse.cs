using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Data.Pulse;

/// <summary>Sends a sign of life the way of every event, into the journal, through the loader, and reads it back from the event database: as long as it arrives, nothing is stalled. Thread-safe.</summary>
/// <remarks>It is never counted as shop data. Elapsed time is taken from the clock's timestamps, so that a wall clock which jumps back neither hides a stall nor invents one.</remarks>
public sealed class LogPulse
{
    /// <summary>How often a beat is due.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    private readonly ShopParts parts;
    private readonly TimeProvider clock;
    private readonly TimeSpan stallAfter;
    private readonly Lock gate = new();
    private long lastArrival;
    private long lastNumber;
    private DateTimeOffset? lastAt;
    private string? trouble;

    /// <summary>Begins to count at once: a log that never answers is red after <paramref name="stallAfter"/>.</summary>
    /// <param name="shop">The opened shop.</param>
    /// <param name="clock">A clock that runs by itself, also when the shop's own is moved by hand.</param>
    /// <param name="stallAfter">How long no beat may arrive.</param>
    public LogPulse(EmbeddedShop shop, TimeProvider clock, TimeSpan stallAfter)
    {
        ArgumentNullException.ThrowIfNull(shop);
        ArgumentNullException.ThrowIfNull(clock);
        parts = shop.Parts;
        this.clock = clock;
        this.stallAfter = stallAfter;
        lastArrival = clock.GetTimestamp();
    }

    /// <summary>How the log is now.</summary>
    public PulseState State
    {
        get
        {
            lock (gate)
            {
                bool isBeating = clock.GetElapsedTime(lastArrival) < stallAfter;
                return new PulseState(isBeating, lastAt, isBeating ? null : trouble ?? "An event that was accepted does not arrive in the event database.");
            }
        }
    }

    /// <summary>Sends one beat and waits until it has arrived. Trouble is noted, not thrown.</summary>
    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        long number;
        lock (gate)
        {
            number = lastNumber = Math.Max(lastNumber + 1, clock.GetUtcNow().UtcTicks);
        }

        try
        {
            AppendReceipt receipt = await parts.Journal.AppendAsync(new JournalBatch([new Heartbeat(number)], parts.KeyHash), cancellationToken);
            await parts.Loader.LoadThroughAsync(receipt.LastPosition, cancellationToken);
            if (parts.Events.ReadLastHeartbeat() != number && Volatile.Read(ref lastNumber) == number)
            {
                throw new MarketLoopException("A sign of life was accepted, but is not in the event database.");
            }

            lock (gate)
            {
                lastArrival = clock.GetTimestamp();
                lastAt = clock.GetUtcNow();
                trouble = null;
            }
        }
        catch (MarketLoopException failure)
        {
            lock (gate)
            {
                trouble = failure.Message;
            }
        }
    }
}

/// <summary>How the log is.</summary>
/// <param name="IsHealthy">True while signs of life arrive.</param>
/// <param name="LastBeatAt">When the last one arrived; null before the first.</param>
/// <param name="Trouble">What is wrong; null when nothing is.</param>
public sealed record PulseState(bool IsHealthy, DateTimeOffset? LastBeatAt, string? Trouble);
