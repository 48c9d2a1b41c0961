using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MarketLoop.Data.Consent;
using MarketLoop.Data.Erasure;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>An interaction as the journal holds it: the event database's columns one after the other, and behind them the personal part. The loader copies the columns; only what keyed state needs becomes a record again.</summary>
/// <remarks>Mark, kind, flags, two moments, revenue in ten-thousandths if there is one (little-endian), then source, name, currency and lines as <see cref="PersonalPart"/> writes texts.
/// An older journal has JSON here, which begins with a brace and never with the mark.</remarks>
internal readonly ref struct InteractionRow
{
    private const byte Mark = 1;
    private const int FlagsAt = 2;
    private const int OccurredAtAt = 3;
    private const int ReceivedAtAt = 11;
    private const int RevenueAt = 19;
    private const byte HasRevenue = 1;
    private const byte TellsOfPeople = 2;
    private const byte TellsOfProducts = 4;
    private const decimal MoneyScale = 10_000m;
    private static readonly SearchValues<string> ProductWords = SearchValues.Create(["\"name\"", "\"category\"", "\"brand\"", "\"url\"", "\"image_url\""], StringComparison.Ordinal);

    private readonly byte flags;

    /// <summary>Reads the columns; nothing is copied.</summary>
    public InteractionRow(ReadOnlySpan<byte> payload)
    {
        Kind = (InteractionKind)payload[1];
        flags = payload[FlagsAt];
        OccurredAt = BinaryPrimitives.ReadInt64LittleEndian(payload[OccurredAtAt..]);
        ReceivedAt = BinaryPrimitives.ReadInt64LittleEndian(payload[ReceivedAtAt..]);
        ReadOnlySpan<byte> rest = payload[RevenueAt..];
        if ((flags & HasRevenue) != 0)
        {
            Revenue = BinaryPrimitives.ReadInt64LittleEndian(rest);
            rest = rest[sizeof(long)..];
        }

        Source = PersonalPart.ReadBytes(ref rest);
        Name = PersonalPart.ReadBytes(ref rest);
        Currency = PersonalPart.ReadBytes(ref rest);
        Lines = PersonalPart.ReadBytes(ref rest);
        Personal = rest;
    }

    public InteractionKind Kind { get; }

    /// <summary>Ticks in UTC.</summary>
    public long OccurredAt { get; }

    /// <summary>Ticks in UTC.</summary>
    public long ReceivedAt { get; }

    /// <summary>Ten-thousandths, as DECIMAL(18,4) holds them.</summary>
    public long? Revenue { get; }

    public ReadOnlySpan<byte> Source { get; }

    public ReadOnlySpan<byte> Name { get; }

    /// <summary>Empty when there is none.</summary>
    public ReadOnlySpan<byte> Currency { get; }

    /// <summary>Lines as JSON; empty when there are none.</summary>
    public ReadOnlySpan<byte> Lines { get; }

    /// <summary>See <see cref="PersonalPart"/>.</summary>
    public ReadOnlySpan<byte> Personal { get; }

    /// <summary>True when profiles, consent or identity have to look at it.</summary>
    public bool IsTellingOfPeople => (flags & TellsOfPeople) != 0;

    /// <summary>True when its properties may describe products.</summary>
    public bool IsTellingOfProducts => (flags & TellsOfProducts) != 0;

    /// <summary>True when a payload is such a row.</summary>
    public static bool IsRow(ReadOnlySpan<byte> payload) => payload.Length > RevenueAt && payload[0] == Mark;

    /// <summary>Writes an interaction.</summary>
    public static void Write(ArrayBufferWriter<byte> target, Interaction interaction)
    {
        Span<byte> head = target.GetSpan(RevenueAt + sizeof(long));
        head[0] = Mark;
        head[1] = (byte)interaction.Kind;
        head[FlagsAt] = FlagsOf(interaction);
        BinaryPrimitives.WriteInt64LittleEndian(head[OccurredAtAt..], interaction.OccurredAt.UtcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(head[ReceivedAtAt..], interaction.ReceivedAt.UtcTicks);
        target.Advance(RevenueAt);
        if (interaction.Revenue is decimal revenue)
        {
            BinaryPrimitives.WriteInt64LittleEndian(head[RevenueAt..], (long)(decimal.Round(revenue, 4, MidpointRounding.AwayFromZero) * MoneyScale));
            target.Advance(sizeof(long));
        }

        PersonalPart.WritePlain(target, Visible(interaction.Source.Value));
        PersonalPart.WritePlain(target, Visible(interaction.Name));
        PersonalPart.WritePlain(target, Visible(interaction.Currency));
        LineCodec.Write(target, interaction.Lines);
        PersonalPart.Write(target, interaction);
    }

    /// <summary>The whole record.</summary>
    public Interaction ToInteraction() => PersonalPart.Restore(
        new Interaction
        {
            Source = new SourceId(Encoding.UTF8.GetString(Source)),
            MessageId = "",
            Kind = Kind,
            Name = Encoding.UTF8.GetString(Name),
            Customer = default,
            OccurredAt = new DateTimeOffset(OccurredAt, TimeSpan.Zero),
            ReceivedAt = new DateTimeOffset(ReceivedAt, TimeSpan.Zero),
            Lines = Lines.IsEmpty ? [] : RecordCodec.ReadLines(Encoding.UTF8.GetString(Lines)),
            Revenue = Revenue is long scaled ? scaled / MoneyScale : null,
            Currency = Currency.IsEmpty ? null : Encoding.UTF8.GetString(Currency),
        },
        Personal);

    private static byte FlagsOf(Interaction interaction)
    {
        bool isTelling = interaction.Kind == InteractionKind.Custom || ToldConsents.TellsOfProfile(interaction) || ToldConsents.HasPrivacySignal(interaction)
            || (interaction.UserId is null) == (interaction.AnonymousId is null); // both ids link a browser, none means a key
        bool describes = interaction.Lines.Count > 0 && interaction.PropertiesJson is string properties && properties.AsSpan().ContainsAny(ProductWords);
        return (byte)((interaction.Revenue is null ? 0 : HasRevenue) | (isTelling ? TellsOfPeople : 0) | (describes ? TellsOfProducts : 0));
    }

    /// <summary>DuckDB's client ends a text at the first NUL; a visible mark in its place keeps the rest.</summary>
    private static string? Visible(string? text) => text is not null && text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\ufffd') : text;
}
