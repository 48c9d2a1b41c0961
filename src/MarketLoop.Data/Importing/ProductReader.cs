using System.Globalization;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Why a product is refused. The words stand in reports: never rename.</summary>
internal static class ProductFaults
{
    public const string NotAProduct = "not_a_product";
    public const string MissingId = "missing_id";
    public const string InvalidId = "invalid_id";
    public const string MissingName = "missing_name";
    public const string InvalidPrice = "invalid_price";
    public const string InvalidStock = "invalid_stock";
    public const string InvalidAddress = "invalid_address";
    public const string Repeated = "repeated_id";
}

/// <summary>Makes a product of a feed's fields, by Google Merchant's names and those of schema.org and of our own API.</summary>
internal sealed class ProductReader(string currency, CleaningOptions rules, DateTimeOffset now)
{
    private const int LongestId = 200;
    private const decimal LargestPrice = 100_000_000m;
    private static readonly HashSet<string> Understood = new(StringComparer.Ordinal)
    {
        "id", "sku", "product_id", "title", "name", "name_zh", "title_zh", "description", "link", "url", "image_link", "image_url", "image", "price", "sale_price",
        "sale_price_effective_date", "availability", "quantity", "stock", "inventory", "brand", "product_type", "category", "category_name", "category_name_zh",
        "google_product_category", "is_merchandise", "currency", "price_currency",
    };

    /// <summary>The product, or why there is none.</summary>
    public (Product? Product, string? Fault) Read(IReadOnlyDictionary<string, string>? fields)
    {
        if (fields is null)
        {
            return (null, ProductFaults.NotAProduct);
        }

        string? id = First(fields, "id", "product_id", "sku");
        string? name = First(fields, "title", "name");
        string? chinese = First(fields, "title_zh", "name_zh");
        string? link = First(fields, "link", "url");
        string? image = First(fields, "image_link", "image_url", "image");
        string? fault = id is null ? ProductFaults.MissingId
            : id.Length > LongestId || id.Any(char.IsControl) ? ProductFaults.InvalidId
            : name is null && chinese is null ? ProductFaults.MissingName
            : !WebAddress.IsAllowed(link) || !WebAddress.IsAllowed(image) ? ProductFaults.InvalidAddress
            : null;
        decimal? price = null;
        int? stock = null;
        fault ??= ReadPrice(fields, out price) ?? ReadStock(fields, out stock);
        if (fault is not null)
        {
            return (null, fault);
        }

        return (
            new Product
            {
                Id = new ProductId(id!), // looked at above, as is the name
                Name = new LocalizedText(name, chinese),
                Category = First(fields, "product_type", "category", "google_product_category") is { } path ? string.Join(" > ", path.Split('>', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) : null,
                CategoryName = First(fields, "category_name") is var english && First(fields, "category_name_zh") is var named && (english ?? named) is not null ? new LocalizedText(english, named) : null,
                Brand = First(fields, "brand"),
                Price = price,
                Stock = stock,
                Url = link,
                ImageUrl = image,
                Description = First(fields, "description"),
                Attributes = ReadAttributes(fields),
                IsMerchandise = First(fields, "is_merchandise") is not ("false" or "0" or "no"),
            },
            null);
    }

    // The price that a customer pays now: a sale's within its period.
    private string? ReadPrice(IReadOnlyDictionary<string, string> fields, out decimal? price)
    {
        price = null;
        string? text = First(fields, "sale_price") is { } sale && IsWithin(First(fields, "sale_price_effective_date")) ? sale : First(fields, "price");
        if (text is null)
        {
            return null;
        }

        if (!WrittenAmount.TryParse(text, out decimal amount) || amount is < 0 or > LargestPrice)
        {
            return ProductFaults.InvalidPrice;
        }

        string letters = string.Concat(text.Where(char.IsAsciiLetter)).ToUpperInvariant();
        string written = letters.Length == 3 ? letters : First(fields, "currency", "price_currency")?.ToUpperInvariant() ?? currency;
        decimal rate = 1;
        if (!string.Equals(written, currency, StringComparison.Ordinal) && !rules.ExchangeRates.TryGetValue(written, out rate) && rules.RefusesUnknownCurrency)
        {
            return RowFaults.UnknownCurrency;
        }

        price = decimal.Round(amount * (rate == 0 ? 1 : rate), 4, MidpointRounding.ToEven);
        return null;
    }

    private bool IsWithin(string? period)
    {
        if (period?.Split('/') is not [var from, var until])
        {
            return period is null;
        }

        return (EventClock.Parse(from) is not { } begin || begin <= now) && (EventClock.Parse(until) is not { } end || now <= end);
    }

    private static string? ReadStock(IReadOnlyDictionary<string, string> fields, out int? stock)
    {
        stock = null;
        if (First(fields, "stock", "quantity", "inventory") is { } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pieces))
            {
                return ProductFaults.InvalidStock;
            }

            stock = pieces;
        }

        string? availability = First(fields, "availability")?.Split('/')[^1].Replace(' ', '_').ToLowerInvariant();
        stock = availability is "out_of_stock" or "outofstock" or "discontinued" or "soldout" ? 0 : stock;
        return null;
    }

    private static SortedDictionary<string, string>? ReadAttributes(IReadOnlyDictionary<string, string> fields)
    {
        SortedDictionary<string, string> attributes = new(StringComparer.Ordinal);
        foreach ((string name, string value) in fields.Where(field => !Understood.Contains(field.Key)))
        {
            attributes[name] = value;
        }

        if (fields.ContainsKey("sale_price") && First(fields, "price") is { } regular)
        {
            attributes["regular_price"] = regular;
        }

        return attributes.Count == 0 ? null : attributes;
    }

    private static string? First(IReadOnlyDictionary<string, string> fields, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (fields.TryGetValue(name, out string? value) && !string.IsNullOrWhiteSpace(value))
            {
                return value;
            }
        }

        return null;
    }
}
