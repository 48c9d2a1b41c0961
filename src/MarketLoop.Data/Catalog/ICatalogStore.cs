using MarketLoop.Domain;

namespace MarketLoop.Data.Catalog;

/// <summary>The shop's products. Thread-safe; readers never wait.</summary>
public interface ICatalogStore
{
    /// <summary>All products as of now, an immutable snapshot.</summary>
    IReadOnlyDictionary<ProductId, Product> Current { get; }

    /// <summary>Products that the shop added later than its first day here, newest first, at most 200; an immutable snapshot.</summary>
    IReadOnlyList<ProductId> Arrivals { get; }

    /// <summary>Adds or replaces products, durably. A price or stock that changed goes into the history in the same step.</summary>
    Task<CatalogChanges> UpsertAsync(IReadOnlyCollection<Product> products, CancellationToken cancellationToken);

    /// <summary>Takes a product out, durably; its history stays. False when there is none of that id. An event that names it makes it known again.</summary>
    Task<bool> RemoveAsync(ProductId product, CancellationToken cancellationToken);

    /// <summary>What a product's price and stock were, oldest first: only changes are kept. Empty for a product that the shop never sent.</summary>
    Task<IReadOnlyList<ProductNote>> ReadHistoryAsync(ProductId product, CancellationToken cancellationToken);

    /// <summary>Price and stock of a product as of a moment; null before the shop first told.</summary>
    Task<ProductNote?> FindAsOfAsync(ProductId product, DateTimeOffset moment, CancellationToken cancellationToken);
}

/// <summary>Price and stock from a moment on, until the next note.</summary>
/// <param name="At">From when.</param>
/// <param name="Price">Price; null when the shop did not tell.</param>
/// <param name="Stock">Pieces in stock; null when the shop did not tell.</param>
public sealed record ProductNote(DateTimeOffset At, decimal? Price, int? Stock);

/// <summary>What an upsert did.</summary>
/// <param name="Added">Products that are new.</param>
/// <param name="Changed">Products that read differently now.</param>
/// <param name="Unchanged">Products that were so before.</param>
/// <param name="Notes">Prices and stocks that went into the history.</param>
public sealed record CatalogChanges(long Added, long Changed, long Unchanged, long Notes)
{
    /// <summary>Nothing at all.</summary>
    public static CatalogChanges None { get; } = new(0, 0, 0, 0);

    /// <summary>Both together.</summary>
    public CatalogChanges Add(CatalogChanges more)
    {
        ArgumentNullException.ThrowIfNull(more);
        return new(Added + more.Added, Changed + more.Changed, Unchanged + more.Unchanged, Notes + more.Notes);
    }
}
