using MarketLoop.Decision.Planning;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Decision;

/// <summary>What would be recommended to a customer, a session or beside products, and why. Decides and logs nothing: what is shown and measured goes through slots.</summary>
internal static class RecommendationEndpoints
{
    private const int LongestId = 200;

    public static void MapRecommendations(this RouteGroupBuilder decision)
    {
        decision.MapGet("/recommendations", ReadAsync)
            .WithSummary("For one customer (u:ID or a:ID), by the rules of a placement; explain=true shows what each stage did. Nothing is logged.");
        decision.MapPost("/recommendations", AskAsync).RequireAuthorization(Policies.Secret)
            .WithSummary("For a customer, a session (recent products without an id) or a list of products such as a cart. Nothing is logged.");
        decision.MapGet("/similar/{product}", FindSimilarAsync).WithSummary("Products liked by the same customers as this one.");
        decision.MapGet("/together/{product}", FindPartnersAsync).WithSummary("Products bought in the same orders as this one.");
        decision.MapGet("/popular", (HttpContext http, RecommendationReader reader, [AsParameters] ListQuery query) => ReadShared(http, reader, query, "popular"))
            .WithSummary("What everybody buys, the same for all.");
        decision.MapGet("/trending", (HttpContext http, RecommendationReader reader, [AsParameters] ListQuery query) => ReadShared(http, reader, query, "trending"))
            .WithSummary("What is bought more often lately than usually, the same for all.");
        decision.MapGet("/explain", ExplainAsync).WithSummary("Why a product is in a customer's list, or why not.");
        decision.MapGet("/recommendation-health", MeasureAsync).WithSummary("How alike the lists of 100 customers are, and how many are personal; alarms name the cure.");
    }

    private static async Task<Results<Ok<RecommendationPreview>, ProblemHttpResult>> ReadAsync(
        HttpContext http, string? customer, [AsParameters] ListQuery query, RecommendationReader reader, CancellationToken cancellationToken)
    {
        FieldErrors errors = Check(query).Require(CustomerId.TryParse(customer, out CustomerId id), "customer", "u:USERID or a:ANONYMOUSID");
        return errors.Count > 0 ? Problems.Result(http, errors) : TypedResults.Ok(await reader.ReadAsync(reader.RequestOf(query, "home") with { Customer = id }, cancellationToken));
    }

    private static async Task<Results<Ok<RecommendationPreview>, ProblemHttpResult>> AskAsync(
        HttpContext http, ListQuestion question, RecommendationReader reader, CancellationToken cancellationToken)
    {
        FieldErrors errors = Check(question.Query);
        ListRequest? request = reader.Read(question, "home", errors);
        return request is null || errors.Count > 0 ? Problems.Result(http, errors) : TypedResults.Ok(await reader.ReadAsync(request, cancellationToken));
    }

    private static Task<Results<Ok<RecommendationPreview>, ProblemHttpResult>> FindSimilarAsync(HttpContext http, RecommendationReader reader, string product, [AsParameters] ListQuery query) =>
        Task.FromResult(ReadBeside(http, reader, product, query, reader.Recommender.FindSimilar));

    private static Task<Results<Ok<RecommendationPreview>, ProblemHttpResult>> FindPartnersAsync(HttpContext http, RecommendationReader reader, string product, [AsParameters] ListQuery query) =>
        Task.FromResult(ReadBeside(http, reader, product, query, reader.Recommender.FindPartners));

    private static Results<Ok<RecommendationPreview>, ProblemHttpResult> ReadBeside(
        HttpContext http, RecommendationReader reader, string product, ListQuery query, Func<ListRequest, RankedList> find)
    {
        FieldErrors errors = Check(query).Require(product.Length <= LongestId, "product", $"at most {LongestId} characters");
        return errors.Count > 0
            ? Problems.Result(http, errors)
            : TypedResults.Ok(reader.Show(find(reader.RequestOf(query, "product") with { Beside = [new ProductId(product)] }), null, isPersonal: false));
    }

    private static Results<Ok<RecommendationPreview>, ProblemHttpResult> ReadShared(HttpContext http, RecommendationReader reader, ListQuery query, string algorithm)
    {
        FieldErrors errors = Check(query);
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        ListRequest request = reader.RequestOf(query, "home");
        return TypedResults.Ok(reader.Show(reader.Recommender.RecommendShared(request with { Placement = request.Placement with { Algorithm = algorithm } }), null, isPersonal: false));
    }

    private static async Task<Results<Ok<ProductExplanation>, ProblemHttpResult>> ExplainAsync(
        HttpContext http, string? customer, string? product, [AsParameters] ListQuery query, RecommendationReader reader, CancellationToken cancellationToken)
    {
        FieldErrors errors = Check(query)
            .Require(CustomerId.TryParse(customer, out CustomerId id), "customer", "u:USERID or a:ANONYMOUSID")
            .Require(product is { Length: > 0 and <= LongestId }, "product", $"the id of a product, 1 to {LongestId} characters");
        return errors.Count > 0 || product is null
            ? Problems.Result(http, errors)
            : TypedResults.Ok(await reader.ExplainAsync(reader.RequestOf(query, "home") with { Customer = id }, new ProductId(product), cancellationToken));
    }

    private static async Task<Ok<RecommendationHealth>> MeasureAsync(RecommendationWatch watch, CancellationToken cancellationToken) =>
        TypedResults.Ok(await watch.MeasureAsync(cancellationToken));

    /// <summary>Checks what every list is asked with.</summary>
    internal static FieldErrors Check(ListQuery query) => new FieldErrors()
        .Require(query.Count is null or (>= 1 and <= SlotRequest.LargestCount), "count", $"1 to {SlotRequest.LargestCount}")
        .Require(query.Offset is null or >= 0 && (query.Offset ?? 0) + SlotRequest.LargestCount <= ListRequest.FarthestPlace, "offset", $"0 to {ListRequest.FarthestPlace - SlotRequest.LargestCount}")
        .Require(query.Placement is null or { Length: > 0 and <= 64 }, "placement", "1 to 64 characters")
        .Require(query.Category is null or { Length: > 0 and <= LongestId }, "category", $"1 to {LongestId} characters");
}

/// <summary>What a list is asked with in the address.</summary>
internal sealed record ListQuery(int? Count, int? Offset, string? Placement, string? Category, bool? Explain);

/// <summary>What a list is asked with in a body.</summary>
/// <param name="Customer">Whom it is for, <c>u:ID</c> or <c>a:ID</c>; null for a session without an id.</param>
/// <param name="Session">Products looked at lately, newest first.</param>
/// <param name="Items">Products that the list is to go with, such as a cart's; they are left out of it.</param>
/// <param name="Without">Products to leave out.</param>
/// <param name="Count">Products wanted, 1..50.</param>
/// <param name="Offset">Places to pass over.</param>
/// <param name="Placement">Whose rules hold; <c>home</c> when null.</param>
/// <param name="Category">Only of this category, or below it.</param>
/// <param name="Explain">True to show what each stage did.</param>
public sealed record ListQuestion(
    string? Customer,
    IReadOnlyList<string>? Session = null,
    IReadOnlyList<string>? Items = null,
    IReadOnlyList<string>? Without = null,
    int? Count = null,
    int? Offset = null,
    string? Placement = null,
    string? Category = null,
    bool? Explain = null)
{
    internal ListQuery Query => new(Count, Offset, Placement, Category, Explain);
}
