namespace MarketLoop.Domain;

/// <summary>What came of a treatment on its way to the customer.</summary>
public sealed record Delivery : ILogRecord
{
    /// <summary>The treatment carried out.</summary>
    public required TreatmentId Treatment { get; init; }

    /// <summary>Whom it reached or should have reached.</summary>
    public required CustomerId Customer { get; init; }

    /// <summary>How.</summary>
    public required Channel Channel { get; init; }

    /// <summary>What came of it.</summary>
    public required DeliveryStatus Status { get; init; }

    /// <summary>A refusal's code (<c>NoConsent</c>) or a channel's answer; null when there is nothing to say. Never personal data.</summary>
    public string? Detail { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <inheritdoc />
    public RecordKey Key => new("delivery", $"{Treatment}/{Status}");
}

/// <summary>States of a delivery. Numbers are stored.</summary>
public enum DeliveryStatus
{
    /// <summary>Decided while observing: written down, not sent.</summary>
    Drafted = 1,

    /// <summary>Handed to the channel (a mail in the outbox).</summary>
    Sent = 2,

    /// <summary>Came into the customer's view (a slot).</summary>
    Shown = 3,

    /// <summary>Control arm: left out on purpose.</summary>
    Withheld = 4,

    /// <summary>A guardrail refused at hand-over; see the detail.</summary>
    Refused = 5,

    /// <summary>The channel failed.</summary>
    Failed = 6,

    /// <summary>Not carried out in time.</summary>
    Expired = 7,
}
