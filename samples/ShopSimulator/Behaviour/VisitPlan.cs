namespace ShopSimulator.Behaviour;

/// <summary>What a customer would do in one visit if nobody showed anything: drawn before the server is asked.</summary>
/// <param name="Shopper">Index of the customer.</param>
/// <param name="Day">Day from the first of the history.</param>
/// <param name="Number">Number of the visit within the day.</param>
/// <param name="Start">Time of day.</param>
/// <param name="Taste">Row of tastes in force (the customer's own, unless tastes are shuffled).</param>
/// <param name="Browsed">Products looked at, in order.</param>
/// <param name="ListCategory">Category opened first.</param>
/// <param name="SearchTerm">What was searched for; null for no search.</param>
/// <param name="ChecksOut">False when a filled cart is left behind.</param>
internal sealed record VisitPlan(
    int Shopper, int Day, int Number, TimeSpan Start, int Taste, IReadOnlyList<BrowsedProduct> Browsed, int ListCategory, string? SearchTerm, bool ChecksOut);

/// <summary>A product looked at.</summary>
/// <param name="Product">Index of the product.</param>
/// <param name="IsWanted">True when it goes into the cart.</param>
/// <param name="Quantity">How many.</param>
internal readonly record struct BrowsedProduct(int Product, bool IsWanted, int Quantity);

/// <summary>What a slot shows: the server's answer, or the oracle's.</summary>
internal sealed record SlotView(string Placement, string? Token, string? Arm, bool IsPersonalised, int[] Products)
{
    /// <summary>A slot with nothing in it.</summary>
    public static SlotView Empty(string placement) => new(placement, null, null, false, []);
}

/// <summary>A mail in a customer's inbox.</summary>
/// <param name="Shopper">Index of the customer.</param>
/// <param name="Day">Day it came.</param>
/// <param name="Token">Token that its links carry; null for the oracle's.</param>
/// <param name="Placement">Rule that sent it.</param>
/// <param name="Products">Products in it, by position.</param>
/// <param name="CouponCode">Coupon, if any.</param>
/// <param name="Discount">Discount of the coupon, 0..1.</param>
/// <param name="CouponUntilDay">Last day of the coupon.</param>
internal sealed record Mail(int Shopper, int Day, string? Token, string Placement, int[] Products, string? CouponCode, double Discount, int CouponUntilDay);

/// <summary>Why a product was bought.</summary>
internal enum Origin
{
    /// <summary>Own browsing.</summary>
    Browsing,

    /// <summary>A click in a slot.</summary>
    Slot,

    /// <summary>A click in a mail.</summary>
    Mail,
}

/// <summary>One line of an order.</summary>
internal readonly record struct BoughtLine(int Product, int Quantity, decimal UnitPrice, Origin Origin);

/// <summary>An order.</summary>
/// <param name="Id">Its number at the shop.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="CouponCode">Coupon used; null for none.</param>
/// <param name="Discount">Discount of the whole order, 0..1.</param>
internal sealed record PlacedOrder(string Id, IReadOnlyList<BoughtLine> Lines, string? CouponCode, double Discount)
{
    /// <summary>Price of all lines before the discount.</summary>
    public decimal Gross => Lines.Sum(line => line.UnitPrice * line.Quantity);

    /// <summary>What was paid.</summary>
    public decimal Paid => Lines.Sum(PaidFor);

    /// <summary>What was paid for one line.</summary>
    public decimal PaidFor(BoughtLine line) => Math.Round(line.UnitPrice * line.Quantity * (1 - (decimal)Discount), 2, MidpointRounding.AwayFromZero);
}

/// <summary>A click in a slot.</summary>
internal readonly record struct SlotClick(SlotView Slot, int Position, int Product, bool IsBought);

/// <summary>What really happened in a visit.</summary>
internal sealed record VisitTrace(VisitPlan Plan, IReadOnlyList<SlotView> Slots, IReadOnlyList<SlotClick> Clicks, PlacedOrder? Order);

/// <summary>What really happened to a mail.</summary>
internal sealed record MailTrace(Mail Mail, TimeSpan At, bool IsOpened, int? ClickedPosition, int? ClickedProduct, PlacedOrder? Order, bool Unsubscribes);

/// <summary>Something that follows from an order days later.</summary>
internal sealed record AfterSale(int Shopper, int Day, string OrderId, BoughtLine Line, decimal Paid, int Rating);
