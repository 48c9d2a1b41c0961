namespace MarketLoop.Domain;

/// <summary>What the analysis room knows of one customer at one moment.</summary>
public sealed record CustomerInsight : ILogRecord
{
    /// <summary>The customer.</summary>
    public required CustomerId Customer { get; init; }

    /// <summary>The moment this was true; nothing later was looked at.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Behaviour in numbers.</summary>
    public required CustomerFeatures Features { get; init; }

    /// <summary>Categories the customer cares for, strongest first, weights summing to at most 1.</summary>
    public IReadOnlyList<Interest> Interests { get; init; } = [];

    /// <summary>What else the customer cares for: brands, price bands and search terms, by kind and strongest first; the weights of a kind sum to at most 1.</summary>
    public IReadOnlyList<InterestTag> Tags { get; init; } = [];

    /// <summary>Index of the segment in the segment model; null before one is trained.</summary>
    public int? Segment { get; init; }

    /// <summary>Readable name of that segment.</summary>
    public LocalizedText? SegmentName { get; init; }

    /// <summary>Probability (0..1) of a purchase in the response model's horizon when nothing is sent; null before one is trained.</summary>
    public double? PurchaseProbability { get; init; }

    /// <summary>The same when a promotion is sent; the difference is what the decision room buys.</summary>
    public double? PurchaseProbabilityIfTreated { get; init; }

    /// <summary>What the customer is worth; null for those who never ordered, and before a model of it is trained.</summary>
    public CustomerValue? Value { get; init; }

    /// <summary>What the customer will probably do in the weeks ahead; null before a model of it is trained.</summary>
    public CustomerOutlook? Outlook { get; init; }

    /// <summary>Version of the models behind it; null before any.</summary>
    public ModelVersion? Models { get; init; }

    /// <inheritdoc />
    public RecordKey Key => new("insight", $"{Customer}@{AsOf.UtcTicks}");

    /// <inheritdoc />
    public DateTimeOffset At => AsOf;
}

/// <summary>What a customer will probably bring.</summary>
/// <param name="ProbabilityAlive">Probability (0..1) of ever ordering again.</param>
/// <param name="HorizonDays">Days ahead that are looked at.</param>
/// <param name="ExpectedOrders">Days with an order expected in them.</param>
/// <param name="ExpectedRevenue">Money expected in them, in the shop's currency.</param>
public sealed record CustomerValue(double ProbabilityAlive, int HorizonDays, double ExpectedOrders, decimal ExpectedRevenue);

/// <summary>What a customer will probably do in the weeks ahead, by all that is known of them.</summary>
/// <param name="HorizonDays">Days ahead that are looked at.</param>
/// <param name="BuysProbability">Probability (0..1) of an order in them; null before a model of it is trained.</param>
/// <param name="ChurnProbability">Probability (0..1) of no order in them; null for whoever did not order lately, and before a model of it is trained.</param>
public sealed record CustomerOutlook(int HorizonDays, double? BuysProbability, double? ChurnProbability)
{
    /// <summary>Probability (0..1) that the next mail is opened within a week; null before a model of it is trained.</summary>
    public double? OpensMailProbability { get; init; }

    /// <summary>Probability (0..1) of a refund in the days ahead; null for whoever did not order lately, and before a model of it is trained.</summary>
    public double? ReturnsProbability { get; init; }

    /// <summary>From which category the next order will most probably be, should there be one; null before a model of it is trained.</summary>
    public CategoryChance? NextCategory { get; init; }
}

/// <summary>A category and how probable it is.</summary>
/// <param name="Category">As in the catalogue.</param>
/// <param name="Probability">Probability, 0..1.</param>
public sealed record CategoryChance(string Category, double Probability);

/// <summary>A category tag and how much of the customer's attention it has (0..1).</summary>
public sealed record Interest(string Category, double Weight);

/// <summary>A tag of any kind and how much of the customer's attention it has among its kind (0..1).</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">The brand; the price band from 1 (the cheapest fifth of what is sold) to 5; the search term, normalised.</param>
/// <param name="Weight">Its share of the kind.</param>
public sealed record InterestTag(InterestKind Kind, string Value, double Weight);

/// <summary>What a tag is. Numbers are stored: never renumber.</summary>
public enum InterestKind
{
    /// <summary>A category of the catalogue.</summary>
    Category = 0,

    /// <summary>A brand.</summary>
    Brand = 1,

    /// <summary>A fifth of the prices.</summary>
    PriceBand = 2,

