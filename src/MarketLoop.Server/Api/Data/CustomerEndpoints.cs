using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>Customers and what they did.</summary>
internal static class CustomerEndpoints
{
    private const int MostRows = 1_000;

    public static void MapCustomers(this RouteGroupBuilder data)
    {
        data.MapGet("/customers", FindAsync).WithSummary("Customers whose id, name or address contains the query; without one those with the highest revenue.");
        data.MapGet("/customers/{customer}/timeline", ReadTimelineAsync).WithSummary("Newest acts of one customer (u:ID or a:ID), all linked browsers included.");
    }

    private static async Task<Results<Ok<Page<CustomerHit>>, ProblemHttpResult>> FindAsync(
        HttpContext http, string? query, int? limit, CustomerSearch search, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors()
            .Require(query is null or { Length: <= 100 }, "query", "at most 100 characters")
            .Require(limit is null or (>= 1 and <= RecordPages.MostRows), "limit", $"1 to {RecordPages.MostRows}");
        return errors.Count > 0
            ? Problems.Result(http, errors)
            : TypedResults.Ok(new Page<CustomerHit>(await search.FindAsync(query, limit ?? RecordPages.DefaultLimit, cancellationToken), null));
    }

    private static async Task<Results<Ok<Timeline>, ProblemHttpResult>> ReadTimelineAsync(
        HttpContext http, string customer, int? limit, DateTimeOffset? before, IEventLog log, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors()
            .Require(CustomerId.TryParse(customer, out CustomerId id), "customer", "u:USERID or a:ANONYMOUSID")
            .Require(limit is null or (>= 1 and <= MostRows), "limit", $"1 to {MostRows}");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        CustomerId resolved = await log.ResolveAsync(id, cancellationToken);
        int rows = limit ?? RecordPages.DefaultLimit;
        IReadOnlyList<Interaction> acts = await log.ReadTimelineAsync(resolved, rows, before, cancellationToken);
        return TypedResults.Ok(new Timeline(resolved, acts, acts.Count == rows ? acts[^1].OccurredAt : null));
    }
}

/// <summary>Acts of one customer, newest first.</summary>
/// <param name="Customer">The customer, a browser resolved to who signed in on it.</param>
/// <param name="Items">The acts.</param>
/// <param name="Before">Value of <c>before</c> for the next page; null at the end.</param>
public sealed record Timeline(CustomerId Customer, IReadOnlyList<Interaction> Items, DateTimeOffset? Before);
