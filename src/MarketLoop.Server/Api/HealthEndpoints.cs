using MarketLoop.Data.EventLog;
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
        group.MapGet("/ready", ReadyAsync).WithSummary("The event log can be read.");
    }

    private static async Task<Results<Ok<Health>, ProblemHttpResult>> ReadyAsync(HttpContext http, IEventLog log, CancellationToken cancellationToken)
    {
        try
        {
            await log.GetStatusAsync(cancellationToken);
            return TypedResults.Ok(new Health("ready"));
        }
        catch (Domain.MarketLoopException trouble)
        {
            return Problems.Result(http, ProblemCode.Unavailable, trouble.Message);
        }
    }

    /// <summary>State of the server.</summary>
    internal sealed record Health(string Status);
}
