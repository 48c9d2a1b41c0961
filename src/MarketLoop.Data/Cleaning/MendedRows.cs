using Dapper;
using MarketLoop.Data.Embedded;

namespace MarketLoop.Data.Cleaning;

/// <summary>What became of a quarantined row. Numbers are stored: never renumber.</summary>
public enum QuarantineState
{
    /// <summary>Nobody has looked at it.</summary>
    Waiting = 0,

    /// <summary>It was set right and stored.</summary>
    Replayed = 1,

    /// <summary>It was looked at and left out for good.</summary>
    Discarded = 2,
}

/// <summary>The states of quarantined rows that are no longer waiting, in the shop database.</summary>
internal sealed class MendedRows(ShopDatabase database, TimeProvider clock)
{
    /// <summary>States of the rows of one file, by row.</summary>
    public Dictionary<string, QuarantineState> Read(string file) => database.Read(connection => connection
        .Query<(string Item, long State)>("SELECT item, state FROM mended WHERE item >= @from AND item < @until", new { from = file + ":", until = file + ";" })
        .ToDictionary(row => row.Item, row => (QuarantineState)row.State, StringComparer.Ordinal));

    /// <summary>Sets the state of a row.</summary>
    public Task SetAsync(string item, QuarantineState state, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.Execute(
            "INSERT OR REPLACE INTO mended VALUES (@item, @state, @at)", new { item, state = (int)state, at = clock.GetUtcNow().UtcTicks }, transaction),
        null,
        cancellationToken);
}
