namespace MarketLoop.Data.Cleaning;

/// <summary>The rules by name, in the order in which a row is held against them. They stand in reports and in the quarantine: never rename.</summary>
public static class RowFaults
{
    /// <summary>Neither a customer nor a browser.</summary>
    public const string WithoutCustomer = "without_customer";

    /// <summary>An act on a product without the product.</summary>
    public const string WithoutProduct = "without_product";

    /// <summary>An event that the format does not have.</summary>
    public const string UnknownEvent = "unknown_event";

    /// <summary>A time, quantity or price that is missing or cannot be read, or an id beyond reason.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>Less than one piece.</summary>
    public const string NonPositiveQuantity = "non_positive_quantity";

    /// <summary>An order line that costs nothing or less.</summary>
    public const string NonPositivePrice = "non_positive_price";

    /// <summary>A time before all shops, or ahead of our clock.</summary>
    public const string TimeTravel = "time_travel";

    /// <summary>A quantity or price beyond the limits that are set.</summary>
    public const string OutOfRange = "out_of_range";

    /// <summary>Money of a currency that has no exchange rate.</summary>
    public const string UnknownCurrency = "unknown_currency";

    /// <summary>A program, by its name or by its haste.</summary>
    public const string BotTraffic = "bot_traffic";

    /// <summary>An order line worth far more than those before it.</summary>
    public const string Outlier = "outlier";

    /// <summary>The same row a second time in one order.</summary>
    public const string Duplicate = "duplicate";
}
