using MarketLoop.Domain;

namespace MarketLoop.Data.Catalog;

/// <summary>A place in the tree of categories.</summary>
/// <param name="Path">From the root: <c>Home &gt; Kitchen</c>.</param>
/// <param name="Name">The last step of the path.</param>
/// <param name="Products">Products here and below.</param>
/// <param name="Children">The places below, by name.</param>
public sealed record CategoryNode(string Path, string Name, int Products, IReadOnlyList<CategoryNode> Children);

/// <summary>The tree that the products' category tags make.</summary>
public static class CategoryTree
{
    private const string Joint = " > ";

    /// <summary>Builds the tree; products without a category are left out. O(n log n).</summary>
    public static IReadOnlyList<CategoryNode> Build(IEnumerable<Product> products)
    {
        ArgumentNullException.ThrowIfNull(products);
        return Build([.. products.Where(product => product.Category is not null).Select(product => Steps(product.Category!)).Where(steps => steps.Length > 0)], "", 0); // filtered
    }

    /// <summary>The steps of a tag: <c>A &gt; B</c> as Google writes it, or <c>a.b</c> without blanks, as codes are written.</summary>
    public static string[] Steps(string category)
    {
        ArgumentNullException.ThrowIfNull(category);
        const StringSplitOptions Clean = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        return category.Contains('>', StringComparison.Ordinal) ? category.Split('>', Clean)
            : category.Contains(' ', StringComparison.Ordinal) ? [category.Trim()]
            : category.Split('.', Clean);
    }

    /// <summary>True when a tag lies at or below a path of the tree.</summary>
    public static bool IsWithin(string? category, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string own = category is null ? "" : string.Join(Joint, Steps(category));
        return string.Equals(own, path, StringComparison.Ordinal) || own.StartsWith(path + Joint, StringComparison.Ordinal);
    }

    private static List<CategoryNode> Build(List<string[]> tags, string path, int depth) =>
    [
        .. tags.Where(steps => steps.Length > depth)
            .GroupBy(steps => steps[depth], StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group =>
            {
                string own = path.Length == 0 ? group.Key : path + Joint + group.Key;
                List<string[]> below = [.. group];
                return new CategoryNode(own, group.Key, below.Count, Build(below, own, depth + 1));
            }),
    ];
}
