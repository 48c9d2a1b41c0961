using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MarketLoop.Data.Catalog;

/// <summary>What an imported row says of its product, in the words of Segment's events: the catalogue learns from it as from any event.</summary>
internal sealed record ToldProduct(string Id, string? Name, string? Category, string? Brand)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Properties of an event about these products; null when nothing is told.</summary>
    public static string? Write(IReadOnlyList<ToldProduct> told)
    {
        if (told.Count == 0)
        {
            return null;
        }

        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, Options))
        {
            writer.WriteStartObject();
            if (told.Count == 1)
            {
                told[0].WriteTo(writer);
            }
            else
            {
                writer.WriteStartArray("products");
                foreach (ToldProduct product in told)
                {
                    writer.WriteStartObject();
                    product.WriteTo(writer);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteString("product_id", Id);
        foreach ((string name, string? text) in ((string, string?)[])[("name", Name), ("category", Category), ("brand", Brand)])
        {
            if (text is not null)
            {
                writer.WriteString(name, text);
            }
        }
    }
}
