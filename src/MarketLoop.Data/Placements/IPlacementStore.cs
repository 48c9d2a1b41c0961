using Dapper;
using MarketLoop.Data.Embedded;

namespace MarketLoop.Data.Placements;

/// <summary>What the owner set for the places where recommendations show, and who changed it when. Thread-safe; every write is durable on return.</summary>
public interface IPlacementStore
{
    /// <summary>Adds a placement's settings or replaces those of the same name; the change is put on record in the same step.</summary>
    Task SaveAsync(StoredPlacement placement, CancellationToken cancellationToken);

    /// <summary>All stored placements in order of name.</summary>
    Task<IReadOnlyList<StoredPlacement>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Removes what was stored under a name and puts that on record; false when nothing was.</summary>
    Task<bool> RemoveAsync(string name, string by, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Changes on record, newest first.</summary>
    /// <param name="name">Of one placement; null for all.</param>
    /// <param name="limit">Most rows wanted.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<PlacementChange>> ListChangesAsync(string? name, int limit, CancellationToken cancellationToken);
}

/// <summary>A placement as it is stored.</summary>
/// <param name="Name">Its name, which slots are asked by.</param>
/// <param name="Settings">Its settings as JSON.</param>
/// <param name="SavedAt">When it was saved last.</param>
/// <param name="SavedBy">Who saved it: the owner's sign-in, a key, the command line.</param>
public sealed record StoredPlacement(string Name, string Settings, DateTimeOffset SavedAt, string SavedBy);

/// <summary>That somebody changed a placement.</summary>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="Placement">Which.</param>
/// <param name="Before">The settings before, as JSON; null where none were stored.</param>
/// <param name="After">The settings since, as JSON; null where they were removed.</param>
public sealed record PlacementChange(DateTimeOffset At, string By, string Placement, string? Before, string? After);

/// <summary>Placements in the shop database.</summary>
internal sealed class EmbeddedPlacements(ShopDatabase database) : IPlacementStore
{
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS placements (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS placement_changes (id INTEGER PRIMARY KEY, name TEXT NOT NULL, body TEXT NOT NULL);
        """;

    private const string Find = "SELECT body FROM placements WHERE name = @name";

    /// <inheritdoc />
    public Task SaveAsync(StoredPlacement placement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(placement);
        ArgumentException.ThrowIfNullOrWhiteSpace(placement.Name, nameof(placement));
        return database.WriteAsync(
            (connection, transaction) =>
            {
                string? before = connection.QuerySingleOrDefault<string>(Find, new { name = placement.Name }, transaction);
                PlacementChange change = new(placement.SavedAt, placement.SavedBy, placement.Name, SettingsOf(before), placement.Settings);
                connection.Execute("INSERT INTO placement_changes (name, body) VALUES (@name, @body)", new { name = placement.Name, body = StoreJson.Write(change) }, transaction);
                return connection.Execute("INSERT OR REPLACE INTO placements VALUES (@name, @body)", new { name = placement.Name, body = StoreJson.Write(placement) }, transaction);
            },
            null,
            cancellationToken);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<StoredPlacement>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<StoredPlacement>>(database.Read(connection =>
        connection.Query<string>("SELECT body FROM placements ORDER BY name").Select(StoreJson.Read<StoredPlacement>).ToList()));

    /// <inheritdoc />
    public Task<bool> RemoveAsync(string name, string by, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) =>
        {
            if (connection.QuerySingleOrDefault<string>(Find, new { name }, transaction) is not { } before)
            {
                return false;
            }

            PlacementChange change = new(at, by, name, SettingsOf(before), After: null);
            connection.Execute("INSERT INTO placement_changes (name, body) VALUES (@name, @body)", new { name, body = StoreJson.Write(change) }, transaction);
            return connection.Execute("DELETE FROM placements WHERE name = @name", new { name }, transaction) == 1;
        },
        null,
        cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<PlacementChange>> ListChangesAsync(string? name, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<PlacementChange>>(database.Read(connection =>
        connection.Query<string>("SELECT body FROM placement_changes WHERE @name IS NULL OR name = @name ORDER BY id DESC LIMIT @limit", new { name, limit }).Select(StoreJson.Read<PlacementChange>).ToList()));

    private static string? SettingsOf(string? body) => body is null ? null : StoreJson.Read<StoredPlacement>(body).Settings;
}
