using MarketLoop.Domain;

namespace MarketLoop.Analysis.Audiences;

/// <summary>The features that a rule may name.</summary>
public static class AudienceFields
{
    private static readonly SortedDictionary<string, Func<CustomerFeatures, double?>> Readers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["recencyDays"] = f => f.RecencyDays,
        ["orders"] = f => f.Orders,
        ["monetary"] = f => (double)f.Monetary,
        ["activeDays"] = f => f.ActiveDays,
        ["tenureDays"] = f => f.TenureDays,
        ["idleDays"] = f => f.IdleDays,
        ["viewsPerWeek"] = f => f.ViewsPerWeek,
        ["purchasesPerWeek"] = f => f.PurchasesPerWeek,
        ["searchesPerWeek"] = f => f.SearchesPerWeek,
        ["cartAddsPerWeek"] = f => f.CartAddsPerWeek,
        ["averageOrderValue"] = f => (double)f.AverageOrderValue,
        ["priceLevel"] = f => f.PriceLevel,
        ["refundShare"] = f => f.RefundShare,
        ["preferredHour"] = f => f.PreferredHour,
        ["preferredWeekday"] = f => (int?)f.PreferredWeekday,
        ["views"] = f => f.Views,
        ["cartAdds"] = f => f.CartAdds,
        ["searches"] = f => f.Searches,
        ["refunds"] = f => f.Refunds,
        ["sessions"] = f => f.Sessions,
        ["cartRate"] = f => f.CartRate,
        ["checkoutRate"] = f => f.CheckoutRate,
        ["orderRate"] = f => f.OrderRate,
        ["medianOrderGapDays"] = f => f.MedianOrderGapDays,
        ["meanOrderGapDays"] = f => f.MeanOrderGapDays,
        ["nextOrderInDays"] = f => f.NextOrderInDays,
        ["couponShare"] = f => f.CouponShare,
        ["promotionClickRate"] = f => f.PromotionClickRate,
        ["mailOpens"] = f => f.MailOpens,
        ["mailClicks"] = f => f.MailClicks,
    };

    /// <summary>Their names, in order; case does not matter.</summary>
    public static IReadOnlyCollection<string> Features => Readers.Keys;

    internal static Func<CustomerFeatures, double?>? Find(string feature) => Readers.GetValueOrDefault(feature);
}
