using MarketLoop.Data.Erasure;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>What a person may ask of the shop: a copy of everything, and to be forgotten.</summary>
internal static class RightsEndpoints
{
    public static void MapRights(this RouteGroupBuilder data)
    {
        data.MapGet("/customers/{customer}/export", ExportAsync).WithSummary("Everything held about one customer (u:ID or a:ID): JSON, or a readable page with ?format=html.");
        data.MapDelete("/customers/{customer}", EraseAsync).RequireAuthorization(Policies.Secret).WithSummary("Erases a customer and all linked browsers for good. Counts and sums stand.");
    }

    private static async Task<IResult> ExportAsync(HttpContext http, string customer, string? format, CustomerRights rights, CancellationToken cancellationToken)
    {
        FieldErrors errors = Check(customer, out CustomerId id).Require(format is null or "json" or "html", "format", "json or html");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        CustomerExport export = await rights.ExportAsync(id, cancellationToken);
        return format is "html" ? TypedResults.Content(export.ToPage(), "text/html; charset=utf-8") : TypedResults.Ok(export);
    }

    private static async Task<Results<Ok<ErasureReceipt>, ProblemHttpResult>> EraseAsync(HttpContext http, string customer, CustomerRights rights, CancellationToken cancellationToken)
    {
        FieldErrors errors = Check(customer, out CustomerId id);
        return errors.Count > 0 ? Problems.Result(http, errors) : TypedResults.Ok(await rights.EraseAsync(id, cancellationToken));
    }

    private static FieldErrors Check(string customer, out CustomerId id) =>
        new FieldErrors().Require(CustomerId.TryParse(customer, out id), "customer", "u:USERID or a:ANONYMOUSID");
}
