using MarketLoop.Domain;

namespace MarketLoop.Data.Cleaning;

/// <summary>One row of a sales file after its texts were read; what could not be read is null.</summary>
internal readonly record struct PurchaseRow
{
    /// <summary>Line of the file, header = 1.</summary>
    public required long Line { get; init; }

    /// <summary>Fingerprint of all columns as they stand in the file.</summary>
    public required UInt128 Fingerprint { get; init; }

    /// <summary>The sender's own id of the event; null when the file has none.</summary>
    public string? Id { get; init; }

    /// <summary>A member card; null when the file has none.</summary>
    public string? Card { get; init; }

    /// <summary>An e-mail address; null when the file has none.</summary>
    public string? Email { get; init; }

    /// <summary>A phone number; null when the file has none.</summary>
    public string? Phone { get; init; }

    /// <summary>The visit; null when the file has none.</summary>
    public string? Session { get; init; }

    /// <summary>What the row tells of.</summary>
    public required InteractionKind Kind { get; init; }

    /// <summary>The event's name.</summary>
    public required string EventName { get; init; }

    /// <summary>The customer; null when blank.</summary>
    public required string? Customer { get; init; }

    /// <summary>The order; null when blank or not in the file.</summary>
    public required string? Order { get; init; }

    /// <summary>The product; null when blank.</summary>
    public required string? Product { get; init; }

    /// <summary>The product's name; null when blank.</summary>
    public required string? ProductName { get; init; }

    /// <summary>The product's category; null when blank.</summary>
    public required string? Category { get; init; }

    /// <summary>Pieces; null when unreadable.</summary>
    public required int? Quantity { get; init; }

    /// <summary>Price of one piece; null when the file has no prices or it is unreadable.</summary>
    public required decimal? Price { get; init; }

    /// <summary>When it happened; null when unreadable.</summary>
    public required DateTimeOffset? At { get; init; }

    /// <summary>The customer's country; null when unknown.</summary>
    public required string? Country { get; init; }

    /// <summary>True when the row undoes an order.</summary>
    public required bool IsCancellation { get; init; }

    /// <summary>True when quantity and price must be above zero: orders of files that have prices.</summary>
    public required bool IsPriced { get; init; }
}

/// <summary>Why a row is no purchase, in the order in which it is looked for.</summary>
internal enum RowFault
{
    Duplicate,
    WithoutCustomer,
    Cancellation,
    NonPositiveQuantity,
    NonPositivePrice,
    Unreadable,
}
