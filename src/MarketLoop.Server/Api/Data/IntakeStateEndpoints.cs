using MarketLoop.Data.Intake;
using MarketLoop.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>What comes in, and what is turned away.</summary>
internal static class IntakeStateEndpoints
{
    public static void MapIntakeState(this RouteGroupBuilder data) => data
        .MapGet("/intake", Read)
        .WithSummary("Since the start: sources with their rates, faults by code, refused keys, message ids that came with two contents.");

    private static Ok<IntakeState> Read(IntakeStateReader reader) => TypedResults.Ok(reader.Read());
}

/// <summary>What came in since the program started.</summary>
/// <param name="Sources">By source, busiest first.</param>
/// <param name="Faults">Events turned away, by code.</param>
/// <param name="Flags">Events stored with something worth telling, by code.</param>
/// <param name="RefusedKeys">Keys that were shown and are not known, newest first: whoever uses one loses its events.</param>
/// <param name="Conflicts">Newest message ids that came twice with different contents.</param>
/// <param name="DuplicateWindow">How long a message id is remembered: for ever, as long as its event is in the log.</param>
public sealed record IntakeState(
    IReadOnlyList<SourceState> Sources,
    IReadOnlyDictionary<string, long> Faults,
    IReadOnlyDictionary<string, long> Flags,
    IReadOnlyList<RefusedKey> RefusedKeys,
    IReadOnlyList<MessageConflict> Conflicts,
    string DuplicateWindow);

/// <summary>One source.</summary>
public sealed record SourceState(SourceId Source, long EventsPerMinute, long Accepted, long Duplicates, long Rejected, DateTimeOffset LastRequestAt);

/// <summary>A key that was shown and is not known.</summary>
/// <param name="LastFour">Its last four characters; empty when none was shown.</param>
/// <param name="Origin">The page's origin; empty for servers.</param>
/// <param name="Requests">How often, since the start.</param>
/// <param name="PerMinute">How often within the last minute.</param>
/// <param name="FirstAt">First time.</param>
/// <param name="LastAt">Last time.</param>
public sealed record RefusedKey(string LastFour, string Origin, long Requests, long PerMinute, DateTimeOffset FirstAt, DateTimeOffset LastAt);

/// <summary>Reads <see cref="IntakeState"/> for the API and the dashboard alike.</summary>
internal sealed class IntakeStateReader(SegmentIntake intake, TimeProvider time)
{
    public IntakeState Read()
    {
        IntakeActivity activity = intake.Activity;
        DateTimeOffset now = time.GetUtcNow();
        return new IntakeState(
            [.. activity.Sources
                .Select(pair => new SourceState(pair.Key, pair.Value.Rate.PerMinute(now), pair.Value.Accepted, pair.Value.Duplicates, pair.Value.Rejected, pair.Value.LastRequestAt))
                .OrderByDescending(source => source.EventsPerMinute).ThenBy(source => source.Source.Value, StringComparer.Ordinal)],
            activity.Faults,
            activity.Flags,
            [.. activity.RejectedKeys
                .Select(pair => new RefusedKey(pair.Key.LastFour, pair.Key.Origin, pair.Value.Requests, pair.Value.Rate.PerMinute(now), pair.Value.FirstAt, pair.Value.LastAt))
                .OrderByDescending(key => key.LastAt)],
            activity.Conflicts,
            "unlimited");
    }
}
