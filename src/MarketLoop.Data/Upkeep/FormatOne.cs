using DuckDB.NET.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Domain;

namespace MarketLoop.Data.Upkeep;

/// <summary>Reads an event database of format 1, in which ids and texts stood in clear columns.</summary>
internal sealed class FormatOne : IDisposable
{
    private const decimal One = 1.0000000000000000000000000000m; // dividing by it takes the column's trailing zeros off
    private readonly DuckDBConnection connection;

    public FormatOne(string path)
    {
        connection = new DuckDBConnection("DataSource=" + path);
        try
        {
            connection.Open();
        }
        catch (DuckDBException) when (File.Exists(path + ".wal"))
        {
            File.Delete(path + ".wal"); // damaged: its records are still in the journal
            connection.Open();
        }
    }

    /// <summary>Position up to which the journal had been taken in.</summary>
    public long Position
    {
        get
        {
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = "SELECT position FROM progress";
            return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    /// <summary>All records in order of position.</summary>
    public IEnumerable<LoadedRecord> Read()
    {
        using DuckDBCommand command = connection.CreateCommand();
        string bodies = string.Join(' ', EventDatabase.KeptKinds.Where(kind => kind != RecordKind.Interaction).Select(kind =>
            $"UNION ALL BY NAME SELECT {(int)kind} AS record_kind, position, message_hash, body FROM {EventDatabase.TableOf(kind)}"));
        command.CommandText = $"""
            SELECT record_kind, position, message_hash, source, message_id, kind, name, user_id, anonymous_id, customer, session_id, occurred_at, received_at, lines, order_id, revenue,
                currency, search_term, treatment_token, properties, body
            FROM (SELECT 1 AS record_kind, * FROM interactions_sorted UNION ALL BY NAME SELECT 1 AS record_kind, * FROM interactions {bodies})
            ORDER BY position
            """;
        command.UseStreamingMode = true;
        using DuckDBDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            RecordKind kind = (RecordKind)row.GetInt32(0);
            yield return LoadedRecord.Of(row.GetInt64(1), row.GetFieldValue<ulong>(2), kind == RecordKind.Interaction ? ReadInteraction(row) : RecordCodec.Read(kind, System.Text.Encoding.UTF8.GetBytes(row.GetString(20))));
        }
    }

    /// <summary>Which user a browser belonged to.</summary>
    public IEnumerable<BrowserLink> ReadLinks()
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = "SELECT browser, user_id, occurred_at, message_id FROM links";
        using DuckDBDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            yield return new BrowserLink(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetString(3));
        }
    }

    public void Dispose() => connection.Dispose();

    private static Interaction ReadInteraction(DuckDBDataReader row) => new()
    {
        Source = new SourceId(row.GetString(3)),
        MessageId = row.GetString(4),
        Kind = (InteractionKind)row.GetByte(5),
        Name = row.GetString(6),
        UserId = TextOrNull(row, 7),
        AnonymousId = TextOrNull(row, 8),
        Customer = CustomerId.Parse(row.GetString(9)),
        SessionId = TextOrNull(row, 10),
        OccurredAt = new DateTimeOffset(row.GetInt64(11), TimeSpan.Zero),
        ReceivedAt = new DateTimeOffset(row.GetInt64(12), TimeSpan.Zero),
        Lines = RecordCodec.ReadLines(TextOrNull(row, 13)),
        OrderId = TextOrNull(row, 14),
        Revenue = row.IsDBNull(15) ? null : row.GetDecimal(15) / One,
        Currency = TextOrNull(row, 16),
        SearchTerm = TextOrNull(row, 17),
        TreatmentToken = TextOrNull(row, 18),
        PropertiesJson = TextOrNull(row, 19),
    };

    private static string? TextOrNull(DuckDBDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
