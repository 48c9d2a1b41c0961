namespace MarketLoop.Domain;

/// <summary>What a customer did. The first record of the loop, and the one that all learning rests on.</summary>
public sealed record Interaction : ILogRecord
{
    /// <summary>Where it came from.</summary>
    public required SourceId Source { get; init; }

    /// <summary>The sender's id of this event; with <see cref="Source"/> it is unique in the log.</summary>
    public required string MessageId { get; init; }

    /// <summary>What kind of act, as far as MarketLoop gives it a meaning.</summary>
    public required InteractionKind Kind { get; init; }

    /// <summary>The event's name as it was sent, such as <c>Product Viewed</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The shop's id of the signed-in customer, if any.</summary>
    public string? UserId { get; init; }

    /// <summary>The browser's id, if any. Without either id the act carried a key, such as a member card, and <see cref="Customer"/> stands for it.</summary>
    public string? AnonymousId { get; init; }

    /// <summary>The id that <c>alias</c> says was used before; null for other calls.</summary>
    public string? PreviousId { get; init; }

    /// <summary>The group that <c>group</c> puts the customer in; null for other calls.</summary>
    public string? GroupId { get; init; }

    /// <summary>Whose act it is. As stored: the user, else the browser, else the key. As read from the log: whoever that turned out to be.</summary>
    public required CustomerId Customer { get; init; }

    /// <summary>The visit it belongs to, if the sender told.</summary>
    public string? SessionId { get; init; }

    /// <summary>When the customer did it.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>When it reached us.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The products concerned: one for a view, all lines for an order. Quantities are positive, also in refunds.</summary>
    public IReadOnlyList<LineItem> Lines { get; init; } = [];

    /// <summary>The order, for orders and refunds.</summary>
    public string? OrderId { get; init; }

    /// <summary>What the customer paid (orders) or got back (refunds); positive in both. Null where money has no meaning.</summary>
    public decimal? Revenue { get; init; }

    /// <summary>ISO 4217 code of <see cref="Revenue"/> and of the prices; null means the shop's currency.</summary>
    public string? Currency { get; init; }

    /// <summary>The coupon that was used, of an order or an act with a coupon; null when there was none.</summary>
    public string? Coupon { get; init; }

    /// <summary>What was searched for.</summary>
    public string? SearchTerm { get; init; }

    /// <summary>The signed token of the treatment that this act answers (a slot viewed, a link clicked), unverified.</summary>
    public string? TreatmentToken { get; init; }

    /// <summary>All properties or traits as they were sent, as JSON text; null when there were none.</summary>
    public string? PropertiesJson { get; init; }

    /// <inheritdoc />
    public RecordKey Key => new(Source.Value, MessageId);

    /// <inheritdoc />
    public DateTimeOffset At => OccurredAt;
}

/// <summary>One line of an order, or the one product of a view.</summary>
/// <param name="Product">The product.</param>
/// <param name="Quantity">Pieces, at least 1.</param>
/// <param name="UnitPrice">Price of one piece; null when the sender did not tell.</param>
/// <param name="IsMerchandise">False for postage, bank charges and the like: revenue, but never recommended.</param>
public sealed record LineItem(ProductId Product, int Quantity = 1, decimal? UnitPrice = null, bool IsMerchandise = true);

/// <summary>What an interaction means to MarketLoop. Numbers are stored: never renumber.</summary>
public enum InteractionKind
{
    /// <summary>Kept, but without a meaning of its own.</summary>
    Custom = 0,

    /// <summary>A page or screen was opened.</summary>
    PageViewed = 1,

    /// <summary>Traits or consent were told (<c>identify</c>).</summary>
    Identified = 2,

    /// <summary>A product page was opened.</summary>
    ProductViewed = 3,

    /// <summary>A list or category was opened.</summary>
    ProductListViewed = 4,

    /// <summary>A search.</summary>
    ProductsSearched = 5,

    /// <summary>Into the cart.</summary>
    ProductAdded = 6,

    /// <summary>Out of the cart.</summary>
    ProductRemoved = 7,

    /// <summary>An order was placed.</summary>
    OrderCompleted = 8,

    /// <summary>An order, or part of one, was given back.</summary>
    OrderRefunded = 9,

    /// <summary>A review was written.</summary>
    ProductReviewed = 10,

    /// <summary>A slot or banner of ours came into view; carries the treatment's token.</summary>
    PromotionViewed = 11,

    /// <summary>Something in a slot or banner was clicked; carries the treatment's token.</summary>
    PromotionClicked = 12,

    /// <summary>A mail was opened (weak evidence: machines open mails too; never a goal).</summary>
    EmailOpened = 13,

    /// <summary>A link in a mail was clicked; carries the treatment's token.</summary>
    EmailLinkClicked = 14,

    /// <summary>A coupon was used.</summary>
    CouponApplied = 15,

    /// <summary>Consent was given or withdrawn; the consent ledger is made of these.</summary>
    ConsentUpdated = 16,
}
