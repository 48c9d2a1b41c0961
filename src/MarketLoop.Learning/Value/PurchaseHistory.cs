namespace MarketLoop.Learning.Value;

/// <summary>What BG/NBD needs to know of a customer. All times in one unit, counted from the first purchase.</summary>
/// <param name="Repeats">Purchases after the first (x), at least 0.</param>
/// <param name="Recency">Time of the last purchase (t_x), 0..Age; 0 without repeats.</param>
/// <param name="Age">How long the customer has been watched (T), at least 0.</param>
public readonly record struct PurchaseHistory(int Repeats, double Recency, double Age)
{
    internal void ThrowIfUnusable(int row)
    {
        var isSound = Repeats >= 0 && double.IsFinite(Age) && Recency >= 0 && Recency <= Age && (Repeats > 0 || Recency == 0);
        if (!isSound)
        {
            throw new ArgumentException(
                $"Row {row} has {Repeats} repeats, recency {Recency} and age {Age}: repeats at least 0, recency in 0..age and 0 without repeats, all finite.", nameof(row));
        }
    }
}
