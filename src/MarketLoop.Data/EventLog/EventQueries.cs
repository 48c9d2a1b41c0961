using System.Globalization;
using System.Runtime.CompilerServices;
using DuckDB.NET.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>Reads from the event database. Every query has a complete order, so that the same log always reads the same.</summary>
internal sealed class EventQueries(EventDatabase database, BrowserLinks links, KeyHash keyHash)
{
    private const string Columns =
        "source, message_id, kind, name, user_id, anonymous_id, customer, session_id, occurred_at, received_at, lines, order_id, revenue, currency, search_term, treatment_token, properties";

    private const decimal One = 1.0000000000000000000000000000m; // dividing by it takes the column's trailing zeros off

    public async IAsyncEnumerable<Interaction> ReadInteractionsAsync(LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask; // DuckDB has no asynchronous interface; the signature is the port's
        using DuckDBConnection connection = database.Connect();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT {Columns} FROM all_interactions
            WHERE position > $after AND position <= $through AND occurred_at >= $from AND occurred_at < $until
            ORDER BY occurred_at, source, message_id
            """;
        Bind(command, range);
        command.UseStreamingMode = true;
        using DuckDBDataReader reader = Execute(command);
        InteractionReader rows = new(links, range.Window.Until.UtcTicks);
        while (Advance(reader))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return rows.Read(reader);
        }
    }

    public IReadOnlyList<Interaction> ReadTimeline(CustomerId customer, int limit, DateTimeOffset? before)
    {
        // One equality for each key and part: DuckDB skips blocks by equality, but not by IN.
        IEnumerable<string> parts =
            from id in links.ListOf(customer)
            from table in (string[])["interactions_sorted", "interactions"]
            select $"SELECT {Columns} FROM {table} WHERE customer_key = {keyHash.Of(id).ToString(CultureInfo.InvariantCulture)} AND occurred_at < $until";
        using DuckDBConnection connection = database.Connect();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT * FROM ({string.Join(" UNION ALL ", parts)})
            ORDER BY occurred_at DESC, source DESC, message_id DESC
            LIMIT {limit.ToString(CultureInfo.InvariantCulture)}
            """;
        command.Parameters.Add(new DuckDBParameter("until", before?.UtcTicks ?? long.MaxValue));
        using DuckDBDataReader reader = Execute(command);
        InteractionReader rows = new(links, long.MaxValue);
        List<Interaction> found = [];
        while (Advance(reader))
        {
            found.Add(rows.Read(reader));
        }

        return found;
    }

