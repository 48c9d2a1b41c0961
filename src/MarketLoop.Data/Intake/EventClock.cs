using System.Globalization;
using System.Text.Json;

namespace MarketLoop.Data.Intake;

/// <summary>Finds out when an event happened, from the times that its sender wrote and the time it reached us.</summary>
internal sealed class EventClock(IntakeOptions options)
{
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Nonsense = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] OtherFormats = ["r", "ddd, dd MMM yyyy HH:mm:ss 'GMT'", "yyyyMMddTHHmmssZ"];
    private readonly ClientClocks clocks = new();

    /// <summary>Event time; null with a fault when the sender's time is nonsense.</summary>
    /// <param name="item">The event.</param>
    /// <param name="envelope">What its body says.</param>
    /// <param name="client">Whose clock it was.</param>
    /// <param name="index">Its place in the body: it decides between events of one millisecond.</param>
    /// <param name="fault">What is wrong with the time.</param>
    public EventMoment? Read(JsonElement item, in BodyEnvelope envelope, string client, int index, ref Fault? fault)
    {
        JsonElement? field = JsonFields.TryRead(item, "timestamp") ?? JsonFields.TryRead(item, "originalTimestamp")
            ?? envelope.Timestamp;
        DateTimeOffset? sentAt = Parse(JsonFields.TryRead(item, "sentAt") ?? envelope.SentAt);
        TimeSpan skew = options.CorrectsClocks && !envelope.IsImport && sentAt is { } sent && sent < Nonsense
            ? clocks.Observe(client, sent, envelope.ReceivedAt)
            : TimeSpan.Zero;
        if (field is null || (field.Value.ValueKind == JsonValueKind.String && JsonFields.Text(field) is null))
        {
            return new EventMoment(Place(WholeMilliseconds(envelope.ReceivedAt), index), null);
        }

        if (Parse(field) is not { } written || written >= Nonsense)
        {
            fault = new Fault(FaultCodes.InvalidTimestamp, "The timestamp is not a time this century.");
            return null;
        }

        DateTimeOffset moment = written + skew;
        if (moment < Earliest || moment > envelope.ReceivedAt.AddYears(1))
        {
            fault = new Fault(FaultCodes.InvalidTimestamp, "The timestamp lies before 2000 or more than a year ahead.");
            return null;
        }

        return moment > envelope.ReceivedAt + options.FutureTolerance
            ? new EventMoment(Place(WholeMilliseconds(envelope.ReceivedAt), index), written)
            : new EventMoment(Place(moment, index), null);
    }

    // Events of one batch often bear the same millisecond. Their places fill the ticks below it, so that the log's order by time is the order of the calls.
    private static DateTimeOffset Place(DateTimeOffset at, int index) =>
        at.UtcTicks % TimeSpan.TicksPerMillisecond == 0 ? at.AddTicks(Math.Min(index, TimeSpan.TicksPerMillisecond - 1)) : at;

    private static DateTimeOffset WholeMilliseconds(DateTimeOffset at) => at.AddTicks(-(at.UtcTicks % TimeSpan.TicksPerMillisecond));

    /// <summary>ISO 8601 (without zone: UTC), HTTP date, or Unix seconds or milliseconds; null when it is none of them.</summary>
    internal static DateTimeOffset? Parse(JsonElement? field) => Parse(JsonFields.Text(field));

    /// <inheritdoc cref="Parse(JsonElement?)" />
    internal static DateTimeOffset? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (IsoTime.TryParse(text, out DateTimeOffset plain))
        {
            return plain;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double unix))
        {
            double milliseconds = Math.Abs(unix) < 1e11 ? unix * 1000 : unix;
            return Math.Abs(milliseconds) < 2e14 ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds) : null;
        }

        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowWhiteSpaces;

        // A free parse of "12:00" would take today's date from the ambient clock, so a year must stand in front.
        bool beginsWithDate = text.Length >= 10 && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[3]) && text[4] is '-' or '/';
        return beginsWithDate
            ? DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Styles, out DateTimeOffset iso) ? iso : null
            : DateTimeOffset.TryParseExact(text, OtherFormats, CultureInfo.InvariantCulture, Styles, out DateTimeOffset other) ? other : null;
    }
}

/// <summary>When an event happened, and the time its sender claimed if that was set right.</summary>
internal sealed record EventMoment(DateTimeOffset At, DateTimeOffset? ClaimedFuture);

/// <summary>Why an event cannot be taken.</summary>
internal sealed record Fault(string Code, string Reason);

/// <summary>What a body says for all its events.</summary>
internal readonly record struct BodyEnvelope(DateTimeOffset ReceivedAt, JsonElement? SentAt, JsonElement? Timestamp, bool IsImport);
