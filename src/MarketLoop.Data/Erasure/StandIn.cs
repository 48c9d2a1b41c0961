using System.Globalization;
using MarketLoop.Data.Embedded;
using MarketLoop.Domain;

namespace MarketLoop.Data.Erasure;

/// <summary>What stands in open columns instead of a customer and of ids derived from one: it ties an erased person's treatments, deliveries and outcomes together and leads to nobody.</summary>
internal static class StandIn
{
    private const string Prefix = "erased-";

    /// <summary>Who the records of an erased person belong to.</summary>
    public static CustomerId For(long person) => CustomerId.Anonymous(Prefix + person.ToString(CultureInfo.InvariantCulture));

    /// <summary>The id of an erased person's treatment: the same for the same treatment, and keyed, because a treatment's own id is derived from whom it was for.</summary>
    public static TreatmentId? For(TreatmentId? treatment, KeyHash keyHash) => treatment is TreatmentId id
        ? new TreatmentId(Prefix + keyHash.Of(RecordKind.Treatment, new RecordKey("stand-in", id.Value)).ToString("x16", CultureInfo.InvariantCulture))
        : null;
}
