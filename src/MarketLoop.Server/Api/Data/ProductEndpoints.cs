using MarketLoop.Data.Catalog;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>The shop's catalogue.</summary>
internal static class ProductEndpoints
{
    private const int MostProducts = 5_000;

    public static void MapProducts(this RouteGroupBuilder data)
    {
        data.MapGet("/products", List).WithSummary("Products in order of id; query finds in ids and names.");
        data.MapPut("/products", ReplaceAsync).RequireAuthorization(Policies.Secret).WithSummary("Adds or replaces products by id.");
    }

    private static Results<Ok<Page<Product>>, ProblemHttpResult> List(HttpContext http, ICatalogStore catalog, string? query, string? cursor, int? limit)
    {
        FieldErrors errors = RecordPages.CheckLimit(limit);
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        int rows = limit ?? RecordPages.DefaultLimit;
        List<Product> found = [.. catalog.Current.Values
            .Where(product => cursor is null || string.CompareOrdinal(product.Id.Value, cursor) > 0)
            .Where(product => string.IsNullOrWhiteSpace(query) || Matches(product, query.Trim()))
            .OrderBy(product => product.Id.Value, StringComparer.Ordinal)
            .Take(rows + 1)];
        return TypedResults.Ok(RecordPages.Cut(found, rows, product => product.Id.Value));
    }

    private static async Task<Results<Ok<UpsertAnswer>, ProblemHttpResult>> ReplaceAsync(
        HttpContext http, ProductsRequest request, ICatalogStore catalog, CancellationToken cancellationToken)
    {
        IReadOnlyList<ProductInput?> wanted = request.Products ?? [];
        FieldErrors errors = new FieldErrors().Require(wanted.Count is >= 1 and <= MostProducts, "products", $"1 to {MostProducts} in one request");
        List<Product> products = [];
        for (int i = 0; i < Math.Min(wanted.Count, MostProducts); i++)
        {
            if (Read(wanted[i], $"products[{i}]", errors) is { } product)
            {
                products.Add(product);
            }
        }

        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        return TypedResults.Ok(new UpsertAnswer(products.Count, await catalog.UpsertAsync(products, cancellationToken)));
    }

    private static Product? Read(ProductInput? input, string field, FieldErrors errors)
    {
        int before = errors.Count;
        errors.Require(input is not null, field, "an object")
            .Require(input is null || input.Id is { Length: >= 1 and <= 200 } && !string.IsNullOrWhiteSpace(input.Id), field + ".id", "1 to 200 characters")
            .Require(input is null || input.Name?.IsThere == true, field + ".name", "a text in en or zh")
            .Require(input?.Price is null or >= 0 and <= 100_000_000, field + ".price", "0 to 100,000,000")
            .Require(input?.Stock is null or >= 0, field + ".stock", "not negative")
            .Require(input?.Description is null or { Length: <= 20_000 }, field + ".description", "at most 20,000 characters")
            .Require(input?.Attributes is null or { Count: <= 200 }, field + ".attributes", "at most 200")
            .Require(WebAddress.IsAllowed(input?.Url), field + ".url", "an http or https address, or a path")
            .Require(WebAddress.IsAllowed(input?.ImageUrl), field + ".imageUrl", "an http or https address, or a path");
        if (errors.Count > before || input is null)
        {
            return null;
        }

        return new Product
        {
            Id = new ProductId(input.Id!),          // checked above, as is the name
            Name = input.Name!.ToText()!,
            Category = string.IsNullOrWhiteSpace(input.Category) ? null : input.Category.Trim(),
            CategoryName = input.CategoryName?.ToText(),
            Brand = string.IsNullOrWhiteSpace(input.Brand) ? null : input.Brand.Trim(),
            Price = input.Price,
            Stock = input.Stock,
            Url = input.Url,
            ImageUrl = input.ImageUrl,
            Description = string.IsNullOrWhiteSpace(input.Description) ? null : input.Description,
            Attributes = input.Attributes is { Count: > 0 } attributes ? new SortedDictionary<string, string>(attributes.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal) : null,
            IsMerchandise = input.IsMerchandise ?? true,
        };
    }

    private static bool Matches(Product product, string query) =>
        product.Id.Value.Contains(query, StringComparison.OrdinalIgnoreCase)
        || product.Name.English.Contains(query, StringComparison.OrdinalIgnoreCase)
        || product.Name.Chinese.Contains(query, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Products to add or replace.</summary>
public sealed record ProductsRequest(IReadOnlyList<ProductInput?>? Products);

/// <summary>How many products were taken, and what became of them.</summary>
public sealed record UpsertAnswer(int Accepted, CatalogChanges Changes);

/// <summary>A text as a shop sends it: either language may be missing.</summary>
public sealed record TextInput(string? En, string? Zh)
{
    internal bool IsThere => !string.IsNullOrWhiteSpace(En) || !string.IsNullOrWhiteSpace(Zh);

    internal LocalizedText? ToText() => IsThere ? new LocalizedText(En, Zh) : null;
}

/// <summary>A product as a shop sends it.</summary>
public sealed record ProductInput
{
    /// <summary>Its id.</summary>
    public string? Id { get; init; }

    /// <summary>Its name in one or both languages.</summary>
    public TextInput? Name { get; init; }

    /// <summary>Category tag.</summary>
    public string? Category { get; init; }

    /// <summary>Readable category name.</summary>
    public TextInput? CategoryName { get; init; }

    /// <summary>Brand.</summary>
    public string? Brand { get; init; }

    /// <summary>Price in the shop's currency.</summary>
    public decimal? Price { get; init; }

    /// <summary>Pieces in stock; absent counts as in stock.</summary>
    public int? Stock { get; init; }

    /// <summary>Page of the product.</summary>
    public string? Url { get; init; }

    /// <summary>Picture.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>A text about it.</summary>
    public string? Description { get; init; }

    /// <summary>Further facts by name, such as <c>color</c>.</summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }

    /// <summary>False for postage and the like, which are never recommended.</summary>
    public bool? IsMerchandise { get; init; }
}
