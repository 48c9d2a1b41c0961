using System.Globalization;
using System.Runtime.CompilerServices;
using DuckDB.NET.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Upkeep;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>Reads from the event database. Every query has a complete order, so that the same log always reads the same.</summary>
internal sealed class EventQueries(EventDatabase database, IdentityGraph links, PersonKeys keys)
{
    private const string Columns = "position, person, source, kind, name, occurred_at, received_at, lines, revenue, currency, personal";

    public async IAsyncEnumerable<Interaction> ReadInteractionsAsync(LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask; // DuckDB has no asynchronous interface; the signature is the port's
        using DuckDBConnection connection = database.Connect();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT {Columns} FROM all_interactions
            WHERE position > $after AND position <= $through AND occurred_at >= $from AND occurred_at < $until AND personal IS NOT NULL
            ORDER BY occurred_at, source
            """;
        Bind(command, range);
        command.UseStreamingMode = true;
        using DuckDBDataReader reader = Execute(command);
        using SealedRows rows = new(links, keys, range.Window.Until.UtcTicks);

        // The message id is sealed, so the last part of the order is made here: among those of one moment and source.
        List<Interaction> together = [];
        while (Advance(reader))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (rows.TryRead(reader) is not Interaction next)
            {
                continue;
            }

            if (together.Count > 0 && (together[0].OccurredAt != next.OccurredAt || together[0].Source != next.Source))
            {
                foreach (Interaction interaction in Settle(together))
                {
                    yield return interaction;
                }

                together.Clear();
            }

            together.Add(next);
        }

        foreach (Interaction interaction in Settle(together))
        {
            yield return interaction;
        }
    }

    public IAsyncEnumerable<InteractionColumns> ReadColumnsAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        new ColumnReader(database).ReadAsync(before.UtcTicks, cancellationToken);

    public IReadOnlyList<Interaction> ReadTimeline(IReadOnlyList<long> people, int limit, DateTimeOffset? before)
    {
        if (people.Count == 0)
        {
            return [];
        }

        // One equality for each person and part: DuckDB skips blocks by equality, but not by IN. Ties of the last moment all come; the message id decides among them.
        IEnumerable<string> parts =
            from person in people
            from table in (string[])["interactions_sorted", "interactions"]
            select $"SELECT {Columns} FROM {table} WHERE person = {person.ToString(CultureInfo.InvariantCulture)} AND occurred_at < $until";
        using DuckDBConnection connection = database.Connect();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT * FROM ({string.Join(" UNION ALL ", parts)})
            QUALIFY rank() OVER (ORDER BY occurred_at DESC) <= {limit.ToString(CultureInfo.InvariantCulture)}
            """;
        command.Parameters.Add(new DuckDBParameter("until", before?.UtcTicks ?? long.MaxValue));
        using DuckDBDataReader reader = Execute(command);
        using SealedRows rows = new(links, keys, long.MaxValue);
        List<Interaction> found = [];
        while (Advance(reader))
        {
            if (rows.TryRead(reader) is Interaction interaction)
            {
                found.Add(interaction);
            }
        }

        return [.. found
            .OrderByDescending(interaction => interaction.OccurredAt)
            .ThenByDescending(interaction => interaction.Source.Value, StringComparer.Ordinal)
            .ThenByDescending(interaction => interaction.MessageId, StringComparer.Ordinal)
            .Take(limit)];
    }

