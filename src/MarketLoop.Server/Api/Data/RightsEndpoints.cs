using System.Globalization;
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
        data.MapGet("/customers/{customer}/export", ExportAsync).WithSummary("Everything held about one customer (u:ID or a:ID): JSON, or a page to read and print with ?format=html, in the language of the request or of ?language.");
        data.MapGet("/customers/{customer}/explanation", ExplainAsync).WithSummary("Why one customer (u:ID or a:ID) is shown what they are shown: data, segment, decisions with reason, policy and model.");
        data.MapGet("/rights", (CustomerRights rights) => TypedResults.Ok(rights.ReadRecord(RecordPages.DefaultLimit))).WithSummary("What people asked for, and the newest erasures; nobody is named.");
        data.MapDelete("/customers/{customer}", EraseAsync).RequireAuthorization(Policies.Secret).WithSummary("Erases a customer and all linked browsers for good. Counts and sums stand.");
    }

    private static async Task<IResult> ExportAsync(HttpContext http, string customer, string? format, string? language, CustomerRights rights, CancellationToken cancellationToken)
    {
        FieldErrors errors = Check(customer, out CustomerId id)
            .Require(format is null or "json" or "html", "format", "json or html")
            .Require(language is null or "en" or "zh-CN", "language", "en or zh-CN");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        CustomerExport export = await rights.ExportAsync(id, cancellationToken);
        if (format is not "html")
        {
            return TypedResults.Ok(export);
        }

        http.Response.Headers.ContentSecurityPolicy = ExportPage.ContentSecurityPolicy;
        return TypedResults.Content(export.ToPage(language ?? CultureInfo.CurrentUICulture.Name), "text/html; charset=utf-8");
    }

    private static async Task<Results<Ok<CustomerExplanation>, ProblemHttpResult>> ExplainAsync(
        HttpContext http, string customer, ExplanationReader explanations, CancellationToken cancellationToken)
    {
        FieldErrors errors = Check(customer, out CustomerId id);
        return errors.Count > 0 ? Problems.Result(http, errors) : TypedResults.Ok(await explanations.ReadAsync(id, cancellationToken));
    }

    private static async Task<Results<Ok<ErasureReceipt>, ProblemHttpResult>> EraseAsync(HttpContext http, string customer, CustomerRights rights, CancellationToken cancellationToken)
    {
        FieldErrors errors = Check(customer, out CustomerId id);
        return errors.Count > 0 ? Problems.Result(http, errors) : TypedResults.Ok(await rights.EraseAsync(id, cancellationToken));
    }

    private static FieldErrors Check(string customer, out CustomerId id) =>
        new FieldErrors().Require(CustomerId.TryParse(customer, out id), "customer", "u:USERID or a:ANONYMOUSID");
}
