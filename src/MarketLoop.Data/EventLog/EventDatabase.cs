using System.Globalization;
using DuckDB.NET.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Data.EventLog;

/// <summary>The log in columns (DuckDB). One writer, the loader; any number of readers, who never wait for it.</summary>
/// <remarks>The position up to which the journal was taken in is changed in the same transaction as the rows: after any crash a record is here exactly once or comes again from the journal.</remarks>
internal sealed class EventDatabase : IDisposable
{
    // Sealed bytes have no pattern: looking for one in each block would cost as much as writing it.
    private const string Columns = """
        position BIGINT NOT NULL, message_hash UBIGINT NOT NULL, person BIGINT NOT NULL, kind UTINYINT NOT NULL, occurred_at BIGINT NOT NULL, received_at BIGINT NOT NULL,
        source VARCHAR NOT NULL, name VARCHAR NOT NULL, revenue DECIMAL(18,4), currency VARCHAR, lines VARCHAR, personal BLOB USING COMPRESSION uncompressed
        """;

    private const string Schema = $"""
        CREATE TABLE IF NOT EXISTS interactions ({Columns});
        CREATE TABLE IF NOT EXISTS interactions_sorted ({Columns});
        CREATE TABLE IF NOT EXISTS sorted_runs (through BIGINT NOT NULL, rows BIGINT NOT NULL);
        CREATE VIEW IF NOT EXISTS all_interactions AS SELECT * FROM interactions_sorted UNION ALL SELECT * FROM interactions;
        CREATE TABLE IF NOT EXISTS insights (position BIGINT NOT NULL, message_hash UBIGINT NOT NULL, person BIGINT NOT NULL, occurred_at BIGINT NOT NULL, body VARCHAR, personal BLOB);
        CREATE TABLE IF NOT EXISTS treatments AS FROM insights LIMIT 0;
        CREATE TABLE IF NOT EXISTS deliveries AS FROM insights LIMIT 0;
        CREATE TABLE IF NOT EXISTS outcomes AS FROM insights LIMIT 0;
        CREATE TABLE IF NOT EXISTS progress (position BIGINT NOT NULL, heartbeats BIGINT NOT NULL, last_heartbeat BIGINT NOT NULL, retired BIGINT NOT NULL);
        INSERT INTO progress SELECT 0, 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM progress);
        INSERT INTO sorted_runs SELECT max(position), count(*) FROM interactions_sorted WHERE NOT EXISTS (SELECT 1 FROM sorted_runs) HAVING count(*) > 0;
        """;

    /// <summary>Kinds that have a table: heartbeats have none.</summary>
    public static readonly IReadOnlyList<RecordKind> KeptKinds = [RecordKind.Interaction, RecordKind.Insight, RecordKind.Treatment, RecordKind.Delivery, RecordKind.Outcome];

    private readonly string connectionString;
    private readonly EventAppender appender;
    private readonly ILogger logger;
    private readonly long smallestRun;
    private DuckDBConnection? writer;
    private long position;

    private EventDatabase(string connectionString, KeyHash keyHash, PersonKeys keys, ILogger logger, long smallestRun)
    {
        this.smallestRun = smallestRun;
        this.connectionString = connectionString;
        appender = new EventAppender(keyHash, keys);
        this.logger = logger;
    }

    /// <summary>Highest journal sequence inside.</summary>
    public long Position => Volatile.Read(ref position);

    /// <summary>Held while runs of sorted history are added, moved or merged.</summary>
    public Lock History { get; } = new();

    /// <summary>Where all records of a kind are read: a table, for interactions a view of the sorted and the recent part.</summary>
    public static string TableOf(RecordKind kind) => kind switch
    {
        RecordKind.Interaction => "all_interactions",
        RecordKind.Insight => "insights",
        RecordKind.Treatment => "treatments",
        RecordKind.Delivery => "deliveries",
        _ => "outcomes",
    };

