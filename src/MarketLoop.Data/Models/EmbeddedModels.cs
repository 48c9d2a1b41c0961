using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using MarketLoop.Data.Embedded;
using MarketLoop.Domain;

namespace MarketLoop.Data.Models;

/// <summary>Manifests in the shop database, files in <c>models/{version}/</c>.</summary>
internal sealed class EmbeddedModels : IModelStore
{
    private const string StagingName = "staging";
    private readonly string root;
    private readonly ShopDatabase database;
    private int stagings;

    public EmbeddedModels(DataFolder folder, ShopDatabase database)
    {
        root = folder.Models;
        this.database = database;
        string staging = Path.Combine(root, StagingName);
        if (Directory.Exists(staging))
        {
            Directory.Delete(staging, recursive: true); // trainings that did not live to register
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<ModelManifest>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ModelManifest>>(database.Read(connection =>
            connection.Query<string>("SELECT body FROM models ORDER BY version DESC").Select(StoreJson.Read<ModelManifest>).ToList()));

    /// <inheritdoc />
    public Task<ModelManifest?> FindActiveAsync(CancellationToken cancellationToken) =>
        Task.FromResult(database.Read(connection =>
            connection.QuerySingleOrDefault<string>("SELECT body FROM models ORDER BY version DESC LIMIT 1") is string body ? StoreJson.Read<ModelManifest>(body) : null));

    /// <inheritdoc />
    public string CreateStagingFolder()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref stagings)}");
        return Directory.CreateDirectory(Path.Combine(root, StagingName, name)).FullName;
    }

    /// <inheritdoc />
    public async Task<ModelManifest> RegisterAsync(ModelManifest manifest, string stagingFolder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentException.ThrowIfNullOrWhiteSpace(stagingFolder);
        await VerifyAsync(manifest, stagingFolder, cancellationToken);
        return await database.WriteAsync(
            (connection, transaction) =>
            {
                ModelVersion next = new((connection.QuerySingleOrDefault<int?>("SELECT max(version) FROM models", transaction: transaction) ?? 0) + 1);
                string target = FolderOf(next);
                if (Directory.Exists(target))
                {
                    Directory.Delete(target, recursive: true); // moved in, but the process died before it was written down
                }

                MoveIn(stagingFolder, target);
                ModelManifest registered = manifest with { Version = next };
                connection.Execute("INSERT INTO models VALUES (@version, @body)", new { version = next.Value, body = StoreJson.Write(registered) }, transaction);
                return registered;
            },
            null,
            cancellationToken);
    }

    /// <inheritdoc />
    public string FolderOf(ModelVersion version) => Path.Combine(root, version.ToString());

    private static async Task VerifyAsync(ModelManifest manifest, string stagingFolder, CancellationToken cancellationToken)
    {
        foreach ((string name, string expected) in manifest.Files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            string path = Path.Combine(stagingFolder, name);
            if (!string.Equals(Path.GetFileName(name), name, StringComparison.Ordinal) || !File.Exists(path))
            {
                throw new MarketLoopException($"The trained model lacks its file {name}.");
            }

            await using FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            string found = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
            if (!string.Equals(found, expected, StringComparison.OrdinalIgnoreCase))
            {
                throw new MarketLoopException($"The trained model's file {name} is not what its training wrote: SHA-256 differs.");
            }

            stream.Flush(flushToDisk: true);
        }
    }

    private static void MoveIn(string stagingFolder, string target)
    {
        try
        {
            Directory.Move(stagingFolder, target);
        }
        catch (IOException failure)
        {
            throw new MarketLoopException($"The trained model cannot be moved into the registry: {failure.Message}", isTransient: true, failure);
        }
    }
}
