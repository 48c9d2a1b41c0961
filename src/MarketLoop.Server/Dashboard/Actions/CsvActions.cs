using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Dashboard.Actions;

/// <summary>The three steps of a CSV file: up, a dry run, in.</summary>
internal static class CsvActions
{
    private const long LargestFile = 512L * 1024 * 1024;

    public static void MapCsv(this RouteGroupBuilder actions)
    {
        actions.MapPost("/csv", UploadAsync).WithMetadata(new RequestSizeLimitAttribute(LargestFile), new RequestFormLimitsAttribute { MultipartBodyLengthLimit = LargestFile });
        actions.MapPost("/csv/check", CheckAsync);
        actions.MapPost("/csv/import", ImportAsync);
    }

    private static async Task<RedirectHttpResult> UploadAsync(IFormFile? file, CsvUploads uploads, CancellationToken cancellationToken)
    {
        if (file is null or { Length: 0 })
        {
            return ToConnect("problem=file");
        }

        try
        {
            CsvUpload upload = await uploads.AddAsync(file, cancellationToken);
            return ToConnect($"file={upload.Id}");
        }
        catch (Exception unreadable) when (unreadable is ImportFormatException or InvalidDataException)
        {
            return ToConnect("problem=columns");
        }
    }

    private static async Task<RedirectHttpResult> CheckAsync([FromForm] IFormCollection form, CsvUploads uploads, CancellationToken cancellationToken) =>
        (await TryAsync(form, uploads, cancellationToken)).Answer;

    private static async Task<RedirectHttpResult> ImportAsync(
        [FromForm] IFormCollection form, CsvUploads uploads, ImportTarget target, ImportGate gate, CancellationToken cancellationToken)
    {
        (RedirectHttpResult answer, CsvUpload? upload) = await TryAsync(form, uploads, cancellationToken);
        if (upload is null)
        {
            return answer;
        }

        using IDisposable? entry = gate.TryEnter();
        if (entry is null)
        {
            return ToConnect($"file={upload.Id}&problem=busy");
        }

        await using (FileStream stream = new(upload.Path, FileMode.Open, FileAccess.Read, FileShare.Read))
        {
            IShopImporter importer = ShopImporters.Find(RowImporter.Csv, target, upload.Mapping) ?? throw new InvalidOperationException("A mapping was given.");
            await importer.ImportAsync(stream, new SourceId(upload.Source), null, cancellationToken);
        }

        uploads.Remove(upload.Id);
        return TypedResults.LocalRedirect("/data?done=imported");
    }

    private static async Task<(RedirectHttpResult Answer, CsvUpload? Upload)> TryAsync(IFormCollection form, CsvUploads uploads, CancellationToken cancellationToken)
    {
        if (uploads.Find(form["id"]) is not { } upload)
        {
            return (ToConnect("problem=gone"), null);
        }

        string source = form["source"].ToString();
        if (!KeyEndpoints.IsSourceName(source))
        {
            return (ToConnect($"file={upload.Id}&problem=name"), null);
        }

        try
        {
            return (ToConnect($"file={upload.Id}"), await uploads.CheckAsync(upload, CsvForm.Read(form), source, cancellationToken));
        }
        catch (Exception unreadable) when (unreadable is ImportFormatException or InvalidDataException)
        {
            return (ToConnect($"file={upload.Id}&problem=columns"), null);
        }
    }

    private static RedirectHttpResult ToConnect(string query) => TypedResults.LocalRedirect($"/connect?{query}#csv");
}
