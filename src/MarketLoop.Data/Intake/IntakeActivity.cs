using System.Collections.Concurrent;
using System.Collections.Immutable;
using MarketLoop.Domain;

namespace MarketLoop.Data.Intake;

/// <summary>What came in since the program started, for the Connect page and for alarms. Thread-safe, bounded memory.</summary>
public sealed class IntakeActivity
{
    private const int KeysKept = 100;
    private const int ConflictsKept = 20;
    private const int LongestOrigin = 200;
    private readonly ConcurrentDictionary<SourceId, SourceActivity> sources = new();
    private readonly ConcurrentDictionary<RejectedKey, RejectedKeyActivity> rejectedKeys = new();
    private readonly ConcurrentDictionary<string, long> faults = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> flags = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<MessageConflict> conflicts = new();

    /// <summary>Activity by source.</summary>
    public IReadOnlyDictionary<SourceId, SourceActivity> Sources => sources.ToImmutableDictionary();

    /// <summary>Rejected events by code.</summary>
    public IReadOnlyDictionary<string, long> Faults => faults.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Stored events with something worth telling, by code.</summary>
    public IReadOnlyDictionary<string, long> Flags => flags.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>The newest message ids that came twice with different contents, oldest first.</summary>
    public IReadOnlyList<MessageConflict> Conflicts => [.. conflicts];

    /// <summary>Keys that were refused. SDKs drop their events silently then, so the owner must hear of it here.</summary>
    public IReadOnlyDictionary<RejectedKey, RejectedKeyActivity> RejectedKeys => rejectedKeys.ToImmutableDictionary();

    /// <summary>Notes the verdict on one body.</summary>
    public void NoteVerdict(SourceId source, IntakeVerdict verdict, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        int understood = verdict.Accepted + verdict.Duplicates;
        sources.AddOrUpdate(
            source,
            static (_, news) => new SourceActivity(news.Accepted, news.Duplicates, news.Rejected, news.First, news.At, default(MinuteRate).Add(news.At, news.Events)),
            static (_, old, news) => new SourceActivity(
                old.Accepted + news.Accepted,
                old.Duplicates + news.Duplicates,
                old.Rejected + news.Rejected,
                old.FirstEventAt ?? news.First,
                news.At,
                old.Rate.Add(news.At, news.Events)),
            (verdict.Accepted, verdict.Duplicates, Rejected: verdict.Rejected.Count, Events: understood + verdict.Rejected.Count, First: understood > 0 ? at : (DateTimeOffset?)null, At: at));
        foreach (EventFault fault in verdict.Rejected)
        {
            faults.AddOrUpdate(fault.Code, 1, static (_, count) => count + 1);
        }

        foreach (EventFault flag in verdict.Flagged)
        {
            flags.AddOrUpdate(flag.Code, 1, static (_, count) => count + 1);
        }
    }

    /// <summary>Notes a message id that came before with another content.</summary>
    public void NoteConflict(SourceId source, string messageId, DateTimeOffset at)
    {
        conflicts.Enqueue(new MessageConflict(source, messageId, at));
        while (conflicts.Count > ConflictsKept)
        {
            conflicts.TryDequeue(out _);
        }
    }

    /// <summary>Notes a request whose key nobody knows.</summary>
    /// <param name="key">The key as it was sent; only its last four characters are kept.</param>
    /// <param name="origin">The page it came from, if the browser told.</param>
    /// <param name="at">When.</param>
    public void NoteRejectedKey(string? key, string? origin, DateTimeOffset at)
    {
        RejectedKey known = new(key is null ? "" : key.Length > 8 ? key[^4..] : "****", origin is null ? "" : origin.Length > LongestOrigin ? origin[..LongestOrigin] : origin);
        if (rejectedKeys.Count >= KeysKept && !rejectedKeys.ContainsKey(known))
        {
            known = new RejectedKey("", "");
        }

        rejectedKeys.AddOrUpdate(
            known,
            static (_, moment) => new RejectedKeyActivity(1, moment, moment, default(MinuteRate).Add(moment, 1)),
            static (_, old, moment) => old with { Requests = old.Requests + 1, LastAt = moment, Rate = old.Rate.Add(moment, 1) },
            at);
    }
}

/// <summary>What came from one source.</summary>
/// <param name="Accepted">Events stored.</param>
/// <param name="Duplicates">Events that were there already.</param>
/// <param name="Rejected">Events not understood.</param>
/// <param name="FirstEventAt">When the first understood event came; null before.</param>
/// <param name="LastRequestAt">When it last sent anything.</param>
/// <param name="Rate">Events of all three kinds by minute.</param>
public sealed record SourceActivity(long Accepted, long Duplicates, long Rejected, DateTimeOffset? FirstEventAt, DateTimeOffset LastRequestAt, MinuteRate Rate);

/// <summary>A message id that came twice with different contents; the first stays.</summary>
public sealed record MessageConflict(SourceId Source, string MessageId, DateTimeOffset At);

/// <summary>A refused key, told apart without keeping it.</summary>
/// <param name="LastFour">Its last four characters; empty when no key came at all.</param>
/// <param name="Origin">The page's origin; empty for servers.</param>
public sealed record RejectedKey(string LastFour, string Origin);

/// <summary>How often a refused key came.</summary>
public sealed record RejectedKeyActivity(long Requests, DateTimeOffset FirstAt, DateTimeOffset LastAt, MinuteRate Rate);

/// <summary>A count by minute in three numbers: the minute, its count, and that of the one before.</summary>
public readonly record struct MinuteRate(long Minute, long Current, long Previous)
{
    /// <summary>The same after some more came.</summary>
    public MinuteRate Add(DateTimeOffset at, long count)
    {
        long minute = at.UtcTicks / TimeSpan.TicksPerMinute;
        return minute == Minute
            ? this with { Current = Current + count }
            : new MinuteRate(minute, count, minute == Minute + 1 ? Current : 0);
    }

    /// <summary>How many came within the last minute; what came in the minute before counts by the part of it that is meant.</summary>
    public long PerMinute(DateTimeOffset now)
    {
        long minute = now.UtcTicks / TimeSpan.TicksPerMinute;
        double gone = now.UtcTicks % TimeSpan.TicksPerMinute / (double)TimeSpan.TicksPerMinute;
        (long current, long previous) = minute == Minute ? (Current, Previous) : minute == Minute + 1 ? (0, Current) : (0, 0);
        return current + (long)Math.Round(previous * (1 - gone));
    }
}
