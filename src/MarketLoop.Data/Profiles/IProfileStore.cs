using MarketLoop.Domain;

namespace MarketLoop.Data.Profiles;

/// <summary>Traits and consent by customer. Thread-safe.</summary>
public interface IProfileStore
{
    /// <summary>The profile; null when the customer told us nothing.</summary>
    Task<CustomerProfile?> FindAsync(CustomerId customer, CancellationToken cancellationToken);

    /// <summary>Profiles of those customers that have one.</summary>
    Task<IReadOnlyDictionary<CustomerId, CustomerProfile>> FindManyAsync(IReadOnlyCollection<CustomerId> customers, CancellationToken cancellationToken);

    /// <summary>Profiles whose name, address or id contains a text, in order of id. For the owner's eyes: O(profiles).</summary>
    Task<IReadOnlyList<CustomerProfile>> SearchAsync(string text, int limit, CancellationToken cancellationToken);
}
