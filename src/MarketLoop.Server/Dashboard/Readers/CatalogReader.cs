using MarketLoop.Data.Catalog;
using MarketLoop.Domain;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What the catalogue page shows.</summary>
internal sealed record CatalogPageModel(
    IReadOnlyList<CategoryNode> Categories, int Total, int Found, IReadOnlyList<Product> Products, string? Next, IReadOnlyList<Campaign> Campaigns, DateTimeOffset Now);

/// <summary>Reads the catalogue page.</summary>
internal sealed class CatalogReader(ICatalogStore catalog, ICampaignStore campaigns, TimeProvider clock)
{
    private const int PageRows = 50;
    private const int MostCampaigns = 200;

    public async Task<CatalogPageModel> ReadAsync(string? query, string? category, string? after, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<ProductId, Product> all = catalog.Current;
        string text = query?.Trim() ?? "";
        List<Product> found = [.. all.Values
            .Where(product => string.IsNullOrEmpty(category) || CategoryTree.IsWithin(product.Category, category))
            .Where(product => text.Length == 0 || Matches(product, text))
            .OrderBy(product => product.Id.Value, StringComparer.Ordinal)];
        List<Product> page = [.. found.Where(product => after is null || string.CompareOrdinal(product.Id.Value, after) > 0).Take(PageRows + 1)];
        return new CatalogPageModel(
            CategoryTree.Build(all.Values),
            all.Count,
            found.Count,
            [.. page.Take(PageRows)],
            page.Count > PageRows ? page[PageRows - 1].Id.Value : null,
            await campaigns.ListAsync(null, null, MostCampaigns, cancellationToken),
            clock.GetUtcNow());
    }

    private static bool Matches(Product product, string text) =>
        product.Id.Value.Contains(text, StringComparison.OrdinalIgnoreCase)
        || product.Name.English.Contains(text, StringComparison.OrdinalIgnoreCase)
        || product.Name.Chinese.Contains(text, StringComparison.OrdinalIgnoreCase)
        || product.Brand?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
}
