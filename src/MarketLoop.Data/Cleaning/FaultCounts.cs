namespace MarketLoop.Data.Cleaning;

/// <summary>Rows by fault, in the order in which faults are looked for.</summary>
public sealed record FaultCounts
{
    /// <summary>Rows equal in every column to an earlier row.</summary>
    public long Duplicates { get; init; }

    /// <summary>Rows without a customer.</summary>
    public long WithoutCustomer { get; init; }

    /// <summary>Rows of a cancellation.</summary>
    public long Cancellations { get; init; }

    /// <summary>Rows whose quantity is not at least 1.</summary>
    public long NonPositiveQuantity { get; init; }

    /// <summary>Rows whose price is not above 0.</summary>
    public long NonPositivePrice { get; init; }

    /// <summary>Rows whose time, quantity, price or product cannot be read at all; null when there is none.</summary>
    public long? Unreadable { get; init; }
}
