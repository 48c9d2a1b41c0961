using MarketLoop.Decision.Placements;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>The first stage, asked before a product is ranked at all: may it be in this list? Stock is the catalogue's of this moment. Counts what it turned away.</summary>
internal sealed class Admission(ListRequest request, Shelf shelf, IReadOnlyDictionary<ProductId, Product> products, TouchHistory? history)
{
    private const int MostNamed = 50;
    private readonly bool isShelfCurrent = ReferenceEquals(shelf.Products, products); // then a product is found with its place, by one look instead of two
    private readonly Placement placement = request.Placement;
    private readonly int[] removed = new int[Enum.GetValues<RemovalCause>().Length];
    private readonly HashSet<ProductId>? seen = request.Explains ? [] : null;
    private readonly List<RemovedProduct> named = [];

    /// <summary>Products turned away, by cause. Without an explanation a product asked for twice counts twice.</summary>
    public IReadOnlyDictionary<string, int> Counts => Enum.GetValues<RemovalCause>()
        .Where(cause => removed[(int)cause] > 0)
        .ToDictionary(NameOf, cause => removed[(int)cause], StringComparer.Ordinal);

    /// <summary>The first that were turned away.</summary>
    public IReadOnlyList<RemovedProduct> Named => named;

    /// <summary>The cause that turned away most; none when nothing was.</summary>
    public RemovalCause MainCause => (RemovalCause)Array.IndexOf(removed, removed.Max());

    /// <summary>The product as a candidate when it may be in the list; null otherwise.</summary>
    public Candidate? Admit(ProductId id)
    {
        Product? product = Find(id, out ShelfPlace place);
        RemovalCause cause = Check(product);
        if (product is not null && cause == RemovalCause.None)
        {
            return new Candidate(product, place);
        }

        if (seen is null || seen.Add(id))
        {
            removed[(int)cause]++;
            if (seen is not null && named.Count < MostNamed)
            {
                named.Add(new RemovedProduct(id, cause));
            }
        }

        return null;
    }

    /// <summary>Why a product may not be in the list.</summary>
    public RemovalCause Check(ProductId id) => Check(Find(id, out _));

    /// <summary>The same without a cause and without counting, for searches through many products.</summary>
    public bool Admits(ProductId id) => Check(id) == RemovalCause.None;

    /// <summary>What the placement's standing rules say of a product.</summary>
    public static RemovalCause CheckRules(Product product, Placement rules)
    {
        if (rules.Banned.Count > 0 && rules.Banned.Contains(product.Id))
        {
            return RemovalCause.Banned;
        }

        if ((rules.OnlyBrands.Count > 0 && !Names(rules.OnlyBrands, product.Brand)) || Names(rules.WithoutBrands, product.Brand))
        {
            return RemovalCause.Brand;
        }

        return rules.LowestPrice is null && rules.HighestPrice is null ? RemovalCause.None
            : product.Price is { } price && price >= (rules.LowestPrice ?? 0m) && price <= (rules.HighestPrice ?? decimal.MaxValue) ? RemovalCause.None
            : RemovalCause.Price;
    }

    /// <summary>How a cause is written.</summary>
    public static string NameOf(RemovalCause cause) => char.ToLowerInvariant(cause.ToString()[0]) + cause.ToString()[1..];

    private Product? Find(ProductId id, out ShelfPlace place)
    {
        place = shelf.PlaceOf(id);
        return isShelfCurrent && place.Product is { } known ? known : products.GetValueOrDefault(id);
    }

    private RemovalCause Check(Product? product)
    {
        if (product is null)
        {
            return RemovalCause.Unknown;
        }

        RemovalCause cause = !product.IsMerchandise ? RemovalCause.NoMerchandise
            : !product.IsRecommendable ? RemovalCause.SoldOut
            : placement.Restricts ? CheckRules(product, placement)
            : RemovalCause.None;
        return cause != RemovalCause.None ? cause
            : request.Category is { } category && !IsWithin(product.Category, category) ? RemovalCause.Category
            : !placement.AllowsBought && history is not null && history.Bought.Contains(product.Id) ? RemovalCause.Bought
            : IsLeftOut(product.Id) ? RemovalCause.LeftOut
            : RemovalCause.None;
    }

    private static bool Names(IReadOnlyList<string> brands, string? brand)
    {
        for (int i = 0; i < brands.Count; i++)
        {
            if (string.Equals(brands[i], brand, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    // "Home > Kitchen" holds "Home > Kitchen > Cups".
    private static bool IsWithin(string? category, string wanted) =>
        category is not null && category.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)
        && (category.Length == wanted.Length || category.AsSpan(wanted.Length).TrimStart().StartsWith(">", StringComparison.Ordinal));

    private bool IsLeftOut(ProductId id)
    {
        for (int i = 0; i < request.Beside.Count; i++)
        {
            if (request.Beside[i] == id)
            {
                return true;
            }
        }

        return request.Without.Count > 0 && request.Without.Contains(id);
    }
}
