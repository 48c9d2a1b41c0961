using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>The truth of one shop: every record of all five kinds, in the order it was acknowledged.</summary>
/// <remarks>Thread-safe. A read sees everything that was acknowledged before the read began.</remarks>
public interface IEventLog : IAsyncDisposable
{
    /// <summary>Position of the newest acknowledged record; 0 when empty.</summary>
    long Head { get; }

    /// <summary>Stores records durably and once: returning means fsynced, and a record whose <see cref="ILogRecord.Key"/> is there already is counted, not stored.</summary>
    /// <exception cref="MarketLoopException">The disk is full or read-only; nothing of this call was acknowledged. Of more than 5,000 records the first ones may be stored; the same call again stores the rest.</exception>
    ValueTask<AppendReceipt> AppendAsync(IReadOnlyList<ILogRecord> records, CancellationToken cancellationToken);

    /// <summary>Interactions in a range, ordered by (OccurredAt, Source, MessageId), browsers resolved to the customers who signed in on them.</summary>
    /// <remarks>A sign-in that happened at or after the end of the window is not looked at: a reader who stands at an earlier moment must not learn from a later one.</remarks>
    IAsyncEnumerable<Interaction> ReadInteractionsAsync(LogRange range, CancellationToken cancellationToken);

    /// <summary>The open columns of all interactions before a moment, in no particular order, a stretch at a time: for counting over the whole log. Acts of the erased come too, as nobody's.</summary>
    IAsyncEnumerable<InteractionColumns> ReadColumnsAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Whose the numbers of <see cref="InteractionColumns.People"/> are, as known before a moment; several numbers may be one customer, and a number that is missing is nobody's. O(people).</summary>
    Task<IReadOnlyList<KeyValuePair<long, CustomerId>>> ReadPeopleAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Newest interactions of one customer, newest first, all linked browsers included.</summary>
    /// <param name="customer">A known customer or a browser.</param>
    /// <param name="limit">Most rows wanted, 1..1000.</param>
    /// <param name="before">Only what happened before this moment; null for the newest.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<Interaction>> ReadTimelineAsync(CustomerId customer, int limit, DateTimeOffset? before, CancellationToken cancellationToken);

    /// <summary>Records of one of the other four kinds (<see cref="CustomerInsight"/>, <see cref="Treatment"/>, <see cref="Delivery"/>, <see cref="Outcome"/>) in a range, in log order.</summary>
    IAsyncEnumerable<TRecord> ReadAsync<TRecord>(LogRange range, CancellationToken cancellationToken)
        where TRecord : class, ILogRecord;

    /// <summary>The known customer who signed in on this browser, or the customer itself.</summary>
    ValueTask<CustomerId> ResolveAsync(CustomerId customer, CancellationToken cancellationToken);

    /// <summary>The newest records of one of the other four kinds, newest first by (log position).</summary>
    /// <param name="before">Only records before this log position; <see cref="long.MaxValue"/> for the newest of all.</param>
    /// <param name="limit">Most rows wanted, 1..1000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<LoggedRecord<TRecord>>> ReadNewestAsync<TRecord>(long before, int limit, CancellationToken cancellationToken)
        where TRecord : class, ILogRecord;

    /// <summary>Interactions by day (UTC) and kind within a window, in order of both; days without any are left out.</summary>
    Task<IReadOnlyList<DayCount>> CountByDayAsync(TimeWindow window, CancellationToken cancellationToken);

    /// <summary>Counts, first and last event, bytes on disk.</summary>
    Task<LogStatus> GetStatusAsync(CancellationToken cancellationToken);

    /// <summary>Writes everything a training needs to a folder: interactions before <paramref name="asOf"/>, treatments, deliveries and outcomes. <see cref="TrainingSnapshot"/> reads it.</summary>
    Task ExportSnapshotAsync(string folder, DateTimeOffset asOf, CancellationToken cancellationToken);
}

/// <summary>Part of the log: positions (After, Through] whose event time lies in the window.</summary>
public sealed record LogRange(long After, long Through, TimeWindow Window)
{
    /// <summary>The whole log.</summary>
    public static LogRange Everything { get; } = new(0, long.MaxValue, TimeWindow.Everything);

    /// <summary>All that happened before a moment.</summary>
    public static LogRange Before(DateTimeOffset moment) => new(0, long.MaxValue, TimeWindow.Before(moment));

    /// <summary>All that happened in a window.</summary>
    public static LogRange During(TimeWindow window) => new(0, long.MaxValue, window);
}

/// <summary>A record with its position in the log.</summary>
public sealed record LoggedRecord<TRecord>(long Position, TRecord Record);

/// <summary>Interactions of one kind on one day (UTC).</summary>
public sealed record DayCount(DateOnly Day, InteractionKind Kind, long Count);

/// <summary>Answer to an append.</summary>
/// <param name="Stored">Records stored by this call.</param>
/// <param name="Duplicates">Records that were in the log already (or twice in this call), or that belong to an erased person and came from before the erasure: not stored, and right so.</param>
/// <param name="LastPosition">Log position after the call.</param>
public sealed record AppendReceipt(int Stored, int Duplicates, long LastPosition);

/// <summary>State of the log in numbers.</summary>
/// <param name="Events">Interactions stored.</param>
/// <param name="ByType">Interactions by event name.</param>
/// <param name="BySource">Interactions by source.</param>
/// <param name="First">Event time of the first; null when empty.</param>
/// <param name="Last">Event time of the last; null when empty.</param>
/// <param name="Records">All records by kind: interaction, insight, treatment, delivery, outcome.</param>
/// <param name="BytesOnDisk">Bytes of the whole data folder.</param>
public sealed record LogStatus(
    long Events,
    IReadOnlyDictionary<string, long> ByType,
    IReadOnlyDictionary<string, long> BySource,
    DateTimeOffset? First,
    DateTimeOffset? Last,
    IReadOnlyDictionary<string, long> Records,
    long BytesOnDisk)
{
    /// <summary>How far back duplicates are found; null when the log does not tell.</summary>
    public DuplicateWindow? Duplicates { get; init; }
}

/// <summary>How duplicates are found: by source and message id, exactly, against everything the log ever took in.</summary>
/// <param name="Window">How long an id is remembered: <c>unlimited</c>, or a span such as <c>7 days</c>.</param>
/// <param name="Keys">Ids that are known, of all kinds of record.</param>
/// <param name="MemoryBytes">What knowing them takes in memory.</param>
public sealed record DuplicateWindow(string Window, long Keys, long MemoryBytes);
