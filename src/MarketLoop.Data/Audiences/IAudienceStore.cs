using Dapper;
using MarketLoop.Data.Embedded;

namespace MarketLoop.Data.Audiences;

/// <summary>Saved audiences: their rules, how many were in them on which day, and what was exported of them. Thread-safe; every write is durable on return.</summary>
public interface IAudienceStore
{
    /// <summary>Who is in them now.</summary>
    AudienceMembers Members { get; }

    /// <summary>Adds an audience or replaces the one of the same name.</summary>
    Task SaveAsync(StoredAudience audience, CancellationToken cancellationToken);

    /// <summary>An audience; null when there is none of that name.</summary>
    Task<StoredAudience?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>All audiences in order of name.</summary>
    Task<IReadOnlyList<StoredAudience>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Removes an audience and its counts; false when there is none of that name. What was exported stays on record.</summary>
    Task<bool> RemoveAsync(string name, CancellationToken cancellationToken);

    /// <summary>Notes how many are in an audience; the last count of a day stays.</summary>
    Task NoteSizeAsync(string name, AudienceSize size, CancellationToken cancellationToken);

    /// <summary>Counts of an audience by day, oldest first.</summary>
    Task<IReadOnlyList<AudienceSize>> ReadSizesAsync(string name, CancellationToken cancellationToken);

    /// <summary>Puts an export on record.</summary>
    Task NoteExportAsync(AudienceExportNote note, CancellationToken cancellationToken);

    /// <summary>Exports on record, newest first.</summary>
    Task<IReadOnlyList<AudienceExportNote>> ListExportsAsync(int limit, CancellationToken cancellationToken);
}

/// <summary>An audience as it is stored.</summary>
/// <param name="Name">Its name, which it is found by.</param>
/// <param name="Rule">Its rule as JSON.</param>
/// <param name="SavedAt">When it was saved last.</param>
public sealed record StoredAudience(string Name, string Rule, DateTimeOffset SavedAt);

/// <summary>How many were in an audience.</summary>
/// <param name="Day">The day (shop's zone).</param>
/// <param name="Members">Customers in it.</param>
/// <param name="Customers">Customers in all.</param>
public sealed record AudienceSize(DateOnly Day, int Members, int Customers);

/// <summary>That somebody took data of an audience out of the shop. Holds no customer.</summary>
/// <param name="At">When.</param>
/// <param name="By">Who asked: the owner's sign-in, a key, the command line.</param>
/// <param name="Audience">Which audience.</param>
/// <param name="What"><c>members</c>, or what the counts were grouped by.</param>
/// <param name="Rows">Rows that left.</param>
public sealed record AudienceExportNote(DateTimeOffset At, string By, string Audience, string What, int Rows);

/// <summary>Audiences in the shop database.</summary>
internal sealed class EmbeddedAudiences(ShopDatabase database) : IAudienceStore
{
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS audiences (name TEXT PRIMARY KEY, rule TEXT NOT NULL, saved_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS audience_sizes (
            name TEXT NOT NULL, day INTEGER NOT NULL, members INTEGER NOT NULL, customers INTEGER NOT NULL, PRIMARY KEY (name, day)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS audience_exports (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
        """;

    /// <inheritdoc />
    public AudienceMembers Members { get; } = new();

    /// <inheritdoc />
    public Task SaveAsync(StoredAudience audience, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(audience);
        ArgumentException.ThrowIfNullOrWhiteSpace(audience.Name, nameof(audience));
        return ExecuteAsync("INSERT OR REPLACE INTO audiences VALUES (@Name, @Rule, @at)", new { audience.Name, audience.Rule, at = audience.SavedAt.UtcTicks }, cancellationToken);
    }

    /// <inheritdoc />
    public Task<StoredAudience?> FindAsync(string name, CancellationToken cancellationToken) => Task.FromResult(database.Read(connection =>
        connection.QuerySingleOrDefault<Row>(Row.Select + " WHERE name = @name", new { name })?.ToAudience()));

    /// <inheritdoc />
    public Task<IReadOnlyList<StoredAudience>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<StoredAudience>>(database.Read(connection =>
        connection.Query<Row>(Row.Select + " ORDER BY name").Select(row => row.ToAudience()).ToList()));

    /// <inheritdoc />
    public async Task<bool> RemoveAsync(string name, CancellationToken cancellationToken)
    {
        int removed = await database.WriteAsync(
            (connection, transaction) =>
            {
                connection.Execute("DELETE FROM audience_sizes WHERE name = @name", new { name }, transaction);
                return connection.Execute("DELETE FROM audiences WHERE name = @name", new { name }, transaction);
            },
            _ => Members.Publish(name, null),
            cancellationToken);
        return removed == 1;
    }

    /// <inheritdoc />
    public Task NoteSizeAsync(string name, AudienceSize size, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(size);
        return ExecuteAsync(
            "INSERT OR REPLACE INTO audience_sizes SELECT @name, @day, @Members, @Customers WHERE EXISTS (SELECT 1 FROM audiences WHERE name = @name)",
            new { name, day = size.Day.DayNumber, size.Members, size.Customers },
            cancellationToken);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<AudienceSize>> ReadSizesAsync(string name, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<AudienceSize>>(database.Read(connection =>
        connection.Query<(long Day, long Members, long Customers)>("SELECT day, members, customers FROM audience_sizes WHERE name = @name ORDER BY day", new { name })
            .Select(row => new AudienceSize(DateOnly.FromDayNumber((int)row.Day), (int)row.Members, (int)row.Customers)).ToList()));

    /// <inheritdoc />
    public Task NoteExportAsync(AudienceExportNote note, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(note);
        return ExecuteAsync("INSERT INTO audience_exports (body) VALUES (@body)", new { body = StoreJson.Write(note) }, cancellationToken);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<AudienceExportNote>> ListExportsAsync(int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<AudienceExportNote>>(database.Read(connection =>
        connection.Query<string>("SELECT body FROM audience_exports ORDER BY id DESC LIMIT @limit", new { limit }).Select(StoreJson.Read<AudienceExportNote>).ToList()));

    private Task<int> ExecuteAsync(string sql, object values, CancellationToken cancellationToken) =>
        database.WriteAsync((connection, transaction) => connection.Execute(sql, values, transaction), null, cancellationToken);

    private sealed class Row
    {
        public const string Select = "SELECT name AS Name, rule AS Rule, saved_at AS SavedAt FROM audiences";

        public string Name { get; set; } = "";

        public string Rule { get; set; } = "";

        public long SavedAt { get; set; }

        public StoredAudience ToAudience() => new(Name, Rule, new DateTimeOffset(SavedAt, TimeSpan.Zero));
    }
}
