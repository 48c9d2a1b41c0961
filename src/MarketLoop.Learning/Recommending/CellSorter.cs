using System.Numerics.Tensors;

namespace MarketLoop.Learning.Recommending;

/// <summary>Brings cells into the rows of an <see cref="InteractionMatrix"/>: counted, laid into their rows, each row sorted and merged in place.</summary>
internal static class CellSorter
{
    public static InteractionMatrix Sort(int users, int items, ReadOnlySpan<int> userOf, ReadOnlySpan<int> itemOf, ReadOnlySpan<float> weights, ReadOnlySpan<float> days)
    {
        Validate(users, items, userOf, itemOf, weights, days);
        var starts = new int[users + 1];
        foreach (var user in userOf)
        {
            starts[user + 1]++;
        }

        for (var user = 0; user < users; user++)
        {
            starts[user + 1] += starts[user];
        }

        var next = starts.AsSpan(0, users).ToArray();
        var columns = new int[userOf.Length];
        var values = new float[userOf.Length];
        var times = new float[userOf.Length];
        for (var cell = 0; cell < userOf.Length; cell++)
        {
            var place = next[userOf[cell]]++;
            columns[place] = itemOf[cell];
            values[place] = weights.IsEmpty ? 1 : weights[cell];
            times[place] = days.IsEmpty ? 0 : days[cell];
        }

        var count = Merge(starts, columns, values, times);
        Array.Resize(ref columns, count);
        Array.Resize(ref values, count);
        Array.Resize(ref times, count);
        return new InteractionMatrix(users, items, starts, columns, values, times);
    }

    private static void Validate(int users, int items, ReadOnlySpan<int> userOf, ReadOnlySpan<int> itemOf, ReadOnlySpan<float> weights, ReadOnlySpan<float> days)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(users);
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        if (itemOf.Length != userOf.Length || (weights.Length != 0 && weights.Length != userOf.Length) || (days.Length != 0 && days.Length != userOf.Length))
        {
            throw new ArgumentException($"There are {userOf.Length} users, {itemOf.Length} items, {weights.Length} weights and {days.Length} days for the same cells.", nameof(itemOf));
        }

        for (var cell = 0; cell < userOf.Length; cell++)
        {
            if ((uint)userOf[cell] >= (uint)users || (uint)itemOf[cell] >= (uint)items)
            {
                throw new ArgumentException($"Cell {cell} is of user {userOf[cell]} and item {itemOf[cell]}, outside {users} x {items}.", nameof(userOf));
            }
        }

        if (!weights.IsEmpty && (!TensorPrimitives.IsFiniteAll(weights) || TensorPrimitives.Min(weights) < 0))
        {
            throw new ArgumentException("A weight must be finite and at least 0.", nameof(weights));
        }

        if (!days.IsEmpty && !TensorPrimitives.IsFiniteAll(days))
        {
            throw new ArgumentException("A day must be finite.", nameof(days));
        }
    }

    /// <summary>Sorts and merges each row, moving it to where the one before ends; returns the cells left.</summary>
    private static int Merge(int[] starts, int[] columns, float[] weights, float[] days)
    {
        var row = Array.Empty<Cell>();
        var count = 0;
        var from = 0;
        for (var user = 0; user + 1 < starts.Length; user++)
        {
            var length = starts[user + 1] - from;
            if (row.Length < length)
            {
                row = new Cell[Math.Max(length, 2 * row.Length)];
            }

            for (var i = 0; i < length; i++)
            {
                row[i] = new Cell(columns[from + i], weights[from + i], days[from + i]);
            }

            row.AsSpan(0, length).Sort(Cell.Compare);
            starts[user] = count;
            var sum = 0.0;
            for (var i = 0; i < length; i++)
            {
                sum = i > 0 && row[i].Item == row[i - 1].Item ? sum + row[i].Weight : row[i].Weight;
                if (i + 1 < length && row[i + 1].Item == row[i].Item)
                {
                    continue;
                }

                columns[count] = row[i].Item;
                weights[count] = (float)sum;
                days[count] = row[i].Day;
                count++;
            }

            from += length;
        }

        starts[^1] = count;
        return count;
    }

    private readonly record struct Cell(int Item, float Weight, float Day)
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
