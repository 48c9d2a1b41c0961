using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Loop;

/// <summary>Turns of the loop.</summary>
internal static class LoopEndpoints
{
    private const int MostTurns = 500;

    public static void MapLoop(this RouteGroupBuilder loop) => loop
        .MapGet("/turns", ListAsync)
        .WithSummary("Reports of turns, newest first.");

    private static async Task<Results<Ok<Page<TurnReport>>, ProblemHttpResult>> ListAsync(HttpContext http, IShopStore store, int? limit, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors().Require(limit is null or (>= 1 and <= MostTurns), "limit", $"1 to {MostTurns}");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        return TypedResults.Ok(new Page<TurnReport>(await store.ListTurnsAsync(limit ?? RecordPages.DefaultLimit, cancellationToken), null));
    }
}
