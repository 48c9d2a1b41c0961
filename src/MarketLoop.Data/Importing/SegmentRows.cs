using System.Text.Json;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>An archive of tracking calls. Times are taken as written: an archive's <c>sentAt</c> says nothing of today's clocks.</summary>
internal sealed class SegmentRows(SourceId source, IntakeOptions limits, CustomerIdentity? identity, DateTimeOffset now)
{
    private readonly SegmentEventReader reader = new(limits, identity);

    public RowReading Read(JsonElement item, UInt128 fingerprint)
    {
        BodyEnvelope envelope = new(now, null, JsonFields.TryRead(item, "receivedAt", "received_at"), IsImport: true);
        (SegmentEvent? understood, Fault? fault) = reader.Read(item, IntakeRoute.Batch, source, envelope);
        return new RowReading { Interaction = understood?.Interaction, Fault = fault?.Code, UserAgent = understood is null ? null : UserAgentOf(item) };
    }

    private static string? UserAgentOf(JsonElement item) => JsonFields.TryRead(item, "context") is { } context ? JsonFields.Text(context, "userAgent", "user_agent") : null;
}
