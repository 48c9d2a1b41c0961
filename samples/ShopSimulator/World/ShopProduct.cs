namespace ShopSimulator.World;

/// <summary>A product of the demo shop. <see cref="Appeal"/> and <see cref="Style"/> are hidden: they never leave the simulator.</summary>
internal sealed record ShopProduct(
    int Index,
    string Id,
    string English,
    string Chinese,
    int Category,
    int Brand,
    decimal Price,
    int Stock,
    double RelativePrice,
    double Appeal,
    double[] Style)
{
    /// <summary>The name in a customer's language.</summary>
    public string NameIn(string language) => language.StartsWith("zh", StringComparison.Ordinal) ? Chinese : English;
}