    /// <summary>Opens or makes the database. A write-ahead log that cannot be read is put aside: its records are still in the journal.</summary>
    /// <param name="path">The file.</param>
    /// <param name="temporary">Where what does not fit into memory goes.</param>
    /// <param name="keyHash">The folder's hash.</param>
    /// <param name="keys">Persons' keys.</param>
    /// <param name="logger">Where to tell.</param>
    /// <param name="megabytes">Most memory it takes; null for what suits the machine.</param>
    /// <param name="smallestRun">Interactions in a block from which it is a sorted run; tests take less.</param>
    /// <exception cref="MarketLoopException">The database itself cannot be opened.</exception>
    public static EventDatabase Open(string path, string temporary, KeyHash keyHash, PersonKeys keys, ILogger logger, int? megabytes = null, long smallestRun = EventSorter.SmallestRun)
    {
        DuckDBConnectionStringBuilder builder = new() { DataSource = path };
        builder["memory_limit"] = string.Create(CultureInfo.InvariantCulture, $"{megabytes ?? UsualMegabytes()}MB");
        builder["threads"] = 1;
        builder["temp_directory"] = temporary;
        builder["checkpoint_threshold"] = "256MB";
        builder["autoinstall_known_extensions"] = "false";
        EventDatabase database = new(builder.ConnectionString, keyHash, keys, logger, smallestRun);
        string writeAheadLog = path + ".wal";
        try
        {
            database.Reopen();
        }
        catch (DuckDBException damaged) when (File.Exists(writeAheadLog))
        {
            Log.WriteAheadLogDropped(logger, damaged);
            File.Move(writeAheadLog, writeAheadLog + ".damaged", overwrite: true);
            database.ReopenOrExplain();
        }
        catch (DuckDBException failure)
        {
            throw Explain(failure);
        }

        return database;
    }

