using MarketLoop.Domain;

namespace MarketLoop.Data.Audiences;

/// <summary>Who is in which saved audience now: room 2 publishes it in each turn, before room 3 decides. In memory, since it follows from the log. Thread-safe; readers never wait.</summary>
public sealed class AudienceMembers
{
    private readonly Lock gate = new();
    private IReadOnlyDictionary<string, IReadOnlySet<CustomerId>> members = new Dictionary<string, IReadOnlySet<CustomerId>>(StringComparer.Ordinal);

    /// <summary>True when the audience has been counted since the start and the customer is in it. An audience that nobody saved has no members.</summary>
    public bool Contains(string audience, CustomerId customer) =>
        Volatile.Read(ref members).TryGetValue(audience, out IReadOnlySet<CustomerId>? inside) && inside.Contains(customer);

    /// <summary>Replaces one audience's members; null takes the audience away.</summary>
    public void Publish(string audience, IReadOnlySet<CustomerId>? inside)
    {
        lock (gate)
        {
            Dictionary<string, IReadOnlySet<CustomerId>> changed = new(members, StringComparer.Ordinal);
            changed.Remove(audience);
            if (inside is not null)
            {
                changed.Add(audience, inside);
            }

            Volatile.Write(ref members, changed);
        }
    }

    /// <summary>Takes erased customers out of every audience.</summary>
    public void Forget(IReadOnlyList<CustomerId> erased)
    {
        lock (gate)
        {
            Volatile.Write(ref members, members.ToDictionary(
                audience => audience.Key,
                IReadOnlySet<CustomerId> (audience) => erased.Any(audience.Value.Contains) ? audience.Value.Except(erased).ToHashSet() : audience.Value,
                StringComparer.Ordinal));
        }
    }
}
