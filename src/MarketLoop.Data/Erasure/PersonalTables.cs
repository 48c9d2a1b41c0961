using Dapper;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Erasure;

/// <summary>Finds the rows of one person in every table of the shop database by the names of its columns, so that a table added later is erased from without a word here.</summary>
internal static class PersonalTables
{
    private static readonly string[] Kept = ["erasing", "people"];

    /// <summary>Rows by table, as names and values.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyDictionary<string, object?>>> Read(SqliteConnection connection, IReadOnlyList<CustomerId> ids)
    {
        SortedDictionary<string, IReadOnlyList<IReadOnlyDictionary<string, object?>>> found = new(StringComparer.Ordinal);
        foreach ((string table, string column) in ListColumns(connection))
        {
            List<IReadOnlyDictionary<string, object?>> rows = [.. ids
                .Where(id => ValueIn(column, id) is not null)
                .SelectMany(id => connection.Query($"SELECT * FROM {table} WHERE {column} = @value", new { value = ValueIn(column, id) }))
                .Cast<IDictionary<string, object?>>()
                .Select(row => new Dictionary<string, object?>(row, StringComparer.Ordinal))];
            if (rows.Count > 0)
            {
                found[table] = [.. found.GetValueOrDefault(table) ?? [], .. rows];
            }
        }

        return found;
    }

    /// <summary>Deletes them inside the caller's transaction. Returns how many.</summary>
    public static int Delete(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<CustomerId> ids) =>
        ListColumns(connection).Sum(place => ids
            .Where(id => ValueIn(place.Column, id) is not null)
            .Sum(id => connection.Execute($"DELETE FROM {place.Table} WHERE {place.Column} = @value", new { value = ValueIn(place.Column, id) }, transaction)));

    private static List<(string Table, string Column)> ListColumns(SqliteConnection connection) =>
        [.. connection.Query<(string, string)>("""
            SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
            WHERE t.type = 'table' AND c.name IN ('customer', 'other_customer', 'user_id', 'browser', 'anonymous_id', 'previous_id')
            ORDER BY 1, 2
            """).Where(place => !Kept.Contains(place.Item1, StringComparer.Ordinal))];

    private static string? ValueIn(string column, CustomerId id) => column switch
    {
        "user_id" => id.IsAnonymous ? null : id.Value,
        "browser" or "anonymous_id" => id.IsAnonymous ? id.Value : null,
        "previous_id" => id.Value, // an alias does not tell which kind of id it means
        _ => id.ToString(),
    };
}
