using System.Globalization;
using System.Text.Json;
using MarketLoop.Domain;

namespace MarketLoop.Data.Catalog;

/// <summary>What an event's properties tell of the products in it (Segment's e-commerce names).</summary>
internal sealed class ProductFacts
{
    private readonly Dictionary<string, JsonElement> byId = new(StringComparer.Ordinal);

    public ProductFacts(string? propertiesJson)
    {
        if (propertiesJson is null)
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(propertiesJson);
            JsonElement root = document.RootElement.Clone();
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("products", out JsonElement products) && products.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement product in products.EnumerateArray())
                {
                    Add(product);
                }
            }

            Add(root);
        }
        catch (JsonException)
        {
            // kept in the log as it was sent; it tells nothing of products
        }
    }

    /// <summary>An entry for a line, keeping what is known already.</summary>
    public CatalogEntry Describe(LineItem line, CatalogEntry? known)
    {
        JsonElement? told = byId.TryGetValue(line.Product.Value, out JsonElement facts) ? facts : null;
        string? name = TextOf(told, "name");
        Product before = known?.Product ?? new Product { Id = line.Product, Name = new LocalizedText(line.Product.Value, null), IsMerchandise = line.IsMerchandise };
        Product after = before with
        {
            Name = name is null ? before.Name : new LocalizedText(name, null),
            Category = before.Category ?? TextOf(told, "category"),
            Brand = before.Brand ?? TextOf(told, "brand"),
            Price = before.Price ?? line.UnitPrice,
            Url = before.Url ?? TextOf(told, "url"),
            ImageUrl = before.ImageUrl ?? TextOf(told, "image_url"),
        };
        ProductOrigin origin = name is null ? ProductOrigin.Mentioned : ProductOrigin.Named;
        return known is not null && known.Origin == origin && after == before ? known : new CatalogEntry(after, origin);
    }

    private static string? TextOf(JsonElement? facts, string name) =>
        facts is JsonElement element && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(value.GetString())
            ? value.GetString()
            : null;

    private void Add(JsonElement product)
    {
        if (product.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (string name in (string[])["product_id", "sku", "id"])
        {
            if (product.TryGetProperty(name, out JsonElement id) && IdOf(id) is string text)
            {
                byId.TryAdd(text, product);
            }
        }
    }

    private static string? IdOf(JsonElement id) => id.ValueKind switch
    {
        JsonValueKind.String => id.GetString(),
        JsonValueKind.Number => id.GetRawText().ToString(CultureInfo.InvariantCulture),
        _ => null,
    };
}
