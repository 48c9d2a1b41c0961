using System.Collections.Concurrent;
using Dapper;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Erasure;

/// <summary>Whose records must not come back: one keyed hash for each erased id, with the moment of the erasure. Thread-safe.</summary>
/// <remarks>An act from before that moment is a late replay and is refused. A later one is new: the person came back, under a new number and a new key.
/// What the rooms derive (insights, treatments ...) is refused until then.</remarks>
internal sealed class Tombstones(KeyHash keyHash)
{
    private readonly ConcurrentDictionary<ulong, Tombstone> stones = new();

    /// <summary>True while nobody was ever erased.</summary>
    public bool IsEmpty => stones.IsEmpty;

    /// <summary>Reads them from the shop database.</summary>
    public void Fill(SqliteConnection connection)
    {
        foreach ((long hash, long erasedAt, long isRevived) in connection.Query<(long, long, long)>("SELECT hash, erased_at, is_revived FROM tombstones"))
        {
            stones[(ulong)hash] = new Tombstone(erasedAt, isRevived != 0);
        }
    }

    /// <summary>Sets the stone of an id, in memory and inside the caller's transaction.</summary>
    public void Set(SqliteConnection connection, SqliteTransaction transaction, CustomerId customer, DateTimeOffset erasedAt)
    {
        ulong hash = keyHash.Of(customer);
        connection.Execute("INSERT OR REPLACE INTO tombstones VALUES (@hash, @at, 0)", new { hash = (long)hash, at = erasedAt.UtcTicks }, transaction);
        stones[hash] = new Tombstone(erasedAt.UtcTicks, IsRevived: false);
    }

    /// <summary>Notes that an erased id came back, if it is one.</summary>
    public void Revive(SqliteConnection connection, SqliteTransaction transaction, CustomerId customer)
    {
        ulong hash = keyHash.Of(customer);
        if (stones.TryGetValue(hash, out Tombstone stone) && !stone.IsRevived)
        {
            connection.Execute("UPDATE tombstones SET is_revived = 1 WHERE hash = @hash", new { hash = (long)hash }, transaction);
            stones[hash] = stone with { IsRevived = true };
        }
    }

    /// <summary>True when a record belongs to an erased person and must not be stored.</summary>
    public bool Refuses(ILogRecord record)
    {
        if (stones.IsEmpty || record is Heartbeat)
        {
            return false;
        }

        if (record is not Interaction interaction)
        {
            return stones.TryGetValue(keyHash.Of(RecordCodec.CustomerOf(record)), out Tombstone stone) && !stone.IsRevived;
        }

        return IsBefore(interaction.Customer, interaction.OccurredAt)
            || (!string.IsNullOrWhiteSpace(interaction.UserId) && IsBefore(CustomerId.Known(interaction.UserId), interaction.OccurredAt))
            || (!string.IsNullOrWhiteSpace(interaction.AnonymousId) && IsBefore(CustomerId.Anonymous(interaction.AnonymousId), interaction.OccurredAt));
    }

    private bool IsBefore(CustomerId customer, DateTimeOffset moment) =>
        stones.TryGetValue(keyHash.Of(customer), out Tombstone stone) && moment.UtcTicks <= stone.ErasedAt;

    private readonly record struct Tombstone(long ErasedAt, bool IsRevived);
}
