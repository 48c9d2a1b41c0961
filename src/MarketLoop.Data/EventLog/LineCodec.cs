using System.Buffers;
using System.Text.Json;
using MarketLoop.Data.Erasure;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>The lines of an interaction inside an <see cref="InteractionRow"/>: the JSON that the event database keeps.</summary>
internal static class LineCodec
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? scratch;

    [ThreadStatic]
    private static Utf8JsonWriter? reused;

    /// <summary>Writes lines as a text of the row; no lines are an absent text.</summary>
    public static void Write(ArrayBufferWriter<byte> target, IReadOnlyList<LineItem> lines)
    {
        if (lines.Count == 0)
        {
            PersonalPart.WritePlain(target, null);
            return;
        }

        ArrayBufferWriter<byte> json = scratch ??= new ArrayBufferWriter<byte>(256);
        json.ResetWrittenCount();
        Utf8JsonWriter writer = reused ??= RecordCodec.MakeWriter(json);
        writer.Reset(json);
        WriteJson(writer, lines);
        writer.Flush();
        PersonalPart.WriteBytes(target, json.WrittenSpan);
    }

    // As the serializer would write it, at a third of its cost.
    private static void WriteJson(Utf8JsonWriter writer, IReadOnlyList<LineItem> lines)
    {
        writer.WriteStartArray();
        for (int i = 0; i < lines.Count; i++)
        {
            LineItem line = lines[i];
            writer.WriteStartObject();
            writer.WriteString("product"u8, line.Product.Value);
            writer.WriteNumber("quantity"u8, line.Quantity);
            if (line.UnitPrice is decimal price)
            {
                writer.WriteNumber("unitPrice"u8, price);
            }

            writer.WriteBoolean("isMerchandise"u8, line.IsMerchandise);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>The next line's product, written as text into <paramref name="product"/>; its length, 0 when it does not fit, or -1 when there is none left.</summary>
    public static int NextProduct(ref Utf8JsonReader lines, scoped Span<char> product, out bool isPriced)
    {
        int length = -1;
        isPriced = false;
        while (lines.Read())
        {
            if (lines.TokenType == JsonTokenType.EndObject && lines.CurrentDepth == 1 && length >= 0)
            {
                break;
            }

            if (lines.TokenType == JsonTokenType.PropertyName && lines.CurrentDepth == 2)
            {
                bool isProduct = lines.ValueTextEquals("product"u8);
                isPriced |= lines.ValueTextEquals("unitPrice"u8);
                lines.Read();
                length = !isProduct ? length : lines.TokenType == JsonTokenType.String && lines.ValueSpan.Length <= product.Length ? lines.CopyString(product) : 0;
            }
        }

        return length;
    }
}
