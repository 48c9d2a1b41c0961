using MarketLoop.Data.Intake;
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
        clock.MapGet("", (TimeProvider time) => TypedResults.Ok(Clock.Of(time)))
            .WithSummary("What time it is for MarketLoop.");
        clock.MapPost("", MoveAsync)
            .RequireAuthorization(Policies.Secret)
            .WithSummary("Moves a manual clock forward and, unless turn is false, runs one turn and answers its report. With runs it goes on by itself from there.");
    }

    private static async Task<Results<Ok<TurnReport>, Ok<Clock>, ProblemHttpResult>> MoveAsync(
        HttpContext http, ClockRequest request, TimeProvider time, LoopTurns turns, SegmentIntake intake, CancellationToken cancellationToken)
    {
        if (time is not ManualClock manual)
        {
            return Problems.Result(http, ProblemCode.Conflict, "The clock is real. Only a server started with a manual clock lets it be moved.");
        }

        DateTimeOffset now = manual.GetUtcNow();
        FieldErrors errors = new FieldErrors()
            .Require(request.Now is not null || request.Runs, "now", "a moment, such as 2026-01-02T00:00:00Z")
            .Require(request.Now is null || request.Now >= now, "now", $"not before {now:O}: time does not run backwards")
            .Require(request.Now is null || request.Now <= now.AddYears(10), "now", "not more than ten years ahead");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        if (request.Now is { } moment)
        {
            manual.MoveTo(moment);
        }

        if (request.Runs)
        {
            // From here on real browsers send with their own clocks, which have nothing to do with the simulated day.
            intake.Options.CorrectsClocks = true;
            manual.Run();
        }

        return request.Turn
            ? TypedResults.Ok(await turns.RunAsync(asOf: null, cancellationToken))
            : TypedResults.Ok(Clock.Of(manual));
    }
}

/// <summary>The time.</summary>
/// <param name="Now">The moment it is.</param>
/// <param name="IsManual">True when a simulation moves it.</param>
/// <param name="IsRunning">True when it goes on by itself.</param>
public sealed record Clock(DateTimeOffset Now, bool IsManual, bool IsRunning)
{
    internal static Clock Of(TimeProvider time) => new(time.GetUtcNow(), time is ManualClock, time is not ManualClock { IsRunning: false });
}

/// <summary>Where to move a manual clock.</summary>
/// <param name="Now">The moment wanted; not needed with <paramref name="Runs"/>.</param>
/// <param name="Turn">False to move only; true (default) to run one turn as well.</param>
/// <param name="Runs">True to let it run on at the pace of the real clock, and to correct the clocks of senders by it.</param>
public sealed record ClockRequest(DateTimeOffset? Now, bool Turn = true, bool Runs = false);
