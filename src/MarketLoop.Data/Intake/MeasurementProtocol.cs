using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace MarketLoop.Data.Intake;

/// <summary>Rewrites a body of GA4's Measurement Protocol as a batch of track calls, event by event, so that everything behind it is one way.</summary>
/// <remarks>
/// <c>client_id</c> (apps: <c>app_instance_id</c>) is the browser, <c>user_id</c> the customer, <c>params</c> the properties, <c>timestamp_micros</c> the time,
/// <c>user_properties</c> come along as traits of the context. Values are copied byte for byte, so a damaged one is judged like any other.
/// </remarks>
internal static class MeasurementProtocol
{
    /// <summary>The batch; null when the body has no events.</summary>
    public static IntakeBody? ToBatch(IntakeBody body)
    {
        if (body.Read("events") is not { ValueKind: JsonValueKind.Array } events)
        {
            return null;
        }

        ArrayBufferWriter<byte> batch = new();
        using (Utf8JsonWriter writer = new(batch))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("batch");
            foreach (JsonElement item in events.EnumerateArray())
            {
                Write(writer, item, body);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return IntakeBody.TryParse(batch.WrittenMemory, out IntakeBody? parsed, out _) ? parsed : null;
    }

    private static void Write(Utf8JsonWriter writer, JsonElement item, IntakeBody body)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            Copy(writer, item);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type", "track");
        Copy(writer, "event", Find(item, "name"));
        Copy(writer, "userId", body.Read("user_id"));
        Copy(writer, "anonymousId", body.Read("client_id") ?? body.Read("app_instance_id"));
        Copy(writer, "properties", Find(item, "params"));
        WriteTime(writer, Find(item, "timestamp_micros") ?? body.Read("timestamp_micros"));
        if (body.Read("user_properties") is { } traits)
        {
            writer.WriteStartObject("context");
            Copy(writer, "traits", traits);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter writer, JsonElement? micros)
    {
        // From the bytes: taking out a text that is not valid Unicode would throw.
        ReadOnlySpan<byte> written = micros is { } present ? JsonMarshal.GetRawUtf8Value(present).Trim((byte)'"') : default;
        if (long.TryParse(written, NumberStyles.Integer, CultureInfo.InvariantCulture, out long number))
        {
            writer.WriteNumber("timestamp", number / 1000);
        }
        else
        {
            Copy(writer, "timestamp", micros);
        }
    }

    private static JsonElement? Find(JsonElement item, string name)
    {
        try
        {
            return JsonFields.TryRead(item, name);
        }
        catch (InvalidOperationException)
        {
            return null; // a name beside it is not valid Unicode
        }
    }

    private static void Copy(Utf8JsonWriter writer, string name, JsonElement? value)
    {
        if (value is { } present)
        {
            writer.WritePropertyName(name);
            Copy(writer, present);
        }
    }

    private static void Copy(Utf8JsonWriter writer, JsonElement value) => writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
}
