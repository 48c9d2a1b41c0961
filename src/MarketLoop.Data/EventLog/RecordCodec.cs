using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MarketLoop.Data.Embedded;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>Records as JSON, the form they have in the journal, in the event database and in snapshots. Unknown members are ignored, so an older folder stays readable.</summary>
internal static class RecordCodec
{
    private static readonly JsonSerializerOptions Options = MakeOptions();
    private static readonly JsonTypeInfo<Interaction> InteractionType = TypeOf<Interaction>();
    private static readonly JsonTypeInfo<CustomerInsight> InsightType = TypeOf<CustomerInsight>();
    private static readonly JsonTypeInfo<Treatment> TreatmentType = TypeOf<Treatment>();
    private static readonly JsonTypeInfo<Delivery> DeliveryType = TypeOf<Delivery>();
    private static readonly JsonTypeInfo<Outcome> OutcomeType = TypeOf<Outcome>();
    private static readonly JsonTypeInfo<IReadOnlyList<LineItem>> LinesType = TypeOf<IReadOnlyList<LineItem>>();

    /// <summary>Metadata of one of the types in <see cref="RecordJson"/>.</summary>
    public static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    /// <summary>Kind of a record.</summary>
    /// <exception cref="ArgumentException">Not one of the five kinds.</exception>
    public static RecordKind KindOf(ILogRecord record) => record switch
    {
        Interaction => RecordKind.Interaction,
        CustomerInsight => RecordKind.Insight,
        Treatment => RecordKind.Treatment,
        Delivery => RecordKind.Delivery,
        Outcome => RecordKind.Outcome,
        Heartbeat => RecordKind.Heartbeat,
        null => throw new ArgumentException("A record is null.", nameof(record)),
        _ => throw new ArgumentException($"{record.GetType().Name} is none of the five kinds of record.", nameof(record)),
    };

    /// <summary>Kind of a record type.</summary>
    public static RecordKind KindOf<TRecord>() =>
        typeof(TRecord) == typeof(Interaction) ? RecordKind.Interaction
        : typeof(TRecord) == typeof(CustomerInsight) ? RecordKind.Insight
        : typeof(TRecord) == typeof(Treatment) ? RecordKind.Treatment
        : typeof(TRecord) == typeof(Delivery) ? RecordKind.Delivery
        : typeof(TRecord) == typeof(Outcome) ? RecordKind.Outcome
        : throw new InvalidOperationException($"{typeof(TRecord).Name} is none of the five kinds of record.");

    /// <summary>Whom a record is about.</summary>
    public static CustomerId CustomerOf(ILogRecord record) => record switch
    {
        Interaction interaction => interaction.Customer,
        CustomerInsight insight => insight.Customer,
        Treatment treatment => treatment.Customer,
        Delivery delivery => delivery.Customer,
        Outcome outcome => outcome.Customer,
        _ => throw new ArgumentException($"{record.GetType().Name} is about nobody.", nameof(record)),
    };

    /// <summary>The treatment that a record makes, carries out or measures; null when there is none.</summary>
    public static TreatmentId? TreatmentOf(ILogRecord record) => record switch
    {
        Treatment treatment => treatment.Id,
        Delivery delivery => delivery.Treatment,
        Outcome outcome => outcome.Treatment,
        _ => null,
    };

    /// <summary>The same record about somebody else, under another treatment's id.</summary>
    public static ILogRecord WithOwner(ILogRecord record, CustomerId customer, TreatmentId? treatment) => record switch
    {
        CustomerInsight insight => insight with { Customer = customer },
        Treatment decided => decided with { Customer = customer, Id = treatment ?? decided.Id },
        Delivery delivery => delivery with { Customer = customer, Treatment = treatment ?? delivery.Treatment },
        Outcome outcome => outcome with { Customer = customer, Treatment = treatment ?? outcome.Treatment },
        _ => throw new ArgumentException($"{record.GetType().Name} has columns of its own.", nameof(record)),
    };

