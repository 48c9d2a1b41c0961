using MarketLoop.Domain;

namespace MarketLoop.Analysis.Features;

/// <summary>A product in a customer's history.</summary>
/// <param name="Product">The product.</param>
/// <param name="Views">Times looked at.</param>
/// <param name="Adds">Times put into the cart.</param>
/// <param name="Purchases">Times bought (orders, not pieces).</param>
/// <param name="LastDay">Day number (shop's zone) of the last touch.</param>
/// <param name="AgeDays">Days since then.</param>
public sealed record ProductTouch(ProductId Product, int Views, int Adds, int Purchases, int LastDay, int AgeDays);

/// <summary>The products that one customer touched, as of one moment, in 16 bytes a product and day. Immutable, thread-safe.</summary>
/// <remarks>A million customers' histories as lists of <see cref="ProductTouch"/> would be most of a server's memory; the array is the feature book's own, which copies it before it writes.</remarks>
internal sealed class TouchedProducts(ReadOnlyMemory<Touch> touches, TextIndex products, int today)
{
    /// <summary>Newest first, ties by id. O(n log n).</summary>
    public IReadOnlyList<ProductTouch> List()
    {
        Dictionary<int, (int Views, int Adds, int Purchases, int Last)> byProduct = [];
        foreach (Touch touch in touches.Span)
        {
            (int views, int adds, int purchases, int last) = byProduct.GetValueOrDefault(touch.Product, (0, 0, 0, int.MinValue));
            byProduct[touch.Product] = (views + touch.Views, adds + touch.Adds, purchases + touch.Purchases, Math.Max(last, touch.Day));
        }

        return [.. byProduct
            .Select(p => new ProductTouch(new ProductId(products[p.Key]), p.Value.Views, p.Value.Adds, p.Value.Purchases, p.Value.Last, Math.Max(0, today - p.Value.Last)))
            .OrderByDescending(t => t.LastDay)
            .ThenBy(t => t.Product.Value, StringComparer.Ordinal)];
    }
}

/// <summary>A product on one day. Counts end at 65,535.</summary>
internal struct Touch(int day, int product)
{
    public readonly int Day = day;
    public readonly int Product = product;

    public ushort Views { get; private set; }

    public ushort Adds { get; private set; }

    public ushort Purchases { get; private set; }

    public void Count(int views, int adds, int purchases)
    {
        Views = (ushort)Math.Min(ushort.MaxValue, Views + views);
        Adds = (ushort)Math.Min(ushort.MaxValue, Adds + adds);
        Purchases = (ushort)Math.Min(ushort.MaxValue, Purchases + purchases);
    }
}

/// <summary>By day, then by the product's number.</summary>
internal readonly struct TouchOrder : IComparer<Touch>
{
    public int Compare(Touch x, Touch y) => x.Day != y.Day ? x.Day.CompareTo(y.Day) : x.Product.CompareTo(y.Product);
}