    public async IAsyncEnumerable<TRecord> ReadAsync<TRecord>(LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TRecord : class, ILogRecord
    {
        await Task.CompletedTask; // see above
        using DuckDBConnection connection = database.Connect();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT position, person, body, personal FROM {EventDatabase.TableOf(RecordCodec.KindOf<TRecord>())}
            WHERE position > $after AND position <= $through AND occurred_at >= $from AND occurred_at < $until
            ORDER BY position
            """;
        Bind(command, range);
        command.UseStreamingMode = true;
        using DuckDBDataReader reader = Execute(command);
        using SealedRows rows = new(links, keys, long.MaxValue);
        while (Advance(reader))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (rows.TryReadBody<TRecord>(reader) is TRecord record)
            {
                yield return record;
            }
        }
    }

    /// <summary>All records of one of the other four kinds about some people, in log order.</summary>
    public List<TRecord> ReadAbout<TRecord>(IReadOnlyList<long> people)
        where TRecord : class, ILogRecord =>
        people.Count == 0 ? [] : [.. ReadBodies<TRecord>($"WHERE person IN ({string.Join(", ", people)}) ORDER BY position").Select(found => found.Record)];

    /// <summary>Reads the whole log as it is at one moment, opening every sealed part, while it goes on. O(n); what an erased person leaves counts with a stand-in.</summary>
    /// <returns>The sum of all records, and the records that the journal handed over which should be among them: all but heartbeats and what was retired.</returns>
    /// <exception cref="MarketLoopException">A record is damaged.</exception>
    public (RecordSum Sum, long Expected) Audit()
    {
        RecordSum sum = new();
        using DuckDBConnection connection = database.Connect();
        using DuckDBTransaction moment = connection.BeginTransaction();
        long expected = Convert.ToInt64(Scalar(connection, "SELECT position - heartbeats - retired FROM progress"), CultureInfo.InvariantCulture);
        using SealedRows rows = new(links, keys, 0); // nobody is resolved: records as they were stored
        using (DuckDBCommand command = connection.CreateCommand())
        {
            command.CommandText = $"SELECT {Columns} FROM all_interactions";
            command.UseStreamingMode = true;
            using DuckDBDataReader reader = Execute(command);
            while (Advance(reader))
            {
                sum.Add(reader.GetInt64(0), rows.TryRead(reader) ?? rows.ReadOpen(reader));
            }
        }

        AddBodies<CustomerInsight>(connection, rows, sum);
        AddBodies<Treatment>(connection, rows, sum);
        AddBodies<Delivery>(connection, rows, sum);
        AddBodies<Outcome>(connection, rows, sum);
        moment.Commit();
        return (sum, expected);
    }

    private static void AddBodies<TRecord>(DuckDBConnection connection, SealedRows rows, RecordSum sum)
        where TRecord : class, ILogRecord
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT position, person, body, personal FROM {EventDatabase.TableOf(RecordCodec.KindOf<TRecord>())}";
        command.UseStreamingMode = true;
        using DuckDBDataReader reader = Execute(command);
        while (Advance(reader))
        {
            if (rows.TryReadBody<TRecord>(reader) is TRecord record)
            {
                sum.Add(reader.GetInt64(0), record);
            }
            else
            {
                sum.AddErased(RecordCodec.KindOf<TRecord>());
            }
        }
    }

    /// <summary>Records of all kinds about some people.</summary>
    public long CountAbout(IReadOnlyList<long> people)
    {
        using DuckDBConnection connection = database.Connect();
        return people.Count == 0 ? 0 : EventDatabase.KeptKinds.Sum(kind => Convert.ToInt64(
            Scalar(connection, $"SELECT count(*) FROM {EventDatabase.TableOf(kind)} WHERE person IN ({string.Join(", ", people)})"), CultureInfo.InvariantCulture));
    }

    public List<LoggedRecord<TRecord>> ReadNewest<TRecord>(long before, int limit)
        where TRecord : class, ILogRecord =>
        ReadBodies<TRecord>(string.Create(CultureInfo.InvariantCulture, $"WHERE position < {before} ORDER BY position DESC LIMIT {limit}"));

    private List<LoggedRecord<TRecord>> ReadBodies<TRecord>(string which)
        where TRecord : class, ILogRecord
    {
        using DuckDBConnection connection = database.Connect();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT position, person, body, personal FROM {EventDatabase.TableOf(RecordCodec.KindOf<TRecord>())} {which}";
        using DuckDBDataReader reader = Execute(command);
        using SealedRows rows = new(links, keys, long.MaxValue);
        List<LoggedRecord<TRecord>> found = [];
        while (Advance(reader))
        {
            if (rows.TryReadBody<TRecord>(reader) is TRecord record)
            {
                found.Add(new LoggedRecord<TRecord>(reader.GetInt64(0), record));
            }
        }

        return found;
    }

    private static List<Interaction> Settle(List<Interaction> together)
    {
        if (together.Count > 1)
        {
            together.Sort((one, other) => string.CompareOrdinal(one.MessageId, other.MessageId));
        }

        return together;
    }

    public List<DayCount> CountByDay(TimeWindow window)
    {
        using DuckDBConnection connection = database.Connect();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT occurred_at // {TimeSpan.TicksPerDay.ToString(CultureInfo.InvariantCulture)} AS day, CAST(kind AS INTEGER), count(*) FROM all_interactions
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
        foreach (RecordKind kind in EventDatabase.KeptKinds)
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

    /// <summary>Runs a query; what fails is explained.</summary>
    public static DuckDBDataReader Execute(DuckDBCommand command)
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

    /// <summary>Goes to the next row; what fails is explained.</summary>
    public static bool Advance(DuckDBDataReader reader)
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
}
