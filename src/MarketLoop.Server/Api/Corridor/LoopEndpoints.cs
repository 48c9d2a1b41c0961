using MarketLoop.Analysis.Models;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MarketLoop.Server.Api.Corridor;

/// <summary>The loop as a whole, and its turns.</summary>
internal static class LoopEndpoints
{
    private const int MostTurns = 500;

    public static void MapLoop(this RouteGroupBuilder loop)
    {
        loop.MapGet("", ReadAsync).WithSummary("Mode, last and next turn, models that serve, whether a turn is under way.");
        loop.MapGet("/turns", ListAsync).WithSummary("Reports of turns, newest first.");
        loop.MapPost("/turns", RunAsync).RequireAuthorization(Policies.Secret).WithSummary("Runs one turn and answers its report; asOf stands it at an earlier moment.");
    }

    private static async Task<Ok<LoopState>> ReadAsync(LoopStateReader reader, CancellationToken cancellationToken) =>
        TypedResults.Ok(await reader.ReadAsync(cancellationToken));

    private static async Task<Results<Ok<Page<TurnReport>>, ProblemHttpResult>> ListAsync(HttpContext http, IShopStore store, int? limit, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors().Require(limit is null or (>= 1 and <= MostTurns), "limit", $"1 to {MostTurns}");
        return errors.Count > 0
            ? Problems.Result(http, errors)
            : TypedResults.Ok(new Page<TurnReport>(await store.ListTurnsAsync(limit ?? RecordPages.DefaultLimit, cancellationToken), null));
    }

    private static async Task<Results<Ok<TurnReport>, ProblemHttpResult>> RunAsync(HttpContext http, TurnRequest? request, LoopTurns turns, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors().Require(request?.AsOf is null or { Year: >= 1990 and <= 2200 }, "asOf", "a year from 1990 to 2200");
        return errors.Count > 0 ? Problems.Result(http, errors) : TypedResults.Ok(await turns.RunAsync(request?.AsOf, cancellationToken));
    }
}

/// <summary>A turn that is asked for.</summary>
/// <param name="AsOf">The moment to stand at; null for now.</param>
public sealed record TurnRequest(DateTimeOffset? AsOf);

/// <summary>The loop at a glance.</summary>
/// <param name="Mode">What it may do.</param>
/// <param name="LastTurn">Report of the last turn; null before the first.</param>
/// <param name="NextTurn">When the schedule turns at the latest; null when the clock is manual or no turn was made yet.</param>
/// <param name="Models">Models that serve; null before any.</param>
/// <param name="Busy">True while a turn is under way.</param>
public sealed record LoopState(LoopMode Mode, TurnReport? LastTurn, DateTimeOffset? NextTurn, ModelVersion? Models, bool Busy);

/// <summary>Reads <see cref="LoopState"/> for the API and the dashboard alike.</summary>
internal sealed class LoopStateReader(LoopControl control, LoopTurns turns, IShopStore store, CurrentModels models, IOptions<LoopOptions> options, TimeProvider clock)
{
    public async Task<LoopState> ReadAsync(CancellationToken cancellationToken)
    {
        TurnReport? last = await store.ListTurnsAsync(1, cancellationToken) is [{ } newest] ? newest : null;
        DateTimeOffset? next = clock is ManualClock || last is null ? null : last.AsOf + options.Value.TurnEvery;
        return new LoopState(await control.ReadModeAsync(cancellationToken), last, next, models.Value.Version, turns.IsTurning);
    }
}
