using MarketLoop.Data.Catalog;
using MarketLoop.Domain;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>One product, its prices and stocks over time, and the tree of categories.</summary>
internal static class CatalogEndpoints
{
    public static void MapCatalog(this RouteGroupBuilder data)
    {
        data.MapGet("/products/{id}", Find).WithSummary("One product.");
        data.MapGet("/products/{id}/history", ReadHistoryAsync).WithSummary("Prices and stocks of a product, oldest first, only changes; with a moment the one in force then.");
        data.MapGet("/categories", ListCategories).WithSummary("The tree of categories with the number of products at and below each.");
    }

    private static Results<Ok<Product>, ProblemHttpResult> Find(HttpContext http, ICatalogStore catalog, string id) =>
        catalog.Current.TryGetValue(new ProductId(id), out Product? product) ? TypedResults.Ok(product) : Problems.Result(http, ProblemCode.NotFound, "There is no such product.");

    private static async Task<Results<Ok<Page<ProductNote>>, ProblemHttpResult>> ReadHistoryAsync(
        HttpContext http, ICatalogStore catalog, string id, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        ProductId product = new(id);
        if (!catalog.Current.ContainsKey(product))
        {
            return Problems.Result(http, ProblemCode.NotFound, "There is no such product.");
        }

        if (at is { } moment)
        {
            ProductNote? then = await catalog.FindAsOfAsync(product, moment, cancellationToken);
            return TypedResults.Ok(new Page<ProductNote>(then is null ? [] : [then], null));
        }

        return TypedResults.Ok(new Page<ProductNote>(await catalog.ReadHistoryAsync(product, cancellationToken), null));
    }

    private static Ok<Page<CategoryNode>> ListCategories(ICatalogStore catalog) => TypedResults.Ok(new Page<CategoryNode>(CategoryTree.Build(catalog.Current.Values), null));
}
