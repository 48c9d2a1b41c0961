using System.Text.Json;
using MarketLoop.Data.Shop;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>Imports of files, and their reports.</summary>
internal static class ImportEndpoints
{
    private const int MostReports = 100;

    public static void MapImports(this RouteGroupBuilder data)
    {
        data.MapGet("/imports", ListAsync).WithSummary("Reports of imports, newest first.");
    }

    private static async Task<Results<Ok<Page<JsonElement>>, ProblemHttpResult>> ListAsync(HttpContext http, IShopStore store, int? limit, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors().Require(limit is null or (>= 1 and <= MostReports), "limit", $"1 to {MostReports}");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        IReadOnlyList<string> reports = await store.ListImportReportsAsync(limit ?? 20, cancellationToken);
        return TypedResults.Ok(new Page<JsonElement>([.. reports.Select(json => JsonSerializer.Deserialize<JsonElement>(json))], null));
    }
}
