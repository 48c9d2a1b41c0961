using MarketLoop.Data.EventLog;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;

namespace MarketLoop;

/// <summary>How far the turns have looked into the log, and what they reported. Thread-safe.</summary>
public sealed class LoopMemory(IEventLog eventLog, IShopStore store, LoopControl control)
{
    /// <summary>Newest position of the log.</summary>
    public long Head => eventLog.Head;

    /// <summary>The owner's switch.</summary>
    public ValueTask<LoopMode> ReadModeAsync(CancellationToken cancellationToken) => control.ReadModeAsync(cancellationToken);

    /// <summary>Position up to which turns have looked.</summary>
    public Task<long> ReadPositionAsync(CancellationToken cancellationToken) => store.ReadTurnPositionAsync(cancellationToken);

    /// <summary>The newest report; null before the first turn.</summary>
    public async Task<TurnReport?> FindLastTurnAsync(CancellationToken cancellationToken) =>
        await store.ListTurnsAsync(1, cancellationToken) is [TurnReport last, ..] ? last : null;

    /// <summary>The part of the log that no turn looked at yet.</summary>
    /// <param name="asOf">Null: everything that arrived, also what a client's clock dated into the near future. A moment: only what happened before it.</param>
    /// <param name="most">Most records to look at; null for all. The rest is news to the next turn.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<LogRange> ReadNewsAsync(DateTimeOffset? asOf, long? most, CancellationToken cancellationToken)
    {
        long after = await ReadPositionAsync(cancellationToken);
        long through = most is { } limit ? Math.Min(eventLog.Head, after + limit) : eventLog.Head;
        return new LogRange(after, through, asOf is { } moment ? TimeWindow.Before(moment) : TimeWindow.Everything);
    }

    /// <summary>Interactions stored in all.</summary>
    public async Task<long> CountInteractionsAsync(CancellationToken cancellationToken) => (await eventLog.GetStatusAsync(cancellationToken)).Events;

    /// <summary>Keeps a turn's report. The position moves on unless the turn looked back to a moment before the newest interaction: what it left out is still news to the next one.</summary>
    public async Task KeepAsync(TurnReport report, LogRange news, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(news);
        LogStatus status = await eventLog.GetStatusAsync(cancellationToken);
        bool isLookingBack = asOf is { } moment && status.Last is { } last && last >= moment;
        await store.AddTurnAsync(report, isLookingBack ? news.After : news.Through, cancellationToken);
    }
}
