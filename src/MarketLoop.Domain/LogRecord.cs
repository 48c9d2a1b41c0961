using System.Text.Json.Serialization;

namespace MarketLoop.Domain;

/// <summary>One of the five records that walk through the rooms. All of them are kept in the event log.</summary>
public interface ILogRecord
{
    /// <summary>What must be unique in the log: a record whose key was stored before is not stored again.</summary>
    [JsonIgnore]
    RecordKey Key { get; }

    /// <summary>When it happened, in event time.</summary>
    [JsonIgnore]
    DateTimeOffset At { get; }
}

/// <summary>Identity of a record in the log: a scope (for interactions the source) and an id inside it (for interactions the messageId).</summary>
public readonly record struct RecordKey(string Scope, string Id);
