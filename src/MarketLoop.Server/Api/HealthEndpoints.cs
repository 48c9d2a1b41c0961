using MarketLoop.Data.EventLog;
using MarketLoop.Data.Pulse;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api;

/// <summary>Liveness and readiness for whoever watches the process. Public, and they tell nothing of the shop.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder group = app.MapGroup("/health").WithTags("health").AllowAnonymous();
        group.MapGet("/live", () => TypedResults.Ok(new Health("live"))).WithSummary("The process answers.");
        group.MapGet("/ready", ReadyAsync).WithSummary("Events are being stored and can be read.");
    }

    private static async Task<Results<Ok<Health>, ProblemHttpResult>> ReadyAsync(HttpContext http, IEventLog log, LogPulse pulse, CancellationToken cancellationToken)
    {
        try
        {
            await log.CountByDayAsync(new Domain.TimeWindow(DateTimeOffset.MinValue, DateTimeOffset.MinValue), cancellationToken); // waits for the loader and reads
            return pulse.State.IsHealthy
                ? TypedResults.Ok(new Health("ready"))
                : Problems.Result(http, ProblemCode.Unavailable, "Events are not being stored: no sign of life has come through for too long.");
        }
        catch (Domain.MarketLoopException trouble)
        {
            return Problems.Result(http, ProblemCode.Unavailable, trouble.Message);
        }
    }

    /// <summary>State of the server.</summary>
    internal sealed record Health(string Status);
}
