using MarketLoop.Execution.Channels.Email;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Execution;

/// <summary>Mails in the outbox, for whoever carries them on. No address and no name stands in them.</summary>
internal static class OutboxEndpoints
{
    private const int MostMails = 1_000;

    public static void MapOutbox(this RouteGroupBuilder execution) => execution
        .MapGet("/outbox", ReadAsync)
        .RequireAuthorization(Policies.Secret)
        .WithSummary("Mails after a sequence number, oldest first; next is the value of after for the next read.");

    private static async Task<Results<Ok<OutboxPage>, ProblemHttpResult>> ReadAsync(HttpContext http, Outbox outbox, long? after, int? limit, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors()
            .Require(after is null or >= 0, "after", "0 or more")
            .Require(limit is null or (>= 1 and <= MostMails), "limit", $"1 to {MostMails}");
        return errors.Count > 0
            ? Problems.Result(http, errors)
            : TypedResults.Ok(await outbox.ListAsync(after ?? 0, limit ?? 100, cancellationToken));
    }
}
