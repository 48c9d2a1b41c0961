using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ShopSimulator.World;

namespace ShopSimulator.Wire;

/// <summary>Writes the catalogue as <c>PUT /api/v1/data/products</c> wants it.</summary>
internal static class CatalogueWriter
{
    /// <summary>The body.</summary>
    /// <param name="catalogue">The products.</param>
    /// <param name="shop">Where the shop's pages are; null while there are none.</param>
    public static byte[] Write(Catalogue catalogue, Uri? shop = null)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteStartArray("products"u8);
        foreach (ShopProduct product in catalogue.Products)
        {
            CategoryWords category = Catalogue.Categories[product.Category];
            json.WriteStartObject();
            json.WriteString("id"u8, product.Id);
            WriteWords(json, "name", new Words(product.English, product.Chinese));
            json.WriteString("category"u8, category.Tag);
            WriteWords(json, "categoryName", category.Name);
            json.WriteString("brand"u8, Catalogue.Brands[product.Brand].English);
            json.WriteNumber("price"u8, product.Price);
            json.WriteNumber("stock"u8, product.Stock);
            json.WriteString("url"u8, shop is null ? $"https://shop.example/p/{product.Id}" : new Uri(shop, $"/shop/p/{product.Id}").ToString());
            if (shop is not null)
            {
                json.WriteString("imageUrl"u8, new Uri(shop, $"/shop/pictures/{product.Id}.svg").ToString());
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteWords(Utf8JsonWriter json, string name, Words words)
    {
        json.WriteStartObject(name);
        json.WriteString("en"u8, words.English);
        json.WriteString("zh"u8, words.Chinese);
        json.WriteEndObject();
    }
}
