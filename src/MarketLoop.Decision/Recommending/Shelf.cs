using System.Globalization;
using System.Runtime.CompilerServices;
using MarketLoop.Analysis.Features;
using MarketLoop.Decision.Placements;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>The catalogue put in order for serving: what is wanted first, by category, and what each product is like. Immutable; made anew when catalogue or demand change, O(products).</summary>
/// <remarks>It may be older than the catalogue by one rebuild, so whether a product may be shown is always asked of the catalogue itself.</remarks>
internal sealed class Shelf
{
    private const int KeptPerCategory = 60;
    private readonly Dictionary<ProductId, ShelfPlace> places;
    private readonly Dictionary<string, List<ProductId>> byCategory = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<Placement, ProductId[]> inOrderFor = [];

    public Shelf(IReadOnlyDictionary<ProductId, Product> products, IReadOnlyList<ProductDemand> popular, IReadOnlyList<ProductDemand> trending, IReadOnlyList<ProductId> arrivals)
    {
        Products = products;
        Popular = popular;
        Trending = trending;
        Arrivals = arrivals;
        places = new Dictionary<ProductId, ShelfPlace>(products.Count);
        HashSet<ProductId> wanted = new(popular.Count);
        List<ProductId> order = new(products.Count);
        foreach (ProductDemand demand in popular)
        {
            if (products.TryGetValue(demand.Product, out Product? product) && wanted.Add(demand.Product))
            {
                Put(product, demand.Weight / popular[0].Weight, order);
            }
        }

        foreach (Product product in ById(products))
        {
            if (!wanted.Contains(product.Id))
            {
                Put(product, 0, order);
            }
        }

        InOrder = [.. order];
    }

    public IReadOnlyDictionary<ProductId, Product> Products { get; }

    public IReadOnlyList<ProductDemand> Popular { get; }

    public IReadOnlyList<ProductDemand> Trending { get; }

    public IReadOnlyList<ProductId> Arrivals { get; }

    /// <summary>All merchandise: what is wanted first, then the rest by id.</summary>
    public ProductId[] InOrder { get; }

    /// <summary>The most wanted products of a category, at most 60.</summary>
    public IReadOnlyList<ProductId> OfCategory(string category) => byCategory.TryGetValue(category, out List<ProductId>? found) ? found : [];

    /// <summary>What a product is like; a product newer than the shelf is like nothing else.</summary>
    public ShelfPlace PlaceOf(ProductId product) => places.TryGetValue(product, out ShelfPlace place) ? place : ShelfPlace.Nowhere;

    /// <summary><see cref="InOrder"/> without what the placement's standing rules forbid; found once for each shelf and placement, so that narrow rules cost no walk through the catalogue each time.</summary>
    public ProductId[] InOrderFor(Placement placement) => placement.Restricts
        ? inOrderFor.GetValue(placement, rules => Array.FindAll(InOrder, id => Admission.CheckRules(Products[id], rules) == RemovalCause.None))
        : InOrder;

    private static IEnumerable<Product> ById(IReadOnlyDictionary<ProductId, Product> products)
    {
        string? last = null;
        foreach (ProductId id in products.Keys)
        {
            if (string.CompareOrdinal(last, id.Value) > 0)
            {
                return products.Values.OrderBy(product => product.Id.Value, StringComparer.Ordinal);
            }

            last = id.Value;
        }

        return products.Values; // the stored catalogue comes in order
    }

    private void Put(Product product, double popularity, List<ProductId> order)
    {
        if (!product.IsMerchandise)
        {
            return;
        }

        order.Add(product.Id);
        places[product.Id] = new ShelfPlace(product, (float)popularity, (float)MarginOf(product));
        if (product.Category is { } category)
        {
            if (!byCategory.TryGetValue(category, out List<ProductId>? shelf))
            {
                byCategory.Add(category, shelf = []);
            }

            if (shelf.Count < KeptPerCategory)
            {
                shelf.Add(product.Id);
            }
        }
    }

    // Share of the price that stays with the shop, 0..1; 0 when the product does not say it.
    private static double MarginOf(Product product)
    {
        if (Number(product, "margin") is { } margin)
        {
            return Math.Clamp(margin, 0, 1);
        }

        return product.Price is > 0m and { } price && Number(product, "cost") is { } cost ? Math.Clamp(1 - (cost / (double)price), 0, 1) : 0;
    }

    private static double? Number(Product product, string attribute) =>
        product.Attributes is { } attributes && attributes.TryGetValue(attribute, out string? text)
        && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : null;
}

/// <summary>What a product is like.</summary>
/// <param name="Product">The product as the catalogue had it when the shelf was made; null for one that is newer.</param>
/// <param name="Popularity">Its demand over that of the most wanted, 0..1.</param>
/// <param name="Margin">Its margin, 0..1; 0 when unknown.</param>
internal readonly record struct ShelfPlace(Product? Product, float Popularity, float Margin)
{
    public static ShelfPlace Nowhere { get; }

    public string? Category => Product?.Category;

    public string? Brand => Product?.Brand;
}
