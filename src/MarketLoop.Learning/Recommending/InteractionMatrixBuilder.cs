using System.Runtime.InteropServices;

namespace MarketLoop.Learning.Recommending;

/// <summary>Gathers interactions in any order and builds an <see cref="InteractionMatrix"/>. Not thread-safe; 16 bytes an interaction. Who has the cells in arrays gives them to <see cref="InteractionMatrix.Of"/>.</summary>
/// <param name="users">Least number of users; grows with what is added.</param>
/// <param name="items">Least number of items; grows with what is added.</param>
public sealed class InteractionMatrixBuilder(int users = 0, int items = 0)
{
    private readonly List<int> _userOf = [];
    private readonly List<int> _itemOf = [];
    private readonly List<float> _weights = [];
    private readonly List<float> _days = [];
    private int _users = Positive(users);
    private int _items = Positive(items);

    /// <summary>Interactions added so far.</summary>
    public int Count => _userOf.Count;

    /// <summary>Adds one interaction.</summary>
    /// <param name="user">Index of the user, from 0.</param>
    /// <param name="item">Index of the item, from 0.</param>
    /// <param name="weight">How much it counts, at least 0; weights of one cell add up.</param>
    /// <param name="day">When, in days since any fixed day; a cell keeps the latest.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index or weight is negative, or weight or day is not finite.</exception>
    public void Add(int user, int item, float weight = 1, double day = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(user);
        ArgumentOutOfRangeException.ThrowIfNegative(item);
        if (!float.IsFinite(weight) || weight < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight must be finite and at least 0.");
        }

        if (!double.IsFinite(day))
        {
            throw new ArgumentOutOfRangeException(nameof(day), day, "A day must be finite.");
        }

        _users = Math.Max(_users, user + 1);
        _items = Math.Max(_items, item + 1);
        _userOf.Add(user);
        _itemOf.Add(item);
        _weights.Add(weight);
        _days.Add((float)day);
    }

    /// <summary>
    /// The matrix of all that was added; the order of adding does not matter, down to the last bit. O(n log n of the longest row).
    /// </summary>
    public InteractionMatrix Build() => InteractionMatrix.Of(
        _users, _items, CollectionsMarshal.AsSpan(_userOf), CollectionsMarshal.AsSpan(_itemOf), CollectionsMarshal.AsSpan(_weights), CollectionsMarshal.AsSpan(_days));

    private static int Positive(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return value;
    }
}
