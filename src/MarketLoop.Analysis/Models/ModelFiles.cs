using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MarketLoop.Analysis.Preference;
using MarketLoop.Analysis.Response;
using MarketLoop.Analysis.Segmentation;
using MarketLoop.Data.Models;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Models;

/// <summary>Models as files: <c>segments.json</c>, <c>preference.bin</c>, <c>response.json</c>, and <c>manifest.json</c> beside them.</summary>
public static class ModelFiles
{
    /// <summary>Name of the file that lists the others.</summary>
    public const string ManifestName = "manifest.json";

    private const string SegmentsName = "segments.json";
    private const string PreferenceName = "preference.bin";
    private const string ResponseName = "response.json";
    private const uint PreferenceMagic = 0x31504C4D; // "MLP1", little-endian

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

        if (models.Preference is { } preference)
        {
            await WriteAsync(PreferenceName, ToBytes(preference));
        }

        if (models.Response is { } response)
        {
            await WriteAsync(ResponseName, JsonSerializer.SerializeToUtf8Bytes(response, Json));
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
            return new ServingModels
            {
                Manifest = manifest,
                Segments = await ReadJsonAsync<SegmentModel>(SegmentsName),
                Preference = manifest.Files.ContainsKey(PreferenceName)
                    ? FromBytes(await File.ReadAllBytesAsync(Path.Combine(folder, PreferenceName), cancellationToken))
                    : null,
                Response = await ReadJsonAsync<ResponseModel>(ResponseName),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidDataException)
        {
            throw new MarketLoopException($"The files of model version {manifest.Version} cannot be read: {e.Message}", isTransient: false, e);
        }

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

    private static byte[] ToBytes(PreferenceModel model)
    {
        using MemoryStream stream = new();
        using (BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(PreferenceMagic);
            writer.Write(model.Weights.View);
            writer.Write(model.Weights.Add);
            writer.Write(model.Weights.Purchase);
            writer.Write(model.Weights.Popularity);
            writer.Write(model.Weights.HistoryHalfLifeDays);
            writer.Write(model.ProductCount);
            foreach (ProductId product in model.Products)
            {
                writer.Write(product.Value);
            }

            WriteAll(writer, model.Popularity, static (w, x) => w.Write(x));
            WriteAll(writer, model.Links.Starts, static (w, x) => w.Write(x));
            writer.Write(model.Links.Targets.Length);
            WriteAll(writer, model.Links.Targets, static (w, x) => w.Write(x));
            WriteAll(writer, model.Links.Weights, static (w, x) => w.Write(x));
        }

        return stream.ToArray();
    }

    private static void WriteAll<T>(BinaryWriter writer, ReadOnlySpan<T> values, Action<BinaryWriter, T> write)
    {
        foreach (T value in values)
        {
            write(writer, value);
        }
    }

    private static PreferenceModel FromBytes(byte[] bytes)
    {
        using BinaryReader reader = new(new MemoryStream(bytes), Encoding.UTF8);
        if (reader.ReadUInt32() != PreferenceMagic)
        {
            throw new InvalidDataException("Not a preference model.");
        }

        PreferenceWeights weights = new(reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
        int count = reader.ReadInt32();
        ProductId[] products = ReadAll(count, () => new ProductId(reader.ReadString()));
        float[] popularity = ReadAll(count, reader.ReadSingle);
        int[] starts = ReadAll(count + 1, reader.ReadInt32);
        int links = reader.ReadInt32();
        ProductLinks matrix = new(starts, ReadAll(links, reader.ReadInt32), ReadAll(links, reader.ReadSingle));
        return new PreferenceModel(products, matrix, popularity, weights);
    }

    private static T[] ReadAll<T>(int count, Func<T> read)
    {
        T[] all = new T[count];
        for (int i = 0; i < count; i++)
        {
            all[i] = read();
        }

        return all;
    }
}
