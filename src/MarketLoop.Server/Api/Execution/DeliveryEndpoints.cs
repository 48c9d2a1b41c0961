using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Execution;

/// <summary>What became of treatments on their way.</summary>
internal static class DeliveryEndpoints
{
    public static void MapDeliveries(this RouteGroupBuilder execution) => execution
        .MapGet("/deliveries", ListAsync)
        .WithSummary("Newest first; customer narrows to one.");

    private static async Task<Results<Ok<Page<Delivery>>, ProblemHttpResult>> ListAsync(
        HttpContext http, IEventLog log, string? customer, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        CustomerId id = default;
        FieldErrors errors = RecordPages.Check(cursor, limit).Require(customer is null || CustomerId.TryParse(customer, out id), "customer", "u:USERID or a:ANONYMOUSID");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        Func<Delivery, bool>? filter = customer is null ? null : record => record.Customer == id;
        return TypedResults.Ok(await RecordPages.ReadAsync(log, cursor, limit, filter, cancellationToken));
    }
}