    public static void Write(Utf8JsonWriter writer, ILogRecord record)
    {
        switch (record)
        {
            case Interaction interaction:
                JsonSerializer.Serialize(writer, interaction, InteractionType);
                break;
            case CustomerInsight insight:
                JsonSerializer.Serialize(writer, insight, InsightType);
                break;
            case Treatment treatment:
                JsonSerializer.Serialize(writer, treatment, TreatmentType);
                break;
            case Delivery delivery:
                JsonSerializer.Serialize(writer, delivery, DeliveryType);
                break;
            case Outcome outcome:
                JsonSerializer.Serialize(writer, outcome, OutcomeType);
                break;
            case Heartbeat heartbeat:
                writer.WriteNumberValue(heartbeat.Number);
                break;
            default:
                _ = KindOf(record);
                break;
        }
    }

    /// <summary>A record other than an interaction as JSON text.</summary>
    public static string WriteText(ILogRecord record) => record switch
    {
        CustomerInsight insight => JsonSerializer.Serialize(insight, InsightType),
        Treatment treatment => JsonSerializer.Serialize(treatment, TreatmentType),
        Delivery delivery => JsonSerializer.Serialize(delivery, DeliveryType),
        Outcome outcome => JsonSerializer.Serialize(outcome, OutcomeType),
        _ => throw new ArgumentException($"{record.GetType().Name} has columns of its own.", nameof(record)),
    };

    public static Utf8JsonWriter MakeWriter(IBufferWriter<byte> target) =>
        new(target, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public static ILogRecord Read(RecordKind kind, ReadOnlySpan<byte> json) => kind switch
    {
        RecordKind.Interaction => Need(JsonSerializer.Deserialize(json, InteractionType)),
        RecordKind.Insight => Need(JsonSerializer.Deserialize(json, InsightType)),
        RecordKind.Treatment => Need(JsonSerializer.Deserialize(json, TreatmentType)),
        RecordKind.Delivery => Need(JsonSerializer.Deserialize(json, DeliveryType)),
        RecordKind.Outcome => Need(JsonSerializer.Deserialize(json, OutcomeType)),
        RecordKind.Heartbeat => new Heartbeat(long.Parse(json, CultureInfo.InvariantCulture)),
        _ => throw new MarketLoopException($"The journal holds a record of kind {(int)kind}, written by a newer version. Use that one."),
    };

    public static TRecord Read<TRecord>(string json)
        where TRecord : class => Need(JsonSerializer.Deserialize(json, TypeOf<TRecord>()));

    public static IReadOnlyList<LineItem> ReadLines(string? json) => json is null ? [] : Need(JsonSerializer.Deserialize(json, LinesType));

    private static T Need<T>(T? value)
        where T : class => value ?? throw new MarketLoopException("The log holds a null where a record was expected.");

    private static JsonSerializerOptions MakeOptions()
    {
        JsonSerializerOptions options = new(RecordJson.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // Chinese stays Chinese: these bytes never stand in a page
            TypeInfoResolver = RecordJson.Default.WithAddedModifier(LeaveOutDerived),
        };
        options.MakeReadOnly();
        return options;
    }

    private static void LeaveOutDerived(JsonTypeInfo type)
    {
        if (!typeof(ILogRecord).IsAssignableFrom(type.Type))
        {
            return;
        }

        for (int i = type.Properties.Count - 1; i >= 0; i--)
        {
            bool isDerived = type.Properties[i].Name is "key" || (type.Properties[i].Name is "at" && type.Type != typeof(Delivery));
            if (isDerived)
            {
                type.Properties.RemoveAt(i);
            }
        }
    }
}

[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Interaction))]
[JsonSerializable(typeof(CustomerInsight))]
[JsonSerializable(typeof(Treatment))]
[JsonSerializable(typeof(Delivery))]
[JsonSerializable(typeof(Outcome))]
[JsonSerializable(typeof(Product))]
[JsonSerializable(typeof(Campaign))]
[JsonSerializable(typeof(IReadOnlyList<LineItem>))]
[JsonSerializable(typeof(SnapshotCover))]
internal sealed partial class RecordJson : JsonSerializerContext;
