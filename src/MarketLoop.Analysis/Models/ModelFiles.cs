using System.Security.Cryptography;
using System.Text.Json;
using MarketLoop.Analysis.Outlook;
using MarketLoop.Analysis.Preference;
using MarketLoop.Analysis.Response;
using MarketLoop.Analysis.Segmentation;
using MarketLoop.Analysis.Targets;
using MarketLoop.Analysis.Value;
using MarketLoop.Data.Models;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Models;

/// <summary>Models as files: <c>segments.json</c>, <c>preference.bin</c> (and <c>preference-next.bin</c> ... for the other aims), <c>response.json</c>, <c>value.bin</c>, <c>buys.bin</c> (and <c>churn.bin</c> ... for the other outlooks), and <c>manifest.json</c> beside them.</summary>
public static class ModelFiles
{
    /// <summary>Name of the file that lists the others.</summary>
    public const string ManifestName = "manifest.json";

    private const string SegmentsName = "segments.json";
    private const string ResponseName = "response.json";
    private const string ValueName = "value.bin";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes the parts that are there. The same models give the same bytes.</summary>
    /// <returns>SHA-256 (hex) by file name.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> WriteAsync(ServingModels models, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        SortedDictionary<string, string> hashes = new(StringComparer.Ordinal);
        if (models.Segments is { } segments)
        {
            await WriteAsync(SegmentsName, JsonSerializer.SerializeToUtf8Bytes(segments, Json));
        }

        foreach ((PreferenceAim aim, PreferenceModel preference) in models.Preferences)
        {
            await WriteAsync(FileOf(aim), ToBytes(preference.Save));
        }

        if (models.Response is { } response)
        {
            await WriteAsync(ResponseName, JsonSerializer.SerializeToUtf8Bytes(response, Json));
        }

        if (models.Value is { } value)
        {
            await WriteAsync(ValueName, ToBytes(value.Save));
        }

        foreach ((RowTarget target, OutlookModel outlook) in models.Outlooks)
        {
            await WriteAsync(FileOf(target), ToBytes(outlook.Save));
        }

        if (models.NextCategory is { } category)
        {
            await WriteAsync(FileOf(RowTarget.NextCategory), ToBytes(category.Save));
        }

        return hashes;

        async Task WriteAsync(string name, byte[] bytes)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, name), bytes, cancellationToken);
            hashes.Add(name, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
    }

    /// <summary>Reads a version's models.</summary>
    /// <exception cref="MarketLoopException">A file is missing or damaged.</exception>
    public static async Task<ServingModels> ReadAsync(ModelManifest manifest, string folder, CancellationToken cancellationToken)
    {
        try
        {
            SortedDictionary<PreferenceAim, PreferenceModel> preferences = [];
            foreach (PreferenceAim aim in Enum.GetValues<PreferenceAim>())
            {
                if (await ReadBytesAsync(FileOf(aim), PreferenceModel.Load) is { } preference)
                {
                    preferences.Add(aim, preference);
                }
            }

            SortedDictionary<RowTarget, OutlookModel> outlooks = [];
            foreach (RowTarget target in OutlookTrainer.Targets)
            {
                if (await ReadBytesAsync(FileOf(target), OutlookModel.Load) is { } outlook)
                {
                    outlooks.Add(target, outlook);
                }
            }

            return new ServingModels
            {
                Manifest = manifest,
                Segments = await ReadJsonAsync<SegmentModel>(SegmentsName),
                Preferences = preferences,
                Value = await ReadBytesAsync(ValueName, ValueModel.Load),
                Outlooks = outlooks,
                NextCategory = await ReadBytesAsync(FileOf(RowTarget.NextCategory), NextCategoryModel.Load),
                Response = await ReadJsonAsync<ResponseModel>(ResponseName),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidDataException)
        {
            throw new MarketLoopException($"The files of model version {manifest.Version} cannot be read: {e.Message}", isTransient: false, e);
        }

        async Task<T?> ReadBytesAsync<T>(string name, Func<Stream, T> load)
            where T : class =>
            manifest.Files.ContainsKey(name) ? load(new MemoryStream(await File.ReadAllBytesAsync(Path.Combine(folder, name), cancellationToken))) : null;

        async Task<T?> ReadJsonAsync<T>(string name)
            where T : class =>
            manifest.Files.ContainsKey(name)
                ? JsonSerializer.Deserialize<T>(await File.ReadAllBytesAsync(Path.Combine(folder, name), cancellationToken), Json)
                : null;
    }

    /// <summary>Writes the manifest beside the models.</summary>
    public static Task WriteManifestAsync(ModelManifest manifest, string folder, CancellationToken cancellationToken) =>
        File.WriteAllBytesAsync(Path.Combine(folder, ManifestName), JsonSerializer.SerializeToUtf8Bytes(manifest, Json), cancellationToken);

    /// <summary>Reads the manifest that a training left.</summary>
    /// <exception cref="MarketLoopException">It is missing or damaged.</exception>
    public static async Task<ModelManifest> ReadManifestAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(folder, ManifestName), cancellationToken);
            return JsonSerializer.Deserialize<ModelManifest>(bytes, Json) ?? throw new InvalidDataException("The manifest is empty.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidDataException)
        {
            throw new MarketLoopException($"The training left no readable manifest: {e.Message}", isTransient: false, e);
        }
    }

    private static string FileOf(PreferenceAim aim) => PreferenceTrainer.NameOf(aim) + ".bin";

    private static string FileOf(RowTarget target) => OutlookTrainer.NameOf(target) + ".bin";

    private static byte[] ToBytes(Action<Stream> save)
    {
        using MemoryStream stream = new();
        save(stream);
        return stream.ToArray();
    }
}
