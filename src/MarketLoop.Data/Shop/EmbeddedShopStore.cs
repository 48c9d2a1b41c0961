using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using MarketLoop.Data.Embedded;
using MarketLoop.Domain;

namespace MarketLoop.Data.Shop;

/// <summary>Settings, keys, claims, turns and reports in the shop database.</summary>
internal sealed class EmbeddedShopStore : IShopStore
{
    private readonly ShopDatabase database;
    private readonly TimeProvider clock;
    private readonly ConcurrentDictionary<string, SourceKey> keysByHash = new(StringComparer.Ordinal);

    public EmbeddedShopStore(ShopDatabase database, TimeProvider clock)
    {
        this.database = database;
        this.clock = clock;
        foreach (KeyRow row in database.Read(connection => connection.Query<KeyRow>(KeyRow.Select).ToList()))
        {
            keysByHash[row.Hash] = row.ToKey();
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
        string secret = (isSecret ? "mls_" : "mlw_") + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        SourceKey key = new(id, source, isSecret, secret[^4..], clock.GetUtcNow(), RevokedAt: null);
        string hash = HashOf(secret);
        await database.WriteAsync(
            (connection, transaction) => connection.Execute(
                "INSERT INTO keys VALUES (@Id, @Source, @IsSecret, @Hash, @LastFour, @CreatedAt, NULL)",
                new { key.Id, Source = source.Value, IsSecret = isSecret ? 1 : 0, Hash = hash, key.LastFour, CreatedAt = key.CreatedAt.UtcTicks },
                transaction),
            _ => keysByHash[hash] = key,
            cancellationToken);
        return new IssuedKey(key, secret);
    }

    /// <inheritdoc />
    public ValueTask<SourceKey?> FindKeyAsync(string key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(!string.IsNullOrEmpty(key) && key.Length <= 256 && keysByHash.TryGetValue(HashOf(key), out SourceKey? found) && found.RevokedAt is null ? found : null);

    /// <inheritdoc />
    public Task<IReadOnlyList<SourceKey>> ListKeysAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SourceKey>>([.. keysByHash.Values.OrderBy(key => key.CreatedAt).ThenBy(key => key.Id, StringComparer.Ordinal)]);

    /// <inheritdoc />
    public async Task<bool> RevokeKeyAsync(string keyId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(keyId);
        KeyRow? revoked = await database.WriteAsync(
            (connection, transaction) =>
            {
                connection.Execute("UPDATE keys SET revoked_at = @at WHERE id = @keyId AND revoked_at IS NULL", new { keyId, at = clock.GetUtcNow().UtcTicks }, transaction);
                return connection.QuerySingleOrDefault<KeyRow>(KeyRow.Select + " WHERE id = @keyId", new { keyId }, transaction);
            },
            row =>
            {
                if (row is not null)
                {
                    keysByHash[row.Hash] = row.ToKey();
                }
            },
            cancellationToken);
        return revoked is not null;
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

        public SourceKey ToKey() => new(
            Id,
            new SourceId(Source),
            IsSecret != 0,
            LastFour,
            new DateTimeOffset(CreatedAt, TimeSpan.Zero),
            RevokedAt is long ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null);
    }
}