    public async IAsyncEnumerable<TRecord> ReadAsync<TRecord>(LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TRecord : class, ILogRecord
    {
        await Task.CompletedTask; // see above
        using DuckDBConnection connection = database.Connect();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT body FROM {EventDatabase.TableOf(RecordCodec.KindOf<TRecord>())}
            WHERE position > $after AND position <= $through AND occurred_at >= $from AND occurred_at < $until
            ORDER BY position
            """;
        Bind(command, range);
        command.UseStreamingMode = true;
        using DuckDBDataReader reader = Execute(command);
        while (Advance(reader))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return RecordCodec.Read<TRecord>(reader.GetString(0));
        }
    }

    public List<LoggedRecord<TRecord>> ReadNewest<TRecord>(long before, int limit)
        where TRecord : class, ILogRecord
    {
        using DuckDBConnection connection = database.Connect();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT position, body FROM {EventDatabase.TableOf(RecordCodec.KindOf<TRecord>())}
            WHERE position < $before
            ORDER BY position DESC
            LIMIT {limit.ToString(CultureInfo.InvariantCulture)}
            """;
        command.Parameters.Add(new DuckDBParameter("before", before));
        using DuckDBDataReader reader = Execute(command);
        List<LoggedRecord<TRecord>> found = [];
        while (Advance(reader))
        {
            found.Add(new LoggedRecord<TRecord>(reader.GetInt64(0), RecordCodec.Read<TRecord>(reader.GetString(1))));
        }

        return found;
    }

    public List<DayCount> CountByDay(TimeWindow window)
    {
        using DuckDBConnection connection = database.Connect();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT occurred_at // {TimeSpan.TicksPerDay.ToString(CultureInfo.InvariantCulture)} AS day, CAST(kind AS INTEGER), count(*) FROM interactions
            WHERE occurred_at >= $from AND occurred_at < $until
            GROUP BY ALL
            ORDER BY ALL
            """;
        command.Parameters.Add(new DuckDBParameter("from", window.From.UtcTicks));
        command.Parameters.Add(new DuckDBParameter("until", window.Until.UtcTicks));
        using DuckDBDataReader reader = Execute(command);
        List<DayCount> counts = [];
        while (Advance(reader))
        {
            counts.Add(new DayCount(DateOnly.FromDayNumber((int)reader.GetInt64(0)), (InteractionKind)reader.GetInt32(1), reader.GetInt64(2)));
        }

        return counts;
    }

    public LogStatus ReadStatus(long bytesOnDisk)
    {
        using DuckDBConnection connection = database.Connect();
        SortedDictionary<string, long> records = new(StringComparer.Ordinal);
        foreach (RecordKind kind in Enum.GetValues<RecordKind>().Where(kind => kind != RecordKind.None))
        {
            records.Add(kind.ToString().ToLowerInvariant(), Convert.ToInt64(Scalar(connection, "SELECT count(*) FROM " + EventDatabase.TableOf(kind)), CultureInfo.InvariantCulture));
        }

        return new LogStatus(
            records["interaction"],
            CountBy(connection, "name"),
            CountBy(connection, "source"),
            MomentOf(Scalar(connection, "SELECT min(occurred_at) FROM all_interactions")),
            MomentOf(Scalar(connection, "SELECT max(occurred_at) FROM all_interactions")),
            records,
            bytesOnDisk);
    }

    private static SortedDictionary<string, long> CountBy(DuckDBConnection connection, string column)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {column}, count(*) FROM all_interactions GROUP BY 1";
        using DuckDBDataReader reader = Execute(command);
        SortedDictionary<string, long> counts = new(StringComparer.Ordinal);
        while (Advance(reader))
        {
            counts.Add(reader.GetString(0), reader.GetInt64(1));
        }

        return counts;
    }

    private static DateTimeOffset? MomentOf(object? ticks) => ticks is long value ? new DateTimeOffset(value, TimeSpan.Zero) : null;

    private static object? Scalar(DuckDBConnection connection, string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        try
        {
            return command.ExecuteScalar();
        }
        catch (DuckDBException failure)
        {
            throw EventDatabase.Explain(failure);
        }
    }

    private static void Bind(DuckDBCommand command, LogRange range)
    {
        command.Parameters.Add(new DuckDBParameter("after", range.After));
        command.Parameters.Add(new DuckDBParameter("through", range.Through));
        command.Parameters.Add(new DuckDBParameter("from", range.Window.From.UtcTicks));
        command.Parameters.Add(new DuckDBParameter("until", range.Window.Until.UtcTicks));
    }

    private static DuckDBDataReader Execute(DuckDBCommand command)
    {
        try
        {
            return command.ExecuteReader();
        }
        catch (DuckDBException failure)
        {
            throw EventDatabase.Explain(failure);
        }
    }

    private static bool Advance(DuckDBDataReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (DuckDBException failure)
        {
            throw EventDatabase.Explain(failure);
        }
    }

    /// <summary>Turns rows into interactions; names, sources and currencies repeat, so one string serves all rows.</summary>
    private sealed class InteractionReader(BrowserLinks links, long linkedBefore)
    {
        private readonly HashSet<string> repeated = new(StringComparer.Ordinal);

        public Interaction Read(DuckDBDataReader row) => new()
        {
            Source = new SourceId(Repeat(row.GetString(0))),
            MessageId = row.GetString(1),
            Kind = (InteractionKind)row.GetByte(2),
            Name = Repeat(row.GetString(3)),
            UserId = TextOrNull(row, 4),
            AnonymousId = TextOrNull(row, 5),
            Customer = links.Resolve(CustomerId.Parse(row.GetString(6)), linkedBefore),
            SessionId = TextOrNull(row, 7),
            OccurredAt = new DateTimeOffset(row.GetInt64(8), TimeSpan.Zero),
            ReceivedAt = new DateTimeOffset(row.GetInt64(9), TimeSpan.Zero),
            Lines = RecordCodec.ReadLines(TextOrNull(row, 10)),
            OrderId = TextOrNull(row, 11),
            Revenue = row.IsDBNull(12) ? null : row.GetDecimal(12) / One,
            Currency = TextOrNull(row, 13) is string currency ? Repeat(currency) : null,
            SearchTerm = TextOrNull(row, 14),
            TreatmentToken = TextOrNull(row, 15),
            PropertiesJson = TextOrNull(row, 16),
        };

        private static string? TextOrNull(DuckDBDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

        private string Repeat(string text)
        {
            if (repeated.TryGetValue(text, out string? same))
            {
                return same;
            }

            if (repeated.Count < 10_000)
            {
                repeated.Add(text);
            }

            return text;
        }
    }
}
