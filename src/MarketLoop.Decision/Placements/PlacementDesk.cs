using System.Text.Json;
using System.Text.Json.Serialization;
using MarketLoop.Data.Placements;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Placements;

/// <summary>The placements in force: the ready-made ones under what the owner saved. Answers read memory and never wait. Thread-safe.</summary>
public sealed class PlacementDesk(IPlacementStore store, TimeProvider clock) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly SemaphoreSlim gate = new(1, 1);
    private IReadOnlyDictionary<string, SavedPlacement> saved = new Dictionary<string, SavedPlacement>(StringComparer.Ordinal);

    /// <summary>Reads what was saved. Call it once at start; until then the ready-made ones are in force.</summary>
    /// <exception cref="MarketLoopException">A stored placement cannot be read.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            await ReadAsync(cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The placement of a name; one nobody saved has the ready-made settings. O(1).</summary>
    public Placement Find(string name) => Volatile.Read(ref saved).TryGetValue(name, out SavedPlacement? found) ? found.Placement : ReadyPlacements.For(name);

    /// <summary>All placements in order of name: the ready-made ones and those saved.</summary>
    public IReadOnlyList<SavedPlacement> List()
    {
        IReadOnlyDictionary<string, SavedPlacement> current = Volatile.Read(ref saved);
        return [.. ReadyPlacements.All
            .Where(ready => !current.ContainsKey(ready.Name))
            .Select(ready => new SavedPlacement(ready, null, null))
            .Concat(current.Values)
            .OrderBy(placement => placement.Placement.Name, StringComparer.Ordinal)];
    }

    /// <summary>Saves a placement; it is in force when this returns.</summary>
    /// <returns>The faults that kept it from being saved; empty when it was.</returns>
    public async Task<IReadOnlyList<PlacementFault>> SaveAsync(Placement placement, string by, CancellationToken cancellationToken)
    {
        IReadOnlyList<PlacementFault> faults = [.. PlacementCheck.Find(placement)];
        if (faults.Count > 0)
        {
            return faults;
        }

        await gate.WaitAsync(cancellationToken);
        try
        {
            await store.SaveAsync(new StoredPlacement(placement.Name, JsonSerializer.Serialize(placement, Json), clock.GetUtcNow(), by), cancellationToken);
            await ReadAsync(cancellationToken);
        }
        finally
        {
            gate.Release();
        }

        return [];
    }

    /// <summary>Goes back to the ready-made settings; a placement of the shop's own is gone. False when nothing was saved under the name.</summary>
    public async Task<bool> RemoveAsync(string name, string by, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            bool removed = await store.RemoveAsync(name, by, clock.GetUtcNow(), cancellationToken);
            await ReadAsync(cancellationToken);
            return removed;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Who changed what, newest first.</summary>
    public Task<IReadOnlyList<PlacementChange>> ListChangesAsync(string? name, int limit, CancellationToken cancellationToken) => store.ListChangesAsync(name, limit, cancellationToken);

    /// <inheritdoc />
    public void Dispose() => gate.Dispose();

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, SavedPlacement> read = new(StringComparer.Ordinal);
        foreach (StoredPlacement stored in await store.ListAsync(cancellationToken))
        {
            read[stored.Name] = new SavedPlacement(Parse(stored), stored.SavedAt, stored.SavedBy);
        }

        Volatile.Write(ref saved, read);
    }

    private static Placement Parse(StoredPlacement stored)
    {
        try
        {
            return JsonSerializer.Deserialize<Placement>(stored.Settings, Json) ?? ReadyPlacements.For(stored.Name);
        }
        catch (JsonException damaged)
        {
            throw new MarketLoopException($"The placement {stored.Name} in the shop database cannot be read: {damaged.Message}", isTransient: false, damaged);
        }
    }
}

/// <summary>A placement in force.</summary>
/// <param name="Placement">Its settings.</param>
/// <param name="SavedAt">When they were saved; null for ready-made ones.</param>
/// <param name="SavedBy">Who saved them; null for ready-made ones.</param>
public sealed record SavedPlacement(Placement Placement, DateTimeOffset? SavedAt, string? SavedBy);
