using MarketLoop.Domain;

namespace MarketLoop.Data.Catalog;

/// <summary>The shop's products. Thread-safe; readers never wait.</summary>
public interface ICatalogStore
{
    /// <summary>All products as of now, an immutable snapshot.</summary>
    IReadOnlyDictionary<ProductId, Product> Current { get; }

    /// <summary>Adds or replaces products, durably.</summary>
    Task UpsertAsync(IReadOnlyCollection<Product> products, CancellationToken cancellationToken);
}
