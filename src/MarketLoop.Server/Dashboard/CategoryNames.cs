using MarketLoop.Data.Catalog;
using MarketLoop.Domain;

namespace MarketLoop.Server.Dashboard;

/// <summary>Category tags as people read them: by the name the catalogue gives, else the tag itself. One for each request.</summary>
internal sealed class CategoryNames(ICatalogStore catalog, Words words)
{
    private readonly Lazy<Dictionary<string, LocalizedText>> names = new(() => Gather(catalog.Current.Values));

    /// <summary>The name of a tag in the page's language.</summary>
    public string Of(string tag) => names.Value.TryGetValue(tag, out LocalizedText? name) ? words.Of(name) : tag;

    /// <summary>The name of a place in the tree: that of the tag which is its whole path, else the path's last step.</summary>
    public string Of(CategoryNode node) => names.Value.TryGetValue(node.Path, out LocalizedText? name) ? words.Of(name) : node.Name;

    private static Dictionary<string, LocalizedText> Gather(IEnumerable<Product> products)
    {
        Dictionary<string, LocalizedText> found = new(StringComparer.Ordinal);
        foreach (Product product in products)
        {
            if (product is { Category: { } category, CategoryName: { } name })
            {
                found.TryAdd(category, name);
            }
        }

        return found;
    }
}
