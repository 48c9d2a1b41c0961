using MarketLoop.Domain;

namespace MarketLoop.Data.Profiles;

/// <summary>Traits and consent by customer. Thread-safe.</summary>
public interface IProfileStore
{
    /// <summary>The profile; null when the customer told us nothing.</summary>
    Task<CustomerProfile?> FindAsync(CustomerId customer, CancellationToken cancellationToken);

    /// <summary>Profiles of those customers that have one.</summary>
    Task<IReadOnlyDictionary<CustomerId, CustomerProfile>> FindManyAsync(IReadOnlyCollection<CustomerId> customers, CancellationToken cancellationToken);
}
