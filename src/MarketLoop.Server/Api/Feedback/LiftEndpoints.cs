using MarketLoop.Domain;
using MarketLoop.Feedback.Lift;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Feedback;

/// <summary>What the loop brought: treated over control, with its interval.</summary>
internal static class LiftEndpoints
{
    private const int MostDays = 3_650;

    public static void MapLift(this RouteGroupBuilder feedback) => feedback
        .MapGet("/lift", ReadAsync)
        .WithSummary("Lift overall and by channel and placement, with 95 % intervals; days (default 30) back from until (default now).");

    private static async Task<Results<Ok<LiftSummary>, ProblemHttpResult>> ReadAsync(
        HttpContext http, int? days, DateTimeOffset? until, LiftReader reader, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors()
            .Require(days is null or (>= 1 and <= MostDays), "days", $"1 to {MostDays}")
            .Require(until is null or { Year: >= 1990 and <= 2200 }, "until", "a year from 1990 to 2200");
        return errors.Count > 0 ? Problems.Result(http, errors) : TypedResults.Ok(await reader.ReadAsync(days ?? LiftReader.DefaultDays, until, cancellationToken));
    }
}

/// <summary>Reads the lift for the API and the dashboard alike.</summary>
internal sealed class LiftReader(LiftReport report, TimeProvider clock)
{
    /// <summary>Days looked back when nobody asks for another number.</summary>
    public const int DefaultDays = 30;

    public Task<LiftSummary> ReadAsync(int days, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        DateTimeOffset end = until ?? clock.GetUtcNow().AddTicks(1);   // half-open: what happened at this very moment counts
        return report.ComputeAsync(new TimeWindow(end.AddDays(-days), end), cancellationToken);
    }
}
