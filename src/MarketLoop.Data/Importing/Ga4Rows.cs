using System.Buffers;
using System.Globalization;
using System.Text.Json;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Rows of GA4's export to BigQuery: each is told anew as a tracking call and read like one.</summary>
/// <remarks>BigQuery writes whole numbers as texts; times are microseconds; what the shop left out stands as <c>(not set)</c>.</remarks>
internal sealed class Ga4Rows(SourceId source, IntakeOptions limits, CustomerIdentity? identity, DateTimeOffset now)
{
    private static readonly (string Theirs, string Ours)[] ItemFields =
        [("item_id", "product_id"), ("item_name", "name"), ("item_brand", "brand"), ("item_category", "category"), ("price", "price"), ("quantity", "quantity"), ("coupon", "coupon")];

    private readonly SegmentEventReader reader = new(limits, identity);
    private readonly ArrayBufferWriter<byte> call = new();

    public RowReading Read(JsonElement row, UInt128 fingerprint)
    {
        try
        {
            if (JsonFields.Text(row, "event_name") is not { } name)
            {
                return RowReading.Refused(row.ValueKind == JsonValueKind.Object ? FaultCodes.MissingEvent : FaultCodes.NotAnObject);
            }

            if (!long.TryParse(JsonFields.Text(row, "event_timestamp"), CultureInfo.InvariantCulture, out long microseconds) || Math.Abs(microseconds) > 200_000_000_000_000_000)
            {
                return RowReading.Refused(RowFaults.Unreadable);
            }

            call.ResetWrittenCount();
            using (Utf8JsonWriter writer = new(call))
            {
                WriteCall(writer, row, name, DateTimeOffset.UnixEpoch.AddTicks(microseconds * 10), fingerprint);
            }

            using var told = JsonDocument.Parse(call.WrittenMemory);
            (SegmentEvent? understood, Fault? fault) = reader.Read(told.RootElement, IntakeRoute.Track, source, new BodyEnvelope(now, null, null, IsImport: true));
            return new RowReading { Interaction = understood?.Interaction, Fault = fault?.Code };
        }
        catch (InvalidOperationException)
        {
            return RowReading.Refused(FaultCodes.InvalidText); // looked at only when a text is taken out
        }
    }

    private static void WriteCall(Utf8JsonWriter writer, JsonElement row, string name, DateTimeOffset at, UInt128 fingerprint)
    {
        writer.WriteStartObject();
        writer.WriteString("event", name);
        writer.WriteString("messageId", string.Create(CultureInfo.InvariantCulture, $"row:{fingerprint:x32}"));
        writer.WriteString("timestamp", at.UtcDateTime);
        WriteText(writer, "userId", JsonFields.Text(row, "user_id"));
        WriteText(writer, "anonymousId", JsonFields.Text(row, "user_pseudo_id"));
        writer.WriteStartObject("properties");
        WriteParameters(writer, row);
        if (JsonFields.TryRead(row, "ecommerce") is { } shop)
        {
            WriteText(writer, "order_id", JsonFields.Text(shop, "transaction_id"));
            WriteText(writer, "revenue", JsonFields.Text(shop, name is "refund" ? ["refund_value"] : ["purchase_revenue"]));
        }

        WriteItems(writer, row);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter writer, JsonElement row)
    {
        if (JsonFields.TryRead(row, "event_params") is not { ValueKind: JsonValueKind.Array } parameters)
        {
            return;
        }

        HashSet<string> written = new(StringComparer.Ordinal) { "order_id", "revenue", "products" };
        foreach (JsonElement parameter in parameters.EnumerateArray())
        {
            JsonElement? value = JsonFields.TryRead(parameter, "value");
            if (JsonFields.Text(parameter, "key") is not { } key || value is not { } told || !written.Add(key))
            {
                continue;
            }

            if (JsonFields.Text(told, "string_value") is { } text)
            {
                WriteText(writer, key, text);
            }
            else if (decimal.TryParse(JsonFields.Text(told, "int_value", "double_value", "float_value"), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number))
            {
                writer.WriteNumber(key, number);
            }
        }
    }

    private static void WriteItems(Utf8JsonWriter writer, JsonElement row)
    {
        if (JsonFields.TryRead(row, "items") is not { ValueKind: JsonValueKind.Array } items || items.GetArrayLength() == 0)
        {
            return;
        }

        writer.WriteStartArray("products");
        foreach (JsonElement item in items.EnumerateArray())
        {
            writer.WriteStartObject();
            foreach ((string theirs, string ours) in ItemFields)
            {
                WriteText(writer, ours, JsonFields.Text(item, theirs));
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null && text is not ("(not set)" or "(none)"))
        {
            writer.WriteString(name, text);
        }
    }
}
