using MarketLoop.Domain;

namespace MarketLoop.Analysis.Features;

/// <summary>Features as numbers that learners like: amounts and times in logarithms, so that one rich customer does not bend a whole axis.</summary>
public static class FeatureVector
{
    /// <summary>Names of the columns, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "recency", "orders", "monetary", "activeDays", "tenure", "idle", "viewRate", "purchaseRate", "searchRate",
        "orderValue", "priceLevel", "refundShare", "hasOrdered",
    ];

    /// <summary>Number of columns.</summary>
    public static int Length => Names.Count;

    /// <summary>Writes one row.</summary>
    /// <param name="features">The customer's features.</param>
    /// <param name="row">Receives <see cref="Length"/> numbers, all finite.</param>
    public static void Write(CustomerFeatures features, Span<float> row)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(row.Length, Length, nameof(row));
        row[0] = Log(features.RecencyDays);
        row[1] = Log(features.Orders);
        row[2] = Log((double)features.Monetary);
        row[3] = Log(features.ActiveDays);
        row[4] = Log(features.TenureDays);
        row[5] = Log(features.IdleDays);
        row[6] = Log(features.ViewsPerWeek);
        row[7] = Log(features.PurchasesPerWeek);
        row[8] = Log(features.SearchesPerWeek);
        row[9] = Log((double)features.AverageOrderValue);
        row[10] = (float)features.PriceLevel;
        row[11] = (float)features.RefundShare;
        row[12] = features.Orders > 0 ? 1f : 0f;
    }

    // Net revenue may fall below zero when refunds of older orders come in: count that as nothing.
    private static float Log(double value) => (float)Math.Log(1.0 + Math.Max(0.0, value));
}
