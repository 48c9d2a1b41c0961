using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Feedback;

/// <summary>What customers did after treatments.</summary>
internal static class OutcomeEndpoints
{
    public static void MapOutcomes(this RouteGroupBuilder feedback) => feedback
        .MapGet("/outcomes", ListAsync)
        .WithSummary("Newest first; customer narrows to one.");

    private static async Task<Results<Ok<Page<Outcome>>, ProblemHttpResult>> ListAsync(
        HttpContext http, IEventLog log, string? customer, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        CustomerId id = default;
        FieldErrors errors = RecordPages.Check(cursor, limit).Require(customer is null || CustomerId.TryParse(customer, out id), "customer", "u:USERID or a:ANONYMOUSID");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        Func<Outcome, bool>? filter = customer is null ? null : record => record.Customer == id;
        return TypedResults.Ok(await RecordPages.ReadAsync(log, cursor, limit, filter, cancellationToken));
    }
}
