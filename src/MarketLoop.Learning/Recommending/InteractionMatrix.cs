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

    /// <summary>
    /// Builds the matrix of given cells, in any order; the order does not matter, down to the last bit. O(cells log of the longest row). Beside the given
    /// arrays it needs the 12 bytes a cell of the matrix itself, once more for a moment when cells are merged.
    /// </summary>
    /// <param name="users">Rows.</param>
    /// <param name="items">Columns.</param>
    /// <param name="userOf">User of each cell, 0..users-1.</param>
    /// <param name="itemOf">Item of each cell, 0..items-1.</param>
    /// <param name="weights">How much each counts, at least 0; weights of one user and item add up. Empty means 1 for all.</param>
    /// <param name="days">When, in days since any fixed day; the latest is kept. Empty means 0 for all.</param>
    /// <exception cref="ArgumentException">A length does not fit, an index is out of range, a weight is negative, or a number is not finite.</exception>
    public static InteractionMatrix Of(
        int users, int items, ReadOnlySpan<int> userOf, ReadOnlySpan<int> itemOf, ReadOnlySpan<float> weights = default, ReadOnlySpan<float> days = default) =>
        CellSorter.Sort(users, items, userOf, itemOf, weights, days);

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
