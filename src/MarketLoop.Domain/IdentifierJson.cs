using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MarketLoop.Domain;

/// <summary>Writes an id as the one string (or number) it is, also as a dictionary key, so that a record looks the same in the log, in the API and in a report.</summary>
public abstract class IdentifierJsonConverter<TId>(Func<string, TId> read, Func<TId, string> write) : JsonConverter<TId>
    where TId : struct
{
    /// <inheritdoc />
    public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ReadText(reader.GetString());

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(write(value));

    /// <inheritdoc />
    public override TId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ReadText(reader.GetString());

    /// <inheritdoc />
    public override void WriteAsPropertyName(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(write(value));

    private TId ReadText(string? text)
    {
        try
        {
            return read(text ?? "");
        }
        catch (Exception broken) when (broken is FormatException or ArgumentException)
        {
            throw new JsonException(broken.Message, broken);
        }
    }
}

/// <summary>A customer as <c>"u:alice"</c>.</summary>
public sealed class CustomerIdJsonConverter() : IdentifierJsonConverter<CustomerId>(CustomerId.Parse, id => id.ToString());

/// <summary>A product as its id.</summary>
public sealed class ProductIdJsonConverter() : IdentifierJsonConverter<ProductId>(text => new(text), id => id.Value);

/// <summary>A treatment as its id.</summary>
public sealed class TreatmentIdJsonConverter() : IdentifierJsonConverter<TreatmentId>(text => new(text), id => id.Value);

/// <summary>A source as its name.</summary>
public sealed class SourceIdJsonConverter() : IdentifierJsonConverter<SourceId>(text => new(text), id => id.Value);

/// <summary>A campaign as its id.</summary>
public sealed class CampaignIdJsonConverter() : IdentifierJsonConverter<CampaignId>(text => new(text), id => id.Value);

/// <summary>A model version as its number.</summary>
public sealed class ModelVersionJsonConverter() : IdentifierJsonConverter<ModelVersion>(
    text => new(int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)),
    id => id.ToString())
{
    /// <inheritdoc />
    public override ModelVersion Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt32());

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, ModelVersion value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}
