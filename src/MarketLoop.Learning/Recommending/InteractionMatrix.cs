using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>
/// Who dealt with what: a sparse users x items matrix in compressed rows, each cell with a weight and the day of the last
/// interaction. Items of a row ascend. Immutable, thread-safe; made by <see cref="InteractionMatrixBuilder"/>. 12 bytes a cell.
/// </summary>
public sealed class InteractionMatrix
{
    private readonly int[] _starts;
    private readonly int[] _items;
    private readonly float[] _weights;
    private readonly float[] _days;

    internal InteractionMatrix(int users, int items, int[] starts, int[] itemIndices, float[] weights, float[] days)
    {
        Users = users;
        Items = items;
        _starts = starts;
        _items = itemIndices;
        _weights = weights;
        _days = days;
        LatestDay = days.Length == 0 ? 0 : days.Max();
    }

    /// <summary>Rows.</summary>
    public int Users { get; }

    /// <summary>Columns.</summary>
    public int Items { get; }

    /// <summary>Cells stored.</summary>
    public int Count => _items.Length;

    /// <summary>Latest day of any cell; 0 when there are none.</summary>
    public float LatestDay { get; }

    /// <summary>Items of a user, ascending.</summary>
    public ReadOnlySpan<int> ItemsOf(int user) => _items.AsSpan(_starts[user].._starts[user + 1]);

    /// <summary>Weights of those items, in the same order.</summary>
    public ReadOnlySpan<float> WeightsOf(int user) => _weights.AsSpan(_starts[user].._starts[user + 1]);

    /// <summary>Last day of each of those items, in the same order.</summary>
    public ReadOnlySpan<float> DaysOf(int user) => _days.AsSpan(_starts[user].._starts[user + 1]);

    /// <summary>The matrix with users and items exchanged; rows ascend again. O(cells + users + items).</summary>
    public InteractionMatrix Transpose()
    {
        var starts = new int[Items + 1];
        foreach (var item in _items)
        {
            starts[item + 1]++;
        }

        for (var i = 0; i < Items; i++)
        {
            starts[i + 1] += starts[i];
        }

        var next = starts.AsSpan(0, Items).ToArray();
        var users = new int[Count];
        var weights = new float[Count];
        var days = new float[Count];
        for (var user = 0; user < Users; user++)
        {
            for (var cell = _starts[user]; cell < _starts[user + 1]; cell++)
            {
                var place = next[_items[cell]]++;
                users[place] = user;
                weights[place] = _weights[cell];
                days[place] = _days[cell];
            }
        }

        return new InteractionMatrix(Items, Users, starts, users, weights, days);
    }

    internal int StartOf(int user) => _starts[user];

    internal ReadOnlySpan<int> AllItems => _items;

    internal ReadOnlySpan<float> AllWeights => _weights;

    internal ReadOnlySpan<float> AllDays => _days;

    /// <summary>The same cells for products, with values of their own or the weights.</summary>
    internal SparseMatrix ToSparse(float[]? values = null) => new(Items, _starts, _items, values ?? _weights);

    internal InteractionMatrix With(float[] weights) => new(Users, Items, _starts, _items, weights, _days);
}

/// <summary>Gathers interactions in any order and builds an <see cref="InteractionMatrix"/>. Not thread-safe.</summary>
/// <param name="users">Least number of users; grows with what is added.</param>
/// <param name="items">Least number of items; grows with what is added.</param>
public sealed class InteractionMatrixBuilder(int users = 0, int items = 0)
{
    private readonly List<Cell> _cells = [];
    private int _users = Positive(users);
    private int _items = Positive(items);

    /// <summary>Interactions added so far.</summary>
    public int Count => _cells.Count;

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
        _cells.Add(new Cell(user, item, weight, (float)day));
    }

    /// <summary>
    /// The matrix of all that was added; the order of adding does not matter, down to the last bit. O(n log n of the longest row).
    /// </summary>
    public InteractionMatrix Build()
    {
        var starts = new int[_users + 1];
        foreach (var cell in _cells)
        {
            starts[cell.User + 1]++;
        }

        for (var user = 0; user < _users; user++)
        {
            starts[user + 1] += starts[user];
        }

        var next = starts.AsSpan(0, _users).ToArray();
        var sorted = new Cell[_cells.Count];
        foreach (var cell in _cells)
        {
            sorted[next[cell.User]++] = cell;
        }

        return Merge(starts, sorted);
    }

    private InteractionMatrix Merge(int[] starts, Cell[] sorted)
    {
        var columns = new int[sorted.Length];
        var weights = new float[sorted.Length];
        var days = new float[sorted.Length];
        var count = 0;
        for (var user = 0; user < _users; user++)
        {
            var row = sorted.AsSpan(starts[user], starts[user + 1] - starts[user]);
            row.Sort(Cell.Compare);
            starts[user] = count;
            var sum = 0.0;
            for (var i = 0; i < row.Length; i++)
            {
                sum = i > 0 && row[i].Item == row[i - 1].Item ? sum + row[i].Weight : row[i].Weight;
                if (i + 1 < row.Length && row[i + 1].Item == row[i].Item)
                {
                    continue;
                }

                columns[count] = row[i].Item;
                weights[count] = (float)sum;
                days[count] = row[i].Day;
                count++;
            }
        }

        starts[_users] = count;
        return new InteractionMatrix(_users, _items, starts, columns[..count], weights[..count], days[..count]);
    }

    private static int Positive(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return value;
    }

    private readonly record struct Cell(int User, int Item, float Weight, float Day)
    {
        // Day before weight: the last of equal items then holds the latest day. Every field takes part, so sums have one order.
        public static int Compare(Cell a, Cell b)
        {
            var byItem = a.Item.CompareTo(b.Item);
            if (byItem != 0)
            {
                return byItem;
            }

            var byDay = a.Day.CompareTo(b.Day);
            return byDay != 0 ? byDay : a.Weight.CompareTo(b.Weight);
        }
    }
}
