using System.Globalization;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>A sign of life that goes the way of every record, from the journal into the event database, and is nobody's act: it is never counted as shop data.</summary>
internal sealed record Heartbeat(long Number) : ILogRecord
{
    /// <inheritdoc />
    public RecordKey Key => new("heartbeat", Number.ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc />
    public DateTimeOffset At => DateTimeOffset.MinValue;
}
