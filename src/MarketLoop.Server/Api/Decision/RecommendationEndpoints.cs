using MarketLoop.Data.Catalog;
using MarketLoop.Data.Consent;
using MarketLoop.Data.EventLog;
using MarketLoop.Decision.Planning;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Decision;

/// <summary>What would be recommended to a customer, and why: a preview that decides and logs nothing.</summary>
internal static class RecommendationEndpoints
{
    public static void MapRecommendations(this RouteGroupBuilder decision) => decision
        .MapGet("/recommendations", ReadAsync)
        .WithSummary("Preview for one customer (u:ID or a:ID); nothing is logged.");

    private static async Task<Results<Ok<RecommendationPreview>, ProblemHttpResult>> ReadAsync(
        HttpContext http, string? customer, int? count, RecommendationReader reader, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors()
            .Require(CustomerId.TryParse(customer, out CustomerId id), "customer", "u:USERID or a:ANONYMOUSID")
            .Require(count is null or (>= 1 and <= SlotRequest.LargestCount), "count", $"1 to {SlotRequest.LargestCount}");
        return errors.Count > 0 ? Problems.Result(http, errors) : TypedResults.Ok(await reader.ReadAsync(id, count ?? 10, cancellationToken));
    }
}

/// <summary>A preview of recommendations.</summary>
/// <param name="Customer">For whom, a browser resolved to who signed in on it.</param>
/// <param name="Policy">What chose them.</param>
/// <param name="Models">Models used; null when none was.</param>
/// <param name="Items">Best first.</param>
public sealed record RecommendationPreview(CustomerId Customer, string Policy, ModelVersion? Models, IReadOnlyList<RecommendedProduct> Items);

/// <summary>A product with where it came from and why.</summary>
public sealed record RecommendedProduct(ProductId Product, LocalizedText Name, decimal? Price, double Score, RecommendationSource Source, LocalizedText Reason);

/// <summary>Reads previews for the API and the dashboard alike.</summary>
internal sealed class RecommendationReader(Recommender recommender, PersonalisationCheck check, TimeProvider clock, IEventLog log, ICatalogStore catalog)
{
    public async Task<RecommendationPreview> ReadAsync(CustomerId customer, int count, CancellationToken cancellationToken)
    {
        CustomerId resolved = await log.ResolveAsync(customer, cancellationToken);
        Allowance allowance = await check.AskAsync(resolved, clock.GetUtcNow(), sendsPrivacyControl: false, cancellationToken);
        RankedList list = allowance.AgainstPersonalisation is null
            ? await recommender.RecommendAsync(resolved, count, cancellationToken)
            : recommender.RecommendPopular(count, viewing: null);
        IReadOnlyDictionary<ProductId, Product> products = catalog.Current;
        return new RecommendationPreview(resolved, list.Policy, list.Models, [.. list.Items.Select(item =>
        {
            Product? product = products.GetValueOrDefault(item.Product);
            return new RecommendedProduct(item.Product, product?.Name ?? new LocalizedText(item.Product.Value, null), product?.Price, item.Score, item.Source, item.Reason);
        })]);
    }
}
