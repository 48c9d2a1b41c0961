using MarketLoop.Analysis.Evaluation;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Analysis;

/// <summary>Measurements of models over the shop's own data, for the command line. They take minutes on a large shop, so no browser may start one.</summary>
internal static class EvaluationEndpoints
{
    public static void MapEvaluations(this RouteGroupBuilder analysis) => analysis
        .MapGet("/evaluations/segments", EvaluateSegmentsAsync)
        .RequireAuthorization(Policies.Secret)
        .WithSummary("How apart and how stable the segments are, sorted anew with several seeds.");

    private static async Task<Results<Ok<SegmentReport>, ProblemHttpResult>> EvaluateSegmentsAsync(
        HttpContext http, IEventLog log, ICatalogStore catalog, DataFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(folder.Shop.TimeZone);
            return TypedResults.Ok(await SegmentEvaluator.EvaluateAsync(log, catalog, zone, cancellationToken));
        }
        catch (MarketLoopException tooEarly) when (!tooEarly.IsTransient)
        {
            return Problems.Result(http, ProblemCode.Conflict, tooEarly.Message);
        }
    }
}
