using MarketLoop.Data.Cleaning;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Gathers what a sales file says of products: the name it uses most, the category, the newest price.</summary>
internal sealed class ProductNames(PurchaseFormat format)
{
    private readonly Dictionary<string, Gathered> products = new(StringComparer.Ordinal);

    /// <summary>Takes a row in; only clean purchases tell the price.</summary>
    public void Add(in PurchaseRow row, bool isPurchase)
    {
        if (row.Product is not { } id)
        {
            return;
        }

        if (!products.TryGetValue(id, out Gathered? product))
        {
            products[id] = product = new Gathered();
        }

        if (row.ProductName is { } name)
        {
            product.Names[name] = product.Names.GetValueOrDefault(name) + 1;
        }

        product.Category ??= row.Category;
        if (isPurchase && row.Price is { } price && row.At >= product.PricedAt)
        {
            product.Price = price;
            product.PricedAt = row.At.Value;
        }
    }

    /// <summary>Products that the catalogue does not have yet, by id. What the shop sent itself is never overwritten.</summary>
    public IReadOnlyCollection<Product> MissingFrom(IReadOnlyDictionary<ProductId, Product> catalog) =>
    [
        .. products
            .Where(pair => !catalog.ContainsKey(new ProductId(pair.Key)))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => Build(pair.Key, pair.Value)),
    ];

    private Product Build(string id, Gathered gathered) => new()
    {
        Id = new ProductId(id),
        Name = new LocalizedText(
            gathered.Names.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key).FirstOrDefault() ?? id,
            null),
        Category = gathered.Category,
        CategoryName = gathered.Category is { } category ? new LocalizedText(category, null) : null,
        Price = gathered.Price,
        IsMerchandise = format.IsMerchandise(id),
    };

    private sealed class Gathered
    {
        public Dictionary<string, int> Names { get; } = new(StringComparer.Ordinal);

        public string? Category { get; set; }

        public decimal? Price { get; set; }

        public DateTimeOffset PricedAt { get; set; } = DateTimeOffset.MinValue;
    }
}
