using MarketLoop.Domain;

namespace MarketLoop.Analysis.Features;

/// <summary>All features as numbers, for learners that choose among columns themselves: <see cref="FeatureVector"/> and behind it visits, rates, cycle, promotions, habits and device.</summary>
/// <remarks>What is unknown (no cycle, no hour, no device) is 0, and a column of its own says that it is known.</remarks>
public static class BehaviourVector
{
    private const double HoursOfDay = 24.0;
    private const double DaysOfWeek = 7.0;

    /// <summary>Names of the columns, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. FeatureVector.Names, "views", "cartAdds", "searches", "refunds", "sessions", "cartAddRate", "sessionRate", "cartRate", "checkoutRate", "orderRate",
        "hasCycle", "medianGap", "meanGap", "dueIn", "couponShare", "promotionClickRate", "mailOpens", "mailClicks", "hasHour", "hourSine", "hourCosine", "weekdaySine", "weekdayCosine",
        "desktop", "mobile", "tablet", "app",
    ];

    /// <summary>Number of columns.</summary>
    public static int Length => Names.Count;

    /// <summary>Writes one row.</summary>
    /// <param name="features">The customer's features.</param>
    /// <param name="row">Receives <see cref="Length"/> numbers, all finite.</param>
    public static void Write(CustomerFeatures features, Span<float> row)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentOutOfRangeException.ThrowIfLessThan(row.Length, Length, nameof(row));
        FeatureVector.Write(features, row);
        double weeks = Math.Max(1.0, features.TenureDays / 7.0);
        double hour = 2.0 * Math.PI * (features.PreferredHour ?? 0) / HoursOfDay;
        double weekday = 2.0 * Math.PI * (int)(features.PreferredWeekday ?? DayOfWeek.Sunday) / DaysOfWeek;
        double dueIn = features.NextOrderInDays ?? 0.0;
        ReadOnlySpan<double> more =
        [
            Log(features.Views), Log(features.CartAdds), Log(features.Searches), Log(features.Refunds), Log(features.Sessions),
            Log(features.CartAddsPerWeek), Log(features.Sessions / weeks), features.CartRate, features.CheckoutRate, features.OrderRate,
            Flag(features.MedianOrderGapDays is not null), Log(features.MedianOrderGapDays ?? 0.0), Log(features.MeanOrderGapDays ?? 0.0), Math.Sign(dueIn) * Log(Math.Abs(dueIn)),
            features.CouponShare, features.PromotionClickRate, Log(features.MailOpens), Log(features.MailClicks),
            Flag(features.PreferredHour is not null),
            features.PreferredHour is null ? 0.0 : Math.Sin(hour), features.PreferredHour is null ? 0.0 : Math.Cos(hour),
            features.PreferredWeekday is null ? 0.0 : Math.Sin(weekday), features.PreferredWeekday is null ? 0.0 : Math.Cos(weekday),
            Flag(features.PreferredDevice == DeviceKind.Desktop), Flag(features.PreferredDevice == DeviceKind.Mobile),
            Flag(features.PreferredDevice == DeviceKind.Tablet), Flag(features.PreferredDevice == DeviceKind.App),
        ];
        for (int i = 0; i < more.Length; i++)
        {
            row[FeatureVector.Length + i] = (float)more[i];
        }
    }

    private static double Log(double value) => Math.Log(1.0 + Math.Max(0.0, value));

    private static double Flag(bool isTrue) => isTrue ? 1.0 : 0.0;
}
