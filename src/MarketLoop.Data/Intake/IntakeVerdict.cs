namespace MarketLoop.Data.Intake;

/// <summary>What became of the events of one body. Good events are stored whatever is said of their neighbours.</summary>
/// <param name="Accepted">Events stored by this call.</param>
/// <param name="Duplicates">Events that were stored before (or twice in this body).</param>
/// <param name="Rejected">Events that were not understood; each also stands in the quarantine.</param>
/// <param name="Flagged">Events that were stored after a correction worth telling.</param>
public sealed record IntakeVerdict(
    int Accepted,
    int Duplicates,
    IReadOnlyList<EventFault> Rejected,
    IReadOnlyList<EventFault> Flagged)
{
    /// <summary>The verdict on no event at all.</summary>
    public static IntakeVerdict Nothing { get; } = new(0, 0, [], []);
}

/// <summary>What is wrong with one event.</summary>
/// <param name="Index">Place in the batch, from 0; in an imported file the line, from 1.</param>
/// <param name="Code">Stable code such as <c>negative_price</c>; see <see cref="FaultCodes"/>.</param>
/// <param name="Reason">The same in words, without the customer's data.</param>
public sealed record EventFault(int Index, string Code, string Reason);

/// <summary>All codes a verdict can carry. Clients switch on them: never rename.</summary>
public static class FaultCodes
{
    /// <summary>The event is not a JSON object.</summary>
    public const string NotAnObject = "not_an_object";

    /// <summary>A batch body without a <c>batch</c> array.</summary>
    public const string MissingBatch = "missing_batch";

    /// <summary>A line of a file is not JSON.</summary>
    public const string MalformedJson = "malformed_json";

    /// <summary>More bytes than one event may have.</summary>
    public const string EventTooLarge = "event_too_large";

    /// <summary>Objects inside objects beyond reason.</summary>
    public const string TooDeep = "too_deep";

    /// <summary>A text that is not valid Unicode, or an id with control characters.</summary>
    public const string InvalidText = "invalid_text";

    /// <summary>No <c>type</c> in a batched event.</summary>
    public const string MissingType = "missing_type";

    /// <summary>A <c>type</c> that is none of the six.</summary>
    public const string UnknownType = "unknown_type";

    /// <summary>A track call without <c>event</c>.</summary>
    public const string MissingEvent = "missing_event";

    /// <summary>Neither <c>userId</c> nor <c>anonymousId</c>.</summary>
    public const string MissingId = "missing_id";

    /// <summary>An id longer than 512 characters.</summary>
    public const string InvalidId = "invalid_id";

    /// <summary>A time that cannot be read, or lies before 2000 or more than a year ahead.</summary>
    public const string InvalidTimestamp = "invalid_timestamp";

    /// <summary>A price below zero.</summary>
    public const string NegativePrice = "negative_price";

    /// <summary>A price that is not a number.</summary>
    public const string InvalidPrice = "invalid_price";

    /// <summary>A quantity that is not a whole number of at least 1.</summary>
    public const string InvalidQuantity = "invalid_quantity";

    /// <summary>An order worth less than nothing.</summary>
    public const string NegativeRevenue = "negative_revenue";

    /// <summary>A revenue that is not a number.</summary>
    public const string InvalidRevenue = "invalid_revenue";

    /// <summary>A product list that is no list of objects.</summary>
    public const string InvalidProducts = "invalid_products";

    /// <summary>A currency that is no code of three letters.</summary>
    public const string InvalidCurrency = "invalid_currency";

    /// <summary>A coupon that is no text, or one longer than 512 characters.</summary>
    public const string InvalidCoupon = "invalid_coupon";

    /// <summary>A consent event without a purpose and <c>granted</c> as a JSON boolean, or of a purpose or channel that is not known.</summary>
    public const string InvalidConsent = "invalid_consent";

    /// <summary>Flag: an alias of an id to itself; kept, and it means nothing.</summary>
    public const string SelfAlias = "self_alias";

    /// <summary>Flag: an event of this source and message id said something else before; that one stays.</summary>
    public const string ConflictingDuplicate = "conflicting_duplicate";

    /// <summary>Flag: the event's time lay ahead of ours and was set to the time of arrival.</summary>
    public const string FutureTimestamp = "future_timestamp";
}
