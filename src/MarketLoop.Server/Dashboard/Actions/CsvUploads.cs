using System.Collections.Concurrent;
using System.Security.Cryptography;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Importing;
using Microsoft.AspNetCore.Http;

namespace MarketLoop.Server.Dashboard.Actions;

/// <summary>A file on its way: uploaded, not imported yet.</summary>
public sealed record CsvUpload(string Id, string Path, string FileName, long Bytes, string Source, IReadOnlyList<string> Headers, ColumnMapping Mapping, ImportPreview? Preview);

/// <summary>Uploaded files that wait for their mapping, in the folder's space for temporary files (emptied at start).</summary>
internal sealed class CsvUploads(DataFolder folder, TimeProvider time)
{
    private const int MostUploads = 5;
    private readonly ConcurrentDictionary<string, CsvUpload> uploads = new(StringComparer.Ordinal);

    /// <summary>The upload of an id; null when it is gone.</summary>
    public CsvUpload? Find(string? id) => id is not null && uploads.TryGetValue(id, out CsvUpload? upload) ? upload : null;

    /// <summary>Keeps an uploaded file and guesses what its columns mean.</summary>
    /// <exception cref="ImportFormatException">It has no header row.</exception>
    public async Task<CsvUpload> AddAsync(IFormFile file, CancellationToken cancellationToken)
    {
        while (uploads.Count >= MostUploads && uploads.Keys.FirstOrDefault() is { } oldest)
        {
            Remove(oldest);
        }

        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        string path = Path.Combine(folder.Temporary, "upload-" + id);
        Directory.CreateDirectory(folder.Temporary);
        try
        {
            await using (FileStream stream = new(path, FileMode.CreateNew, FileAccess.Write))
            {
                await file.CopyToAsync(stream, cancellationToken);
            }

            ImportPreview preview = await PreviewAsync(path, mapping: null, cancellationToken);
            string name = Path.GetFileName(file.FileName);
            CsvUpload upload = new(id, path, name, file.Length, "csv", preview.Headers, preview.Mapping, null);
            uploads[id] = upload;
            return upload;
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Tries a mapping on the first rows and keeps it with the upload.</summary>
    /// <exception cref="ImportFormatException">The mapping does not fit the file.</exception>
    public async Task<CsvUpload> CheckAsync(CsvUpload upload, ColumnMapping mapping, string source, CancellationToken cancellationToken)
    {
        uploads[upload.Id] = upload with { Mapping = mapping, Source = source, Preview = null };   // what was chosen is kept even when it does not fit
        CsvUpload tried = upload with { Mapping = mapping, Source = source, Preview = await PreviewAsync(upload.Path, mapping, cancellationToken) };
        uploads[upload.Id] = tried;
        return tried;
    }

    /// <summary>Forgets an upload and deletes its file.</summary>
    public void Remove(string id)
    {
        if (uploads.TryRemove(id, out CsvUpload? upload))
        {
            File.Delete(upload.Path);
        }
    }

    private async Task<ImportPreview> PreviewAsync(string path, ColumnMapping? mapping, CancellationToken cancellationToken)
    {
        await using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return await RowImporter.PreviewAsync(RowImporter.Csv, stream, mapping, time.GetUtcNow(), cancellationToken);
    }
}
