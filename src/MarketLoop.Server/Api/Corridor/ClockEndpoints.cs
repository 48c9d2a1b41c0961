using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Corridor;

/// <summary>The clock. A simulation moves it, and each move is a barrier: what was sent is stored, the turn is done.</summary>
internal static class ClockEndpoints
{
    public static void MapClock(this RouteGroupBuilder clock)
    {
        clock.MapGet("", (TimeProvider time) => TypedResults.Ok(new Clock(time.GetUtcNow(), time is ManualClock)))
            .WithSummary("What time it is for MarketLoop.");
        clock.MapPost("", MoveAsync)
            .RequireAuthorization(Policies.Secret)
            .WithSummary("Moves a manual clock forward and, unless turn is false, runs one turn and answers its report.");
    }

    private static async Task<Results<Ok<TurnReport>, Ok<Clock>, ProblemHttpResult>> MoveAsync(
        HttpContext http, ClockRequest request, TimeProvider time, LoopTurns turns, CancellationToken cancellationToken)
    {
        if (time is not ManualClock manual)
        {
            return Problems.Result(http, ProblemCode.Conflict, "The clock is real. Only a server started with a manual clock lets it be moved.");
        }

        DateTimeOffset now = manual.GetUtcNow();
        FieldErrors errors = new FieldErrors()
            .Require(request.Now is not null, "now", "a moment, such as 2026-01-02T00:00:00Z")
            .Require(request.Now is null || request.Now >= now, "now", $"not before {now:O}: time does not run backwards")
            .Require(request.Now is null || request.Now <= now.AddYears(10), "now", "not more than ten years ahead");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        manual.MoveTo(request.Now!.Value);   // not null: checked above
        return request.Turn
            ? TypedResults.Ok(await turns.RunAsync(asOf: null, cancellationToken))
            : TypedResults.Ok(new Clock(manual.GetUtcNow(), IsManual: true));
    }
}

/// <summary>The time.</summary>
/// <param name="Now">The moment it is.</param>
/// <param name="IsManual">True when a simulation moves it.</param>
public sealed record Clock(DateTimeOffset Now, bool IsManual);

/// <summary>Where to move a manual clock.</summary>
/// <param name="Now">The moment wanted.</param>
/// <param name="Turn">False to move only; true (default) to run one turn as well.</param>
public sealed record ClockRequest(DateTimeOffset? Now, bool Turn = true);
