namespace MarketLoop.Domain;

/// <summary>What the customer did within the attribution window of one treatment. Appended to the same log: here the loop closes.</summary>
public sealed record Outcome : ILogRecord
{
    /// <summary>The treatment that the acts are credited to.</summary>
    public required TreatmentId Treatment { get; init; }

    /// <summary>The customer.</summary>
    public required CustomerId Customer { get; init; }

    /// <summary>The arm of that treatment.</summary>
    public required Arm Arm { get; init; }

    /// <summary>The channel of that treatment.</summary>
    public required Channel Channel { get; init; }

    /// <summary>The placement or rule of that treatment.</summary>
    public required string Placement { get; init; }

    /// <summary>When the treatment was delivered (or withheld): the window opens here.</summary>
    public required DateTimeOffset DeliveredAt { get; init; }

    /// <summary>Clicks on it inside the window.</summary>
    public required int Clicks { get; init; }

    /// <summary>Orders inside the window.</summary>
    public required int Orders { get; init; }

    /// <summary>Orders inside the window that contain a product it showed.</summary>
    public required int OrdersOfShownItems { get; init; }

    /// <summary>Revenue inside the window, refunds taken off.</summary>
    public required decimal Revenue { get; init; }

    /// <summary>Orders inside the window that last-touch attribution gives to this treatment rather than to a later one.</summary>
    public int CreditedOrders { get; init; }

    /// <summary>Revenue of the credited orders, refunds taken off. Credits of all treatments of a customer never exceed what the customer paid.</summary>
    public decimal CreditedRevenue { get; init; }

    /// <summary>Moment of measuring. A later outcome of the same treatment replaces an earlier one.</summary>
    public required DateTimeOffset MeasuredAt { get; init; }

    /// <summary>True when the window has closed.</summary>
    public required bool IsFinal { get; init; }

    /// <inheritdoc />
    public RecordKey Key => new("outcome", $"{Treatment}@{MeasuredAt.UtcTicks}");

    /// <inheritdoc />
    public DateTimeOffset At => MeasuredAt;
}
