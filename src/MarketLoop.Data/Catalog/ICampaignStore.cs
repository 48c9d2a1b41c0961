using Dapper;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Catalog;

/// <summary>The shop's promotions and advertising campaigns. Thread-safe.</summary>
public interface ICampaignStore
{
    /// <summary>All campaigns of kind advertising in order of id, in memory.</summary>
    IReadOnlyList<Campaign> Advertising { get; }

    /// <summary>Adds or replaces campaigns, durably.</summary>
    Task UpsertAsync(IReadOnlyCollection<Campaign> campaigns, CancellationToken cancellationToken);

    /// <summary>Campaigns in order of id.</summary>
    /// <param name="after">Only ids behind this one; null for the first.</param>
    /// <param name="kind">Only of this kind; null for both.</param>
    /// <param name="limit">Most rows wanted, 1..1000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<Campaign>> ListAsync(string? after, CampaignKind? kind, int limit, CancellationToken cancellationToken);

    /// <summary>A campaign; null when there is none of that id.</summary>
    Task<Campaign?> FindAsync(CampaignId id, CancellationToken cancellationToken);

    /// <summary>Removes a campaign; false when there is none of that id.</summary>
    Task<bool> RemoveAsync(CampaignId id, CancellationToken cancellationToken);
}

/// <summary>Campaigns in the shop database.</summary>
internal sealed class EmbeddedCampaigns : ICampaignStore
{
    private readonly ShopDatabase database;
    private IReadOnlyList<Campaign> advertising;

    public EmbeddedCampaigns(ShopDatabase database)
    {
        this.database = database;
        advertising = database.Read(connection => ReadAdvertising(connection, null));
    }

    /// <inheritdoc />
    public IReadOnlyList<Campaign> Advertising => Volatile.Read(ref advertising);

    /// <inheritdoc />
    public Task UpsertAsync(IReadOnlyCollection<Campaign> campaigns, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(campaigns);
        return database.WriteAsync(
            (connection, transaction) =>
            {
                connection.Execute(
                    "INSERT OR REPLACE INTO campaigns VALUES (@Id, @Kind, @Body)",
                    campaigns.Select(campaign => new { Id = campaign.Id.Value, campaign.Kind, Body = System.Text.Json.JsonSerializer.Serialize(campaign, RecordCodec.TypeOf<Campaign>()) }),
                    transaction);
                return ReadAdvertising(connection, transaction);
            },
            Publish,
            cancellationToken);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<Campaign>> ListAsync(string? after, CampaignKind? kind, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        const string Query = "SELECT body FROM campaigns WHERE id > @after AND (@kind IS NULL OR kind = @kind) ORDER BY id LIMIT @limit";
        return Task.FromResult<IReadOnlyList<Campaign>>(database.Read(connection =>
            connection.Query<string>(Query, new { after = after ?? "", kind = (int?)kind, limit }).Select(RecordCodec.Read<Campaign>).ToList()));
    }

    /// <inheritdoc />
    public Task<Campaign?> FindAsync(CampaignId id, CancellationToken cancellationToken) => Task.FromResult(database.Read(connection =>
        connection.QuerySingleOrDefault<string>("SELECT body FROM campaigns WHERE id = @id", new { id = id.Value }) is { } body ? RecordCodec.Read<Campaign>(body) : null));

    /// <inheritdoc />
    public async Task<bool> RemoveAsync(CampaignId id, CancellationToken cancellationToken)
    {
        (int removed, _) = await database.WriteAsync(
            (connection, transaction) => (connection.Execute("DELETE FROM campaigns WHERE id = @id", new { id = id.Value }, transaction), ReadAdvertising(connection, transaction)),
            result => Publish(result.Item2),
            cancellationToken);
        return removed == 1;
    }

    private static List<Campaign> ReadAdvertising(SqliteConnection connection, SqliteTransaction? transaction) =>
        [.. connection.Query<string>("SELECT body FROM campaigns WHERE kind = @kind ORDER BY id", new { kind = CampaignKind.Advertising }, transaction).Select(RecordCodec.Read<Campaign>)];

    private void Publish(IReadOnlyList<Campaign> current) => Volatile.Write(ref advertising, current);
}
