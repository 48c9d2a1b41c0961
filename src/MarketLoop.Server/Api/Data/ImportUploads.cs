using System.Text.Json;
using System.Threading.Channels;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>Files sent to be imported, with their progress told line by line.</summary>
internal static class ImportUploads
{
    private const string LinesOfJson = "application/x-ndjson";

    public static void MapImportUploads(this RouteGroupBuilder data)
    {
        data.MapPost("/imports", ImportAsync)
            .RequireAuthorization(Policies.Secret)
            .WithSummary("Imports the file in the body (plain or gzipped); answers lines of JSON: progress, and last the report.")
            .Produces<ImportReport>(StatusCodes.Status200OK, LinesOfJson);
        data.MapPost("/imports/preview", PreviewAsync)
            .RequireAuthorization(Policies.Secret)
            .WithSummary("Shows what an import would make of the first ten rows of a file, a CSV by its mapping; stores nothing.");
    }

    private static async Task<IResult> ImportAsync(HttpContext http, ImportTarget target, string? format, string? source, string? mapping, CancellationToken cancellationToken)
    {
        FieldErrors errors = new();
        ColumnMapping? columns = ReadMapping(mapping, errors);
        IShopImporter? importer = ShopImporters.Find(format ?? "", target, columns);
        errors.Require(importer is not null, "format", $"one of {string.Join(", ", ShopImporters.Formats)}, or {RowImporter.Csv} with a mapping");
        errors.Require(source is null or { Length: >= 1 and <= 100 }, "source", "1 to 100 characters");
        if (importer is null || errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        AllowLargeBody(http);
        Channel<ImportProgress> news = System.Threading.Channels.Channel.CreateBounded<ImportProgress>(new BoundedChannelOptions(4) { FullMode = BoundedChannelFullMode.DropOldest });
        Task<ImportReport> import = RunAsync(importer, http, new SourceId(source ?? importer.Format), news.Writer, cancellationToken);
        http.Response.ContentType = LinesOfJson;
        await foreach (ImportProgress step in news.Reader.ReadAllAsync(cancellationToken))
        {
            await WriteLineAsync(http, new { progress = step }, cancellationToken);
        }

        return await FinishAsync(http, import, cancellationToken);
    }

    private static async Task<IResult> PreviewAsync(HttpContext http, TimeProvider time, string? format, string? mapping, CancellationToken cancellationToken)
    {
        FieldErrors errors = new();
        ColumnMapping? columns = ReadMapping(mapping, errors);
        string wanted = format ?? RowImporter.Csv;
        errors.Require(wanted is RowImporter.Csv || ShopImporters.Formats.Contains(wanted, StringComparer.Ordinal), "format", $"one of {string.Join(", ", ShopImporters.Formats)}, or {RowImporter.Csv}");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        AllowLargeBody(http);
        return TypedResults.Ok(await RowImporter.PreviewAsync(wanted, http.Request.Body, columns, time.GetUtcNow(), cancellationToken));
    }

    private static async Task<ImportReport> RunAsync(
        IShopImporter importer, HttpContext http, SourceId source, ChannelWriter<ImportProgress> news, CancellationToken cancellationToken)
    {
        try
        {
            return await importer.ImportAsync(http.Request.Body, source, new ChannelProgress(news), cancellationToken);
        }
        finally
        {
            news.Complete();
        }
    }

    private static async Task<IResult> FinishAsync(HttpContext http, Task<ImportReport> import, CancellationToken cancellationToken)
    {
        try
        {
            await WriteLineAsync(http, new { report = await import }, cancellationToken);
        }
        catch (ImportFormatException wrong)
        {
            if (!http.Response.HasStarted)
            {
                return Problems.Result(http, ProblemCode.Invalid, wrong.Message);
            }

            await WriteLineAsync(http, new { error = new { code = ProblemCode.Invalid.Code, detail = wrong.Message } }, cancellationToken);
        }
        catch (MarketLoopException trouble) when (http.Response.HasStarted)
        {
            await WriteLineAsync(http, new { error = new { code = ProblemCode.Unavailable.Code, detail = trouble.Message } }, cancellationToken);
        }

        return TypedResults.Empty;
    }

    private static ColumnMapping? ReadMapping(string? json, FieldErrors errors)
    {
        if (json is null)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<ColumnMapping>(json, JsonFormat.Options);
        }
        catch (JsonException)
        {
            errors.Require(false, "mapping", "JSON such as {\"customer\":\"CustomerID\",\"time\":\"InvoiceDate\"}");
            return null;
        }
    }

    private static void AllowLargeBody(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
    }

    private static async Task WriteLineAsync<T>(HttpContext http, T line, CancellationToken cancellationToken)
    {
        await JsonSerializer.SerializeAsync(http.Response.Body, line, ImportReport.Json, cancellationToken);
        await http.Response.Body.WriteAsync("\n"u8.ToArray(), cancellationToken);
        await http.Response.Body.FlushAsync(cancellationToken);
    }

    // Progress<T> posts to the thread pool and may overtake itself; this one keeps the order.
    private sealed class ChannelProgress(ChannelWriter<ImportProgress> news) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => news.TryWrite(value);
    }
}
