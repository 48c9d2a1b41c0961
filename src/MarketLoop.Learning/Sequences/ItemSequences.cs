using System.Numerics.Tensors;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Learning.Sequences;

/// <summary>
/// Who touched what, in time order, repeats kept: a row for each user (or session) in compressed form, each entry with an item, a
/// weight and a day. Entries of one user with the same day form a basket, in ascending items. Immutable, thread-safe; made by
/// <see cref="ItemSequencesBuilder"/>. 16 bytes an entry.
/// </summary>
public sealed class ItemSequences
{
    private readonly int[] _starts;
    private readonly int[] _items;
    private readonly float[] _weights;
    private readonly double[] _days;

    internal ItemSequences(int items, int[] starts, int[] itemIndices, float[] weights, double[] days)
    {
        Items = items;
        _starts = starts;
        _items = itemIndices;
        _weights = weights;
        _days = days;
        LatestDay = days.Length == 0 ? 0 : TensorPrimitives.Max<double>(days);
    }

    /// <summary>Rows.</summary>
    public int Users => _starts.Length - 1;

    /// <summary>Items known; entries are in 0..Items-1.</summary>
    public int Items { get; }

    /// <summary>Entries over all users.</summary>
    public int Count => _items.Length;

    /// <summary>Latest day of any entry; 0 when there are none.</summary>
    public double LatestDay { get; }

    /// <summary>Items of a user, oldest first.</summary>
    public ReadOnlySpan<int> ItemsOf(int user) => _items.AsSpan(_starts[user].._starts[user + 1]);

    /// <summary>Weights of those entries, in the same order.</summary>
    public ReadOnlySpan<float> WeightsOf(int user) => _weights.AsSpan(_starts[user].._starts[user + 1]);

    /// <summary>Days of those entries, in the same order: ascending.</summary>
    public ReadOnlySpan<double> DaysOf(int user) => _days.AsSpan(_starts[user].._starts[user + 1]);

    /// <summary>The same without order: weights of one user and item add up, the latest day stays. O(n log n of the longest row).</summary>
    public InteractionMatrix ToMatrix()
    {
        var builder = new InteractionMatrixBuilder(Users, Items);
        for (var user = 0; user < Users; user++)
        {
            for (var entry = _starts[user]; entry < _starts[user + 1]; entry++)
            {
                builder.Add(user, _items[entry], _weights[entry], _days[entry]);
            }
        }

        return builder.Build();
    }

    /// <summary>The same with the newest entries of each user only; of the basket that is cut, those of the highest items. O(entries).</summary>
    /// <param name="most">Entries a user keeps, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="most"/> is below 1.</exception>
    public ItemSequences Newest(int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        var firsts = new int[Users];
        var starts = new int[Users + 1];
        for (var user = 0; user < Users; user++)
        {
            firsts[user] = Math.Max(_starts[user], _starts[user + 1] - most);
            starts[user + 1] = starts[user] + _starts[user + 1] - firsts[user];
        }

        if (starts[^1] == Count)
        {
            return this;
        }

        var (items, weights, days) = (new int[starts[^1]], new float[starts[^1]], new double[starts[^1]]);
        for (var user = 0; user < Users; user++)
        {
            var (kept, place) = (firsts[user].._starts[user + 1], starts[user]);
            _items.AsSpan(kept).CopyTo(items.AsSpan(place));
            _weights.AsSpan(kept).CopyTo(weights.AsSpan(place));
            _days.AsSpan(kept).CopyTo(days.AsSpan(place));
        }

        return new ItemSequences(Items, starts, items, weights, days);
    }

    /// <summary>The same with other weights; entries that then weigh 0 are left out. O(entries).</summary>
    /// <param name="weigh">Gives a weight for the one that an entry has: finite and at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A new weight is not finite or below 0.</exception>
    public ItemSequences Reweigh(Func<float, float> weigh)
    {
        ArgumentNullException.ThrowIfNull(weigh);
        var builder = new ItemSequencesBuilder(Users, Items);
        for (var user = 0; user < Users; user++)
        {
            for (var entry = _starts[user]; entry < _starts[user + 1]; entry++)
            {
                var weight = weigh(_weights[entry]);
                if (weight != 0)
                {
                    builder.Add(user, _items[entry], weight, _days[entry]);
                }
            }
        }

        return builder.Build();
    }
}

/// <summary>Gathers entries in any order and builds <see cref="ItemSequences"/>. Not thread-safe.</summary>
/// <param name="users">Least number of users; grows with what is added.</param>
/// <param name="items">Least number of items; grows with what is added.</param>
public sealed class ItemSequencesBuilder(int users = 0, int items = 0)
{
    private readonly List<Entry> _entries = [];
    private int _users = users >= 0 ? users : throw new ArgumentOutOfRangeException(nameof(users));
    private int _items = items >= 0 ? items : throw new ArgumentOutOfRangeException(nameof(items));

    /// <summary>Entries added so far.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds one entry.</summary>
    /// <param name="user">Index of the user, from 0.</param>
    /// <param name="item">Index of the item, from 0.</param>
    /// <param name="weight">How much it counts, at least 0.</param>
    /// <param name="day">
    /// When, in days since any fixed day. Where only the order is known, the position will do. Entries of one user and day are a
    /// basket: they have no order among themselves.
    /// </param>
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
        _entries.Add(new Entry(user, item, weight, day));
    }

    /// <summary>The sequences of all that was added; the order of adding does not matter. O(n log n of the longest row).</summary>
    public ItemSequences Build()
    {
        var starts = new int[_users + 1];
        foreach (var entry in _entries)
        {
            starts[entry.User + 1]++;
        }

        for (var user = 0; user < _users; user++)
        {
            starts[user + 1] += starts[user];
        }

        var next = starts.AsSpan(0, _users).ToArray();
        var sorted = new Entry[_entries.Count];
        foreach (var entry in _entries)
        {
            sorted[next[entry.User]++] = entry;
        }

        for (var user = 0; user < _users; user++)
        {
            sorted.AsSpan(starts[user]..starts[user + 1]).Sort(Entry.Compare);
        }

        return new ItemSequences(
            _items, starts, Array.ConvertAll(sorted, e => e.Item), Array.ConvertAll(sorted, e => e.Weight), Array.ConvertAll(sorted, e => e.Day));
    }

    private readonly record struct Entry(int User, int Item, float Weight, double Day)
    {
        // Every field takes part, so that entries have one order whatever the order of arrival.
        public static int Compare(Entry a, Entry b)
        {
            var byDay = a.Day.CompareTo(b.Day);
            if (byDay != 0)
            {
                return byDay;
            }

            var byItem = a.Item.CompareTo(b.Item);
            return byItem != 0 ? byItem : a.Weight.CompareTo(b.Weight);
        }
    }
}