    /// <summary>What was searched for.</summary>
    SearchTerm = 3,
}

/// <summary>What a customer holds in the hand. Numbers are stored: never renumber.</summary>
public enum DeviceKind
{
    /// <summary>A computer.</summary>
    Desktop = 1,

    /// <summary>A phone's browser.</summary>
    Mobile = 2,

    /// <summary>A tablet's browser.</summary>
    Tablet = 3,

    /// <summary>The shop's own app.</summary>
    App = 4,
}

/// <summary>Behaviour of one customer in numbers, as of one moment.</summary>
/// <param name="RecencyDays">Days since the last order; days since first seen (tenure) when there is none.</param>
/// <param name="Orders">Orders placed (frequency).</param>
/// <param name="Monetary">Net revenue: orders minus refunds, in the shop's currency.</param>
/// <param name="ActiveDays">Distinct days with any act.</param>
/// <param name="TenureDays">Days since first seen.</param>
/// <param name="IdleDays">Days since the last act of any kind.</param>
/// <param name="ViewsPerWeek">Product views per week of tenure (tenure at least one week).</param>
/// <param name="PurchasesPerWeek">Orders per week of tenure.</param>
/// <param name="SearchesPerWeek">Searches per week of tenure.</param>
/// <param name="AverageOrderValue">Mean gross revenue of an order; 0 without orders.</param>
/// <param name="PriceLevel">Mean price percentile (0..1) of the products bought or looked at, within the catalogue seen; 0.5 when unknown.</param>
/// <param name="RefundShare">Refunded share of gross revenue, 0..1.</param>
/// <param name="PreferredHour">Hour of the day (shop's zone) with most acts, 0..23; null without acts.</param>
/// <param name="PreferredWeekday">Weekday with most acts; null without acts.</param>
public sealed record CustomerFeatures(
    double RecencyDays,
    int Orders,
    decimal Monetary,
    int ActiveDays,
    double TenureDays,
    double IdleDays,
    double ViewsPerWeek,
    double PurchasesPerWeek,
    double SearchesPerWeek,
    decimal AverageOrderValue,
    double PriceLevel,
    double RefundShare,
    int? PreferredHour,
    DayOfWeek? PreferredWeekday)
{
    /// <summary>Products looked at.</summary>
    public int Views { get; init; }

    /// <summary>Products put into the cart.</summary>
    public int CartAdds { get; init; }

    /// <summary>Searches.</summary>
    public int Searches { get; init; }

    /// <summary>Orders, or parts of orders, given back.</summary>
    public int Refunds { get; init; }

    /// <summary>Visits: by the sender's session id, else acts with no more than 30 minutes between two of them.</summary>
    public int Sessions { get; init; }

    /// <summary>Additions to the cart per week of tenure (tenure at least one week).</summary>
    public double CartAddsPerWeek { get; init; }

    /// <summary>Share of the visits with a product view in which something went into the cart, 0..1; 0 without views.</summary>
    public double CartRate { get; init; }

    /// <summary>Share of the visits with an addition to the cart in which an order was placed, 0..1; 0 without additions.</summary>
    public double CheckoutRate { get; init; }

    /// <summary>Share of the visits in which an order was placed, 0..1.</summary>
    public double OrderRate { get; init; }

    /// <summary>Median days between two orders; null below two orders.</summary>
    public double? MedianOrderGapDays { get; init; }

    /// <summary>Mean days between two orders; null below two orders.</summary>
    public double? MeanOrderGapDays { get; init; }

    /// <summary>Days until the next order, were it to come after the median gap; below 0 when it is overdue, null below two orders.</summary>
    public double? NextOrderInDays { get; init; }

    /// <summary>Share of the orders with a coupon or a discount, 0..1.</summary>
    public double CouponShare { get; init; }

    /// <summary>Promotions clicked for each one viewed, 0..1; 0 when none was viewed.</summary>
    public double PromotionClickRate { get; init; }

    /// <summary>Mails opened (weak evidence: machines open mails too).</summary>
    public int MailOpens { get; init; }

    /// <summary>Links in mails clicked.</summary>
    public int MailClicks { get; init; }

    /// <summary>Where our messages were answered most, by clicks; null when none was. On-site wins a tie.</summary>
    public Channel? PreferredChannel { get; init; }

    /// <summary>The device of most acts; null when no act told.</summary>
    public DeviceKind? PreferredDevice { get; init; }

    /// <summary>The source of most acts, such as the web shop or a till; null without acts.</summary>
    public SourceId? PreferredSource { get; init; }
}
