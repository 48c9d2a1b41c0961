using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using MarketLoop.Data.Embedded;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Shop;

/// <summary>Settings, keys, claims, turns and reports in the shop database.</summary>
internal sealed class EmbeddedShopStore : IShopStore
{
    private const string LimitPrefix = "key-limit:";
    private readonly ShopDatabase database;
    private readonly TimeProvider clock;
    private readonly ConcurrentDictionary<string, SourceKey> keysByHash = new(StringComparer.Ordinal);

    public EmbeddedShopStore(ShopDatabase database, TimeProvider clock)
    {
        this.database = database;
        this.clock = clock;
        foreach (KeyRow row in database.Read(connection => connection.Query<KeyRow>(KeyRow.Select).ToList()))
        {
            keysByHash[row.Hash] = row.ToKey(database.Read(connection => ReadLimit(connection, row.Id)));
        }
    }

    /// <inheritdoc />
    public Task<T?> ReadSettingAsync<T>(string name, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Task.FromResult(database.Read(connection =>
            connection.QuerySingleOrDefault<string>("SELECT body FROM settings WHERE name = @name", new { name }) is string body ? StoreJson.Read<T>(body) : null));
    }

    /// <inheritdoc />
    public Task WriteSettingAsync<T>(string name, T value, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        return ExecuteAsync("INSERT OR REPLACE INTO settings VALUES (@name, @body)", new { name, body = StoreJson.Write(value) }, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<IssuedKey> AddKeyAsync(SourceId source, bool isSecret, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(source.Value, nameof(source));
        IssuedKey issued = MakeKey(source, isSecret, requestsPerSecond: null);
        await database.WriteAsync((connection, transaction) => Insert(connection, transaction, issued), _ => keysByHash[HashOf(issued.Secret)] = issued.Key, cancellationToken);
        return issued;
    }

    /// <inheritdoc />
    public ValueTask<SourceKey?> FindKeyAsync(string key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(!string.IsNullOrEmpty(key) && key.Length <= 256 && keysByHash.TryGetValue(HashOf(key), out SourceKey? found) && found.WorksAt(clock.GetUtcNow()) ? found : null);

    /// <inheritdoc />
    public Task<IReadOnlyList<SourceKey>> ListKeysAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SourceKey>>([.. keysByHash.Values.OrderBy(key => key.CreatedAt).ThenBy(key => key.Id, StringComparer.Ordinal)]);

    /// <inheritdoc />
    public async Task<bool> RevokeKeyAsync(string keyId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(keyId);
        return await EndKeyAsync(keyId, clock.GetUtcNow(), successor: null, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<IssuedKey?> RotateKeyAsync(string keyId, TimeSpan overlap, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(keyId);
        ArgumentOutOfRangeException.ThrowIfLessThan(overlap, TimeSpan.Zero);
        DateTimeOffset now = clock.GetUtcNow();
        if (FindById(keyId) is not { Value: { } old } || !old.WorksAt(now))
        {
            return null;
        }

        IssuedKey successor = MakeKey(old.Source, old.IsSecret, old.RequestsPerSecond);
        return await EndKeyAsync(keyId, now + overlap, successor, cancellationToken) ? successor : null;
    }

    /// <inheritdoc />
    public async Task<bool> LimitKeyAsync(string keyId, int? requestsPerSecond, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(keyId);
        if (requestsPerSecond is < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(requestsPerSecond), requestsPerSecond, "A key that may send nothing is a revoked one.");
        }

        if (FindById(keyId) is not { Value: { } key } known)
        {
            return false;
        }

        await database.WriteAsync(
            (connection, transaction) => WriteLimit(connection, transaction, keyId, requestsPerSecond),
            _ => keysByHash[known.Key] = key with { RequestsPerSecond = requestsPerSecond },
            cancellationToken);
        return true;
    }

    /// <inheritdoc />
    public async Task<bool> TryClaimAsync(TreatmentId treatment, CustomerId customer, DateTimeOffset at, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(treatment.Value, nameof(treatment));
        return await database.WriteAsync(
            (connection, transaction) => connection.Execute(
                "INSERT INTO claims (treatment, customer, claimed_at) VALUES (@treatment, @customer, @at) ON CONFLICT DO NOTHING",
                new { treatment = treatment.Value, customer = customer.ToString(), at = at.UtcTicks },
                transaction),
            null,
            cancellationToken) == 1;
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<TreatmentId>> ListOpenClaimsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TreatmentId>>(database.Read(connection =>
            connection.Query<string>("SELECT treatment FROM claims WHERE is_closed = 0 GROUP BY treatment ORDER BY min(claimed_at), treatment").Select(id => new TreatmentId(id)).ToList()));

    /// <inheritdoc />
    public Task CloseClaimAsync(TreatmentId treatment, CancellationToken cancellationToken) =>
        ExecuteAsync("UPDATE claims SET is_closed = 1 WHERE treatment = @treatment AND is_closed = 0", new { treatment = treatment.Value }, cancellationToken);

    /// <inheritdoc />
    public Task AddTurnAsync(TurnReport report, long throughPosition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        return ExecuteAsync("INSERT INTO turns (through_position, body) VALUES (@throughPosition, @body)", new { throughPosition, body = StoreJson.Write(report) }, cancellationToken);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<TurnReport>> ListTurnsAsync(int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TurnReport>>(database.Read(connection =>
            connection.Query<string>("SELECT body FROM turns ORDER BY id DESC LIMIT @limit", new { limit }).Select(StoreJson.Read<TurnReport>).ToList()));

    /// <inheritdoc />
    public Task<long> ReadTurnPositionAsync(CancellationToken cancellationToken) =>
        Task.FromResult(database.Read(connection => connection.QuerySingleOrDefault<long?>("SELECT through_position FROM turns ORDER BY id DESC LIMIT 1") ?? 0));

    /// <inheritdoc />
    public Task AddImportReportAsync(string json, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(json);
        return ExecuteAsync("INSERT INTO imports (body) VALUES (@json)", new { json }, cancellationToken);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> ListImportReportsAsync(int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(database.Read(connection => connection.Query<string>("SELECT body FROM imports ORDER BY id DESC LIMIT @limit", new { limit }).ToList()));

    // A key that ends sooner keeps its earlier end: a revoked one does not come back by being rotated.
    private async Task<bool> EndKeyAsync(string keyId, DateTimeOffset at, IssuedKey? successor, CancellationToken cancellationToken)
    {
        KeyRow? ended = await database.WriteAsync(
            (connection, transaction) =>
            {
                connection.Execute("UPDATE keys SET revoked_at = @at WHERE id = @keyId AND (revoked_at IS NULL OR revoked_at > @at)", new { keyId, at = at.UtcTicks }, transaction);
                if (successor is not null)
                {
                    Insert(connection, transaction, successor);
                }

                return connection.QuerySingleOrDefault<KeyRow>(KeyRow.Select + " WHERE id = @keyId", new { keyId }, transaction);
            },
            row =>
            {
                if (row is not null)
                {
                    keysByHash[row.Hash] = row.ToKey(keysByHash.GetValueOrDefault(row.Hash)?.RequestsPerSecond);
                }

                if (successor is not null)
                {
                    keysByHash[HashOf(successor.Secret)] = successor.Key;
                }
            },
            cancellationToken);
        return ended is not null;
    }

    private IssuedKey MakeKey(SourceId source, bool isSecret, int? requestsPerSecond)
    {
        string secret = (isSecret ? "mls_" : "mlw_") + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        return new IssuedKey(new SourceKey(id, source, isSecret, secret[^4..], clock.GetUtcNow(), RevokedAt: null, requestsPerSecond), secret);
    }

    private static int Insert(SqliteConnection connection, SqliteTransaction transaction, IssuedKey issued)
    {
        SourceKey key = issued.Key;
        if (key.RequestsPerSecond is not null)
        {
            WriteLimit(connection, transaction, key.Id, key.RequestsPerSecond);
        }

        return connection.Execute(
            "INSERT INTO keys VALUES (@Id, @Source, @IsSecret, @Hash, @LastFour, @CreatedAt, NULL)",
            new { key.Id, Source = key.Source.Value, IsSecret = key.IsSecret ? 1 : 0, Hash = HashOf(issued.Secret), key.LastFour, CreatedAt = key.CreatedAt.UtcTicks },
            transaction);
    }

    // A limit is rare, so it lies among the settings and not in every row of the keys.
    private static int WriteLimit(SqliteConnection connection, SqliteTransaction transaction, string keyId, int? requestsPerSecond) => requestsPerSecond is null
        ? connection.Execute("DELETE FROM settings WHERE name = @name", new { name = LimitPrefix + keyId }, transaction)
        : connection.Execute("INSERT OR REPLACE INTO settings VALUES (@name, @body)", new { name = LimitPrefix + keyId, body = StoreJson.Write(new KeyLimit(requestsPerSecond.Value)) }, transaction);

    private static int? ReadLimit(SqliteConnection connection, string keyId) =>
        connection.QuerySingleOrDefault<string>("SELECT body FROM settings WHERE name = @name", new { name = LimitPrefix + keyId }) is string body ? StoreJson.Read<KeyLimit>(body).RequestsPerSecond : null;

    private KeyValuePair<string, SourceKey>? FindById(string keyId)
    {
        foreach (KeyValuePair<string, SourceKey> known in keysByHash)
        {
            if (string.Equals(known.Value.Id, keyId, StringComparison.Ordinal))
            {
                return known;
            }
        }

        return null;
    }

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        database.WriteAsync((connection, transaction) => connection.Execute(sql, parameters, transaction), null, cancellationToken);

    private sealed class KeyRow
    {
        public const string Select =
            "SELECT id AS Id, source AS Source, is_secret AS IsSecret, hash AS Hash, last_four AS LastFour, created_at AS CreatedAt, revoked_at AS RevokedAt FROM keys";

        public string Id { get; set; } = "";

        public string Source { get; set; } = "";

        public long IsSecret { get; set; }

        public string Hash { get; set; } = "";

        public string LastFour { get; set; } = "";

        public long CreatedAt { get; set; }

        public long? RevokedAt { get; set; }

        public SourceKey ToKey(int? requestsPerSecond) => new(
            Id,
            new SourceId(Source),
            IsSecret != 0,
            LastFour,
            new DateTimeOffset(CreatedAt, TimeSpan.Zero),
            RevokedAt is long ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null,
            requestsPerSecond);
    }

    private sealed record KeyLimit(int RequestsPerSecond);
}
