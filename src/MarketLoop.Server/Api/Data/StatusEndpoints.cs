using MarketLoop.Data.EventLog;
using MarketLoop.Data.Pulse;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>What lies in the folder, in numbers.</summary>
internal static class StatusEndpoints
{
    public static void MapStatus(this RouteGroupBuilder data) => data
        .MapGet("/status", ReadAsync)
        .WithSummary("Counts of events by type and source, first and last event, bytes on disk.");

    private static async Task<Ok<DataStatus>> ReadAsync(DataStatusReader reader, CancellationToken cancellationToken) =>
        TypedResults.Ok(await reader.ReadAsync(cancellationToken));
}

/// <summary>State of the data room.</summary>
/// <param name="Events">Interactions stored.</param>
/// <param name="First">Event time of the first; null when empty.</param>
/// <param name="Last">Event time of the last; null when empty.</param>
/// <param name="Quarantined">Events that were refused and wait to be looked at; those replayed or discarded no longer count.</param>
/// <param name="BytesOnDisk">Bytes of the whole data folder.</param>
/// <param name="Records">All records by kind.</param>
public sealed record DataStatus(
    EventCounts Events,
    DateTimeOffset? First,
    DateTimeOffset? Last,
    long Quarantined,
    long BytesOnDisk,
    IReadOnlyDictionary<string, long> Records)
{
    /// <summary>How far back duplicates are found.</summary>
    public DuplicateWindow? Duplicates { get; init; }

    /// <summary>How the log is; null when no server watches it.</summary>
    public PulseState? Pulse { get; init; }
}

/// <summary>Interactions in all, by event name and by source.</summary>
public sealed record EventCounts(long Total, IReadOnlyDictionary<string, long> ByType, IReadOnlyDictionary<string, long> BySource);

/// <summary>Reads <see cref="DataStatus"/> for the API and the dashboard alike.</summary>
internal sealed class DataStatusReader(IEventLog log, Hosting.OpenedRooms rooms, LogPulse pulse)
{
    public async Task<DataStatus> ReadAsync(CancellationToken cancellationToken)
    {
        LogStatus status = await log.GetStatusAsync(cancellationToken);
        long quarantined = await rooms.CountQuarantinedAsync(cancellationToken);
        return new DataStatus(new EventCounts(status.Events, status.ByType, status.BySource), status.First, status.Last, quarantined, status.BytesOnDisk, status.Records) { Duplicates = status.Duplicates, Pulse = pulse.State };
    }
}
