namespace MarketLoop.Learning.Value;

/// <summary>What a customer will be worth: expected purchases times expected spend, later money counted for less.</summary>
public static class LifetimeValue
{
    /// <summary>
    /// Sum over the periods i = 1..n of E[purchases in period i] x spend / (1 + discount)^i. O(periods x likely chances to buy); thread-safe.
    /// </summary>
    /// <param name="model">The purchases.</param>
    /// <param name="history">The customer so far.</param>
    /// <param name="spendPerPurchase">Money per purchase, see <see cref="GammaGammaModel.ExpectedSpend"/>; finite.</param>
    /// <param name="period">Length of a period in the model's unit of time, above 0.</param>
    /// <param name="periods">How many, at least 1.</param>
    /// <param name="discountPerPeriod">By how much a period makes money less worth, at least 0: 0.01 with months is about 13 percent a year.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public static double Of(BgNbdModel model, PurchaseHistory history, double spendPerPurchase, double period, int periods, double discountPerPeriod)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(period);
        ArgumentOutOfRangeException.ThrowIfLessThan(periods, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(discountPerPeriod);
        if (!double.IsFinite(spendPerPurchase + discountPerPeriod))
        {
            throw new ArgumentOutOfRangeException(nameof(spendPerPurchase), spendPerPurchase, "Spend and discount must be finite.");
        }

        double value = 0, before = 0;
        for (var i = 1; i <= periods; i++)
        {
            var until = model.ExpectedPurchases(history, i * period);
            value += (until - before) * spendPerPurchase / Math.Pow(1 + discountPerPeriod, i);
            before = until;
        }

        return value;
    }
}
