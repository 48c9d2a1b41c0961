using MarketLoop.Domain;

namespace MarketLoop.Data.Identity;

/// <summary>Who was merged into whom by the owner's decision. Guarded by its <see cref="IdentityGraph"/>.</summary>
internal sealed class MergeLinks
{
    private readonly Dictionary<CustomerId, (CustomerId Into, long Decision)> byCustomer = [];
    private readonly Dictionary<CustomerId, HashSet<CustomerId>> byInto = [];

    /// <summary>True when nobody is merged.</summary>
    public bool IsEmpty => byCustomer.Count == 0;

    /// <summary>Whom a customer was merged into; null when into nobody.</summary>
    public CustomerId? Find(CustomerId customer) => byCustomer.TryGetValue(customer, out (CustomerId Into, long Decision) merge) ? merge.Into : null;

    /// <summary>The decision that merged a customer.</summary>
    public long? DecisionOn(CustomerId customer) => byCustomer.TryGetValue(customer, out (CustomerId Into, long Decision) merge) ? merge.Decision : null;

    /// <summary>Customers who were merged into this one.</summary>
    public IReadOnlyCollection<CustomerId> MergedInto(CustomerId into) => byInto.TryGetValue(into, out HashSet<CustomerId>? customers) ? customers : [];

    /// <summary>Merges.</summary>
    public void Set(CustomerId customer, CustomerId into, long decision)
    {
        byCustomer[customer] = (into, decision);
        if (!byInto.TryGetValue(into, out HashSet<CustomerId>? customers))
        {
            byInto[into] = customers = [];
        }

        customers.Add(customer);
    }

    /// <summary>Splits.</summary>
    public void Remove(CustomerId customer)
    {
        if (byCustomer.Remove(customer, out (CustomerId Into, long Decision) merge))
        {
            byInto[merge.Into].Remove(customer);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        byCustomer.Clear();
        byInto.Clear();
    }
}
