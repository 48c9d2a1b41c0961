using Dapper;
using MarketLoop.Data.Audiences;
using MarketLoop.Data.Consent;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Placements;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Embedded;

/// <summary>The keyed state (SQLite): profiles, catalogue, keys, claims, turns, models. One writer at a time; readers never wait.</summary>
internal sealed class ShopDatabase : IDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS progress (name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS profiles (
            customer TEXT PRIMARY KEY, email TEXT, email_at INTEGER NOT NULL, name TEXT, name_at INTEGER NOT NULL, language TEXT, language_at INTEGER NOT NULL,
            born INTEGER, born_at INTEGER NOT NULL DEFAULT 0, is_born_exactly INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS people (number INTEGER PRIMARY KEY AUTOINCREMENT, customer TEXT NOT NULL UNIQUE, key BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS tombstones (hash INTEGER PRIMARY KEY, erased_at INTEGER NOT NULL, is_revived INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS erasing (customer TEXT PRIMARY KEY, asked_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS erasures (id INTEGER PRIMARY KEY, erased_at INTEGER NOT NULL, ids INTEGER NOT NULL, places TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS products (id TEXT PRIMARY KEY, origin INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS product_history (
            product TEXT NOT NULL, at INTEGER NOT NULL, price TEXT, stock INTEGER, PRIMARY KEY (product, at)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS campaigns (id TEXT PRIMARY KEY, kind INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS mended (item TEXT PRIMARY KEY, state INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS keys (
            id TEXT PRIMARY KEY, source TEXT NOT NULL, is_secret INTEGER NOT NULL, hash TEXT NOT NULL UNIQUE, last_four TEXT NOT NULL,
            created_at INTEGER NOT NULL, revoked_at INTEGER) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS claims (
            treatment TEXT NOT NULL, customer TEXT NOT NULL, claimed_at INTEGER NOT NULL, is_closed INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (treatment, customer)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS open_claims ON claims (claimed_at, treatment) WHERE is_closed = 0;
        CREATE TABLE IF NOT EXISTS turns (id INTEGER PRIMARY KEY, through_position INTEGER NOT NULL, body TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS imports (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS models (version INTEGER PRIMARY KEY, body TEXT NOT NULL);
        """;

    private readonly string connectionString;
    private readonly SqliteConnection writer;
    private readonly SemaphoreSlim gate = new(1, 1);
    private long position;

    private ShopDatabase(string connectionString, SqliteConnection writer)
    {
        this.connectionString = connectionString;
        this.writer = writer;
    }

    /// <summary>Highest journal sequence that profiles and catalogue have taken in.</summary>
    public long Position => Volatile.Read(ref position);

    /// <summary>Opens or makes the database.</summary>
    /// <exception cref="MarketLoopException">It cannot be opened.</exception>
    public static ShopDatabase Open(string path)
    {
        string source = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            DefaultTimeout = 10,
        }.ConnectionString;
        SqliteConnection connection = new(new SqliteConnectionStringBuilder(source) { Pooling = false }.ConnectionString);
        try
        {
            connection.Open();
            // secure_delete: an erased customer must not stay readable in free pages. FULL: an answer given is an answer kept.
            // A write-ahead log of 200 pages: an idle shop's signs of life should not fill 4 MB of it.
            connection.Execute("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=200; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;");
            connection.Execute(Schema);
            connection.Execute(EmbeddedAudiences.Schema);
            connection.Execute(EmbeddedPlacements.Schema);
            connection.Execute(IdentityTables.Schema);
            connection.Execute(ConsentTable.Schema);
            ConsentTable.TakeOverFromProfiles(connection);
            ShopDatabase database = new(source, connection);
            Volatile.Write(ref database.position, connection.QuerySingleOrDefault<long>("SELECT position FROM progress WHERE name = 'log'"));
            return database;
        }
        catch (SqliteException failure)
        {
            connection.Dispose();
            throw Explain(failure);
        }
    }

    /// <summary>Runs a read on a connection of its own.</summary>
    public T Read<T>(Func<SqliteConnection, T> read)
    {
        try
        {
            using SqliteConnection connection = new(connectionString);
            connection.Open();
            return read(connection);
        }
        catch (SqliteException failure)
        {
            throw Explain(failure);
        }
    }

    /// <summary>Runs a write in a transaction; durable when it returns. What <paramref name="afterCommit"/> does is seen in the order of the commits.</summary>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, SqliteTransaction, T> write, Action<T>? afterCommit, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            using SqliteTransaction transaction = writer.BeginTransaction(deferred: false);
            T result = write(writer, transaction);
            transaction.Commit();
            afterCommit?.Invoke(result);
            return result;
        }
        catch (SqliteException failure)
        {
            throw Explain(failure);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Runs a write together with a new position of the log.</summary>
    public Task ProjectAsync<T>(long through, Func<SqliteConnection, SqliteTransaction, T> write, Action<T> afterCommit, CancellationToken cancellationToken) =>
        WriteAsync(
            (connection, transaction) =>
            {
                T result = write(connection, transaction);
                connection.Execute("INSERT INTO progress VALUES ('log', @through) ON CONFLICT DO UPDATE SET position = excluded.position", new { through }, transaction);
                return result;
            },
            result =>
            {
                Volatile.Write(ref position, through);
                afterCommit(result);
            },
            cancellationToken);

    /// <summary>Writes a compact copy of one moment to a new file, while others read and write.</summary>
    public void CopyTo(string path) => Read(connection => connection.Execute("VACUUM INTO @path", new { path }));

    /// <summary>Writes the whole file anew and empties the write-ahead log: whatever was deleted is then in neither, not even in a free page. O(size of the file).</summary>
    public async Task RewriteAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            writer.Execute("VACUUM");
            for (int attempt = 0; writer.QueryFirst<long>("PRAGMA wal_checkpoint(TRUNCATE)") != 0; attempt++)
            {
                if (attempt == 50)
                {
                    throw new MarketLoopException("The shop database's write-ahead log cannot be emptied: somebody keeps reading it.", isTransient: true);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
            }
        }
        catch (SqliteException failure)
        {
            throw Explain(failure);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Closes, with nothing left in the write-ahead log.</summary>
    public void Dispose()
    {
        try
        {
            writer.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
            // the write-ahead log is taken in at the next start
        }

        writer.Dispose();
        using SqliteConnection pool = new(connectionString);
        SqliteConnection.ClearPool(pool);
        gate.Dispose();
    }

    private static MarketLoopException Explain(SqliteException failure) =>
        new($"The shop database failed: {failure.Message}", isTransient: failure.SqliteErrorCode is 5 or 6 or 8 or 10 or 13 or 14, failure);
}
