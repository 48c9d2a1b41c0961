using System.Collections.Concurrent;
using System.Collections.Immutable;
using MarketLoop.Domain;

namespace MarketLoop.Data.Intake;

/// <summary>What came in since the program started, for the Connect page and for alarms. Thread-safe, bounded memory.</summary>
public sealed class IntakeActivity
{
    private const int KeysKept = 100;
    private readonly ConcurrentDictionary<SourceId, SourceActivity> sources = new();
    private readonly ConcurrentDictionary<RejectedKey, RejectedKeyActivity> rejectedKeys = new();
    private readonly ConcurrentDictionary<string, long> faults = new(StringComparer.Ordinal);

    /// <summary>Activity by source.</summary>
    public IReadOnlyDictionary<SourceId, SourceActivity> Sources => sources.ToImmutableDictionary();

    /// <summary>Rejected events by code.</summary>
    public IReadOnlyDictionary<string, long> Faults => faults.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Keys that were refused. SDKs drop their events silently then, so the owner must hear of it here.</summary>
    public IReadOnlyDictionary<RejectedKey, RejectedKeyActivity> RejectedKeys => rejectedKeys.ToImmutableDictionary();

    /// <summary>Notes the verdict on one body.</summary>
    public void NoteVerdict(SourceId source, IntakeVerdict verdict, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        int understood = verdict.Accepted + verdict.Duplicates;
        sources.AddOrUpdate(
            source,
            static (_, news) => new SourceActivity(news.Accepted, news.Duplicates, news.Rejected, news.First, news.At),
            static (_, old, news) => new SourceActivity(
                old.Accepted + news.Accepted,
                old.Duplicates + news.Duplicates,
                old.Rejected + news.Rejected,
                old.FirstEventAt ?? news.First,
                news.At),
            (verdict.Accepted, verdict.Duplicates, Rejected: verdict.Rejected.Count, First: understood > 0 ? at : (DateTimeOffset?)null, At: at));
        foreach (EventFault fault in verdict.Rejected)
        {
            faults.AddOrUpdate(fault.Code, 1, static (_, count) => count + 1);
        }
    }

    /// <summary>Notes a request whose key nobody knows.</summary>
    /// <param name="key">The key as it was sent; only its last four characters are kept.</param>
    /// <param name="origin">The page it came from, if the browser told.</param>
    /// <param name="at">When.</param>
    public void NoteRejectedKey(string? key, string? origin, DateTimeOffset at)
    {
        RejectedKey known = new(key is null ? "" : key.Length > 8 ? key[^4..] : "****", origin ?? "");
        if (rejectedKeys.Count >= KeysKept && !rejectedKeys.ContainsKey(known))
        {
            known = new RejectedKey("", "");
        }

        rejectedKeys.AddOrUpdate(
            known,
            static (_, moment) => new RejectedKeyActivity(1, moment, moment),
            static (_, old, moment) => old with { Requests = old.Requests + 1, LastAt = moment },
            at);
    }
}

/// <summary>What came from one source.</summary>
/// <param name="Accepted">Events stored.</param>
/// <param name="Duplicates">Events that were there already.</param>
/// <param name="Rejected">Events not understood.</param>
/// <param name="FirstEventAt">When the first understood event came; null before.</param>
/// <param name="LastRequestAt">When it last sent anything.</param>
public sealed record SourceActivity(long Accepted, long Duplicates, long Rejected, DateTimeOffset? FirstEventAt, DateTimeOffset LastRequestAt);

/// <summary>A refused key, told apart without keeping it.</summary>
/// <param name="LastFour">Its last four characters; empty when no key came at all.</param>
/// <param name="Origin">The page's origin; empty for servers.</param>
public sealed record RejectedKey(string LastFour, string Origin);

/// <summary>How often a refused key came.</summary>
public sealed record RejectedKeyActivity(long Requests, DateTimeOffset FirstAt, DateTimeOffset LastAt);
