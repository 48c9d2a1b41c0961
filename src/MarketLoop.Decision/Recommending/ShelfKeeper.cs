using MarketLoop.Analysis;
using MarketLoop.Data.Catalog;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>Keeps the <see cref="Shelf"/> up to date: whoever first asks after a change makes it, others meanwhile use the one before. Thread-safe.</summary>
public sealed class ShelfKeeper(ICatalogStore catalog, Analyst analyst, BoughtTogether together, AlikeByContent alike)
{
    private readonly Lock gate = new();
    private Shelf? current;

    /// <summary>What is bought together.</summary>
    public BoughtTogether Together => together;

    /// <summary>What reads like what.</summary>
    public AlikeByContent Alike => alike;

    /// <summary>The catalogue of this moment: whether a product may be shown is asked of it.</summary>
    public IReadOnlyDictionary<ProductId, Product> Products => catalog.Current;

    internal Shelf Current
    {
        get
        {
            Shelf? made = Volatile.Read(ref current);
            if (made is not null && IsCurrent(made))
            {
                return made;
            }

            if (made is null)
            {
                gate.Enter();
            }
            else if (!gate.TryEnter())
            {
                return made;
            }

            try
            {
                if (current is null || !IsCurrent(current))
                {
                    Volatile.Write(ref current, new Shelf(catalog.Current, analyst.Popular, analyst.Trending, catalog.Arrivals));
                }

                return current!; // made above, or by whoever held the gate before
            }
            finally
            {
                gate.Exit();
            }
        }
    }

    private bool IsCurrent(Shelf shelf) =>
        ReferenceEquals(shelf.Products, catalog.Current) && ReferenceEquals(shelf.Popular, analyst.Popular)
        && ReferenceEquals(shelf.Trending, analyst.Trending) && ReferenceEquals(shelf.Arrivals, catalog.Arrivals);
}
