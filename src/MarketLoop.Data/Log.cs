using Microsoft.Extensions.Logging;

namespace MarketLoop.Data;

/// <summary>Messages of room 1. No personal data.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Information, "Data folder {Folder} opened: {Records} records, {Replayed} replayed from the journal")]
    public static partial void FolderOpened(ILogger logger, string folder, long records, long replayed);

    [LoggerMessage(1002, LogLevel.Warning, "The last {Bytes} bytes of journal segment {Segment} are an unfinished write that nobody was told of; cut off")]
    public static partial void JournalTailCut(ILogger logger, string segment, long bytes);

    [LoggerMessage(1003, LogLevel.Error, "Writing the journal failed; nothing of this group was acknowledged")]
    public static partial void JournalWriteFailed(ILogger logger, Exception failure);

    [LoggerMessage(1004, LogLevel.Error, "Loading the journal into the event database failed; it will be tried again")]
    public static partial void LoadFailed(ILogger logger, Exception failure);

    [LoggerMessage(1005, LogLevel.Warning, "The event database's write-ahead log is damaged; dropped, its records come again from the journal")]
    public static partial void WriteAheadLogDropped(ILogger logger, Exception failure);

    [LoggerMessage(1006, LogLevel.Debug, "Checkpoint at position {Position}; {Segments} journal segments deleted")]
    public static partial void Checkpointed(ILogger logger, long position, int segments);

    [LoggerMessage(1008, LogLevel.Debug, "{Rows} interactions sorted into history")]
    public static partial void HistorySorted(ILogger logger, long rows);

    [LoggerMessage(1009, LogLevel.Warning, "Sorting history failed; it will be tried again")]
    public static partial void SortFailed(ILogger logger, Exception failure);

    [LoggerMessage(1010, LogLevel.Information, "Upgrading the data folder from format {From} to {To}: copy, verify, switch")]
    public static partial void UpgradeBegun(ILogger logger, int from, int to);

    [LoggerMessage(1011, LogLevel.Information, "Data folder upgraded: {Records} records, checksum {Checksum}")]
    public static partial void Upgraded(ILogger logger, long records, string checksum);

    [LoggerMessage(1012, LogLevel.Warning, "Pulse of the event log: {Change}. {Detail}")]
    public static partial void PulseChanged(ILogger logger, string change, string detail);

    [LoggerMessage(1013, LogLevel.Error, "An alert could not be delivered; a webhook is tried again")]
    public static partial void AlertNotDelivered(ILogger logger, Exception failure);

    [LoggerMessage(1007, LogLevel.Debug, "Checkpoint put off")]
    public static partial void CheckpointPutOff(ILogger logger, Exception reason);
}
