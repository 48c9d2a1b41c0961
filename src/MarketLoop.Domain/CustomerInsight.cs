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

    /// <summary>Index of the segment in the segment model; null before one is trained.</summary>
    public int? Segment { get; init; }

    /// <summary>Readable name of that segment.</summary>
    public LocalizedText? SegmentName { get; init; }

    /// <summary>Probability (0..1) of a purchase in the response model's horizon when nothing is sent; null before one is trained.</summary>
    public double? PurchaseProbability { get; init; }

    /// <summary>The same when a promotion is sent; the difference is what the decision room buys.</summary>
    public double? PurchaseProbabilityIfTreated { get; init; }

    /// <summary>Version of the models behind it; null before any.</summary>
    public ModelVersion? Models { get; init; }

    /// <inheritdoc />
    public RecordKey Key => new("insight", $"{Customer}@{AsOf.UtcTicks}");

    /// <inheritdoc />
    public DateTimeOffset At => AsOf;
}

/// <summary>A category tag and how much of the customer's attention it has (0..1).</summary>
public sealed record Interest(string Category, double Weight);

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
    DayOfWeek? PreferredWeekday);
