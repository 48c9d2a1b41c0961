using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Decision;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Gorse;

/// <summary>Gorse's recommendations: ids alone for a user, ids with scores elsewhere. The rules are those of the placement <c>home</c>.</summary>
internal static class GorseRecommendations
{
    private const int Usual = 10;

    public static void MapGorseRecommendations(this RouteGroupBuilder gorse)
    {
        gorse.MapGet("/recommend/{user}", RecommendAsync).WithSummary("Ids recommended to a user.");
        gorse.MapGet("/recommend/{user}/{category}", RecommendAsync).WithSummary("Ids recommended to a user in a category.");
        gorse.MapPost("/session/recommend", (HttpContext http, RecommendationReader reader, GorseFeedback?[] body, int? n, int? offset, CancellationToken cancellationToken) =>
            RecommendSessionAsync(http, reader, body, null, n, offset, cancellationToken)).WithSummary("Items for a session, told as feedback without a user.");
        gorse.MapPost("/session/recommend/{category}", RecommendSessionAsync).WithSummary("Items of a category for a session.");
        gorse.MapGet("/item/{item}/neighbors", FindNeighbours).WithSummary("Items like an item.");
        gorse.MapGet("/item/{item}/neighbors/{category}", FindNeighbours).WithSummary("Items of a category like an item.");
        gorse.MapGet("/popular", (HttpContext http, RecommendationReader reader, int? n, int? offset) => ReadShared(http, reader, "popular", null, n, offset)).WithSummary("Popular items.");
        gorse.MapGet("/popular/{category}", (HttpContext http, RecommendationReader reader, string category, int? n, int? offset) => ReadShared(http, reader, "popular", category, n, offset))
            .WithSummary("Popular items of a category.");
        gorse.MapGet("/latest", (HttpContext http, RecommendationReader reader, int? n, int? offset) => ReadShared(http, reader, "arrival", null, n, offset)).WithSummary("New items first.");
        gorse.MapGet("/latest/{category}", (HttpContext http, RecommendationReader reader, string category, int? n, int? offset) => ReadShared(http, reader, "arrival", category, n, offset))
            .WithSummary("New items of a category first.");
    }

    private static async Task<Results<Ok<string[]>, ProblemHttpResult>> RecommendAsync(
        HttpContext http, RecommendationReader reader, string user, string? category, int? n, int? offset, CancellationToken cancellationToken)
    {
        FieldErrors errors = GorseEndpoints.Check(n, offset);
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        (RankedList list, _, _) = await reader.FindAsync(RequestOf(reader, category, n, offset) with { Customer = CustomerId.Known(user) }, cancellationToken);
        return TypedResults.Ok(list.Items.Select(item => item.Product.Value).ToArray());
    }

    private static async Task<Results<Ok<GorseScore[]>, ProblemHttpResult>> RecommendSessionAsync(
        HttpContext http, RecommendationReader reader, [FromBody] GorseFeedback?[] body, string? category, int? n, int? offset, CancellationToken cancellationToken)
    {
        FieldErrors errors = GorseEndpoints.Check(n, offset).Require(body.Length <= ListRequest.MostItems, "body", $"at most {ListRequest.MostItems} feedbacks");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        // Gorse's session comes oldest first.
        ProductId[] session = [.. body.Select(row => row?.ItemId).OfType<string>().Where(id => id.Length > 0).Reverse().Distinct(StringComparer.Ordinal).Select(id => new ProductId(id))];
        (RankedList list, _, _) = await reader.FindAsync(RequestOf(reader, category, n, offset) with { Session = session, Without = session }, cancellationToken);
        return TypedResults.Ok(Scores(list));
    }

    private static Results<Ok<GorseScore[]>, ProblemHttpResult> FindNeighbours(HttpContext http, RecommendationReader reader, string item, string? category, int? n, int? offset)
    {
        FieldErrors errors = GorseEndpoints.Check(n, offset);
        return errors.Count > 0
            ? Problems.Result(http, errors)
            : TypedResults.Ok(Scores(reader.Recommender.FindSimilar(RequestOf(reader, category, n, offset) with { Beside = [new ProductId(item)] })));
    }

    private static Results<Ok<GorseScore[]>, ProblemHttpResult> ReadShared(HttpContext http, RecommendationReader reader, string algorithm, string? category, int? n, int? offset)
    {
        FieldErrors errors = GorseEndpoints.Check(n, offset);
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        ListRequest request = RequestOf(reader, category, n, offset);
        return TypedResults.Ok(Scores(reader.Recommender.RecommendShared(request with { Placement = request.Placement with { Algorithm = algorithm } })));
    }

    private static ListRequest RequestOf(RecommendationReader reader, string? category, int? n, int? offset) =>
        new() { Placement = reader.Recommender.PlacementOf("home"), Category = string.IsNullOrEmpty(category) ? null : category, Count = n ?? Usual, Offset = offset ?? 0 };

    private static GorseScore[] Scores(RankedList list) => [.. list.Items.Select(item => new GorseScore(item.Product.Value, item.Score))];
}