    /// <summary>A sixteenth of the machine, between 96 and 256 MB: what does not fit goes to the temporary folder.</summary>
    internal static int UsualMegabytes() => (int)Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 24, 96, 256);

    /// <summary>Removes a damaged write-ahead log that was put aside, once its records are back.</summary>
    public static void ForgetDamaged(DataFolder folder) => File.Delete(folder.EventDatabase + ".wal.damaged");

    public static MarketLoopException Explain(DuckDBException failure) =>
        new($"The event database failed: {failure.Message}", isTransient: true, failure);

    /// <summary>A connection of its own for one reader.</summary>
    public DuckDBConnection Connect()
    {
        DuckDBConnection connection = new(connectionString);
        connection.Open();
        return connection;
    }

    /// <summary>Adds records and moves the position in one transaction. Records at or before the position are left out.</summary>
    /// <remarks>A block of at least <see cref="EventSorter.SmallestRun"/> interactions becomes a run of sorted history at once: it is written and compressed once instead of twice.</remarks>
    public void Append(List<LoadedRecord> records, long[] people, long through)
    {
        if (through <= Position)
        {
            return;
        }

        int interactions = records.Count(record => record.Kind == RecordKind.Interaction && record.Position > Position);
        if (interactions < smallestRun)
        {
            Commit(records, through, connection => appender.Append(connection, "interactions", records, people, after: Position));
            return;
        }

        lock (History)
        {
            Commit(records, through, connection =>
            {
                EventSorter.MoveRecent(connection, Position, CancellationToken.None); // between two positions a run has all there is
                appender.Append(connection, "interactions_sorted", records, people, after: Position);
                EventSorter.NoteRun(connection, through, interactions);
            });
        }
    }

    /// <summary>Gives back the buffers of the last block. Only by the loader, between two blocks.</summary>
    public void ReleaseBuffers() => appender.Release();

    /// <summary>Hands the key hashes of all records to the index of duplicates.</summary>
    public void FillKeys(KeyIndex index)
    {
        using DuckDBConnection connection = Connect();
        foreach (RecordKind kind in KeptKinds)
        {
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = "SELECT message_hash FROM " + TableOf(kind);
            command.UseStreamingMode = true;
            using DuckDBDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                index.Add(reader.GetFieldValue<ulong>(0));
            }
        }
    }

    /// <summary>Removes the interactions of one name before a moment, and counts them as retired in the same transaction. Returns how many.</summary>
    public long Retire(string name, DateTimeOffset before)
    {
        try
        {
            using DuckDBConnection connection = Connect();
            using DuckDBTransaction transaction = connection.BeginTransaction();
            long retired = 0;
            foreach (string table in (string[])["interactions_sorted", "interactions"])
            {
                using DuckDBCommand command = connection.CreateCommand();
                command.CommandText = $"DELETE FROM {table} WHERE name = $name AND occurred_at < $before";
                command.Parameters.Add(new DuckDBParameter("name", name));
                command.Parameters.Add(new DuckDBParameter("before", before.UtcTicks));
                retired += command.ExecuteNonQuery();
            }

            if (retired > 0)
            {
                using DuckDBCommand count = connection.CreateCommand();
                count.CommandText = string.Create(CultureInfo.InvariantCulture, $"UPDATE progress SET retired = retired + {retired}");
                count.ExecuteNonQuery();
            }

            transaction.Commit();
            return retired;
        }
        catch (DuckDBException failure)
        {
            throw Explain(failure);
        }
    }

    /// <summary>Number of the newest sign of life that arrived; 0 before the first.</summary>
    public long ReadLastHeartbeat()
    {
        try
        {
            using DuckDBConnection connection = Connect();
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = "SELECT last_heartbeat FROM progress";
            return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        }
        catch (DuckDBException failure)
        {
            throw Explain(failure);
        }
    }

    /// <summary>Writes a compact copy of one moment to a new file, while others read and write: nothing that was ever deleted is in it.</summary>
    public void CopyTo(string path)
    {
        try
        {
            using DuckDBConnection connection = Connect();
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = $"ATTACH '{path.Replace("'", "''", StringComparison.Ordinal)}' AS fresh_copy";
            command.ExecuteNonQuery();
            command.CommandText = "SELECT current_database()";
            command.CommandText = $"COPY FROM DATABASE \"{command.ExecuteScalar()}\" TO fresh_copy; CHECKPOINT fresh_copy; DETACH fresh_copy";
            command.ExecuteNonQuery();
        }
        catch (DuckDBException failure)
        {
            throw Explain(failure);
        }
    }

    /// <summary>Moves the write-ahead log into the database file. False when a reader is in the way: later, then.</summary>
    public bool TryCheckpoint()
    {
        try
        {
            if (writer is null)
            {
                Reopen();
            }

            using DuckDBCommand command = writer!.CreateCommand(); // Reopen sets it
            command.CommandText = "CHECKPOINT";
            command.ExecuteNonQuery();
            return true;
        }
        catch (DuckDBException busy)
        {
            Log.CheckpointPutOff(logger, busy);
            return false;
        }
    }

    public void Dispose() => CloseWriter();

    private void Commit(List<LoadedRecord> records, long through, Action<DuckDBConnection> append)
    {
        try
        {
            if (writer is null)
            {
                Reopen();
            }

            DuckDBConnection connection = writer!; // Reopen sets it
            using (DuckDBTransaction transaction = connection.BeginTransaction())
            {
                append(connection);
                SetProgress(connection, records, through);
                transaction.Commit();
            }

            Volatile.Write(ref position, through);
        }
        catch (DuckDBException failure)
        {
            CloseWriter(); // a failed commit may have made this instance unusable: the next try opens it anew
            throw Explain(failure);
        }
        catch (MarketLoopException) // the same of a failed write
        {
            CloseWriter();
            throw;
        }
    }

    private void SetProgress(DuckDBConnection connection, List<LoadedRecord> records, long through)
    {
        List<Heartbeat> beats = [.. records.Where(record => record.Kind == RecordKind.Heartbeat && record.Position > Position).Select(record => (Heartbeat)record.Record)];
        string heartbeat = beats.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", heartbeats = heartbeats + {beats.Count}, last_heartbeat = {beats[^1].Number}");
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"UPDATE progress SET position = {through}{heartbeat}");
        command.ExecuteNonQuery();
    }

    private void ReopenOrExplain()
    {
        try
        {
            Reopen();
        }
        catch (DuckDBException failure)
        {
            throw Explain(failure);
        }
    }

    private void Reopen()
    {
        CloseWriter();
        DuckDBConnection connection = Connect();
        try
        {
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = Schema;
            command.ExecuteNonQuery();
            command.CommandText = "SELECT position FROM progress";
            Volatile.Write(ref position, Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture));
        }
        catch (DuckDBException)
        {
            connection.Dispose();
            throw;
        }

        writer = connection;
    }

    private void CloseWriter()
    {
        writer?.Dispose();
        writer = null;
    }
}
