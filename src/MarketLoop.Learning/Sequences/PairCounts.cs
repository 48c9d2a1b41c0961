namespace MarketLoop.Learning.Sequences;

/// <summary>
/// What follows an item, how strongly: a hash table from item to a sum. One writer at a time, readers never wait: a key is written
/// after its value, and a table that grows is a new one.
/// </summary>
/// <remarks>
/// Sums are fixed-point (2^-24), so they do not depend on the order of additions: learning act by act, in one go, or on many threads
/// gives the same bits. A sum that would overflow stays at the top.
/// </remarks>
internal sealed class PairCounts
{
    /// <summary>Fixed-point units of 1.</summary>
    public const double One = 1 << 24;

    private readonly int[] _keys; // item + 1; 0 is a free place
    private readonly long[] _sums;
    private int _count;

    private PairCounts(int capacity)
    {
        _keys = new int[capacity];
        _sums = new long[capacity];
    }

    /// <summary>A row in which nothing was seen; shared, and replaced by the first addition.</summary>
    public static PairCounts Empty { get; } = new(0);

    /// <summary>Items with a sum.</summary>
    public int Count => _count;

    /// <summary>Places of the table; <see cref="At"/> reads each.</summary>
    public int Capacity => _keys.Length;

    public static long ToFixed(double value) => (long)Math.Min(Math.Round(value * One), long.MaxValue / 4);

    /// <summary>a + b, at most the largest number.</summary>
    public static long Plus(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    /// <summary>Item and sum of one place; item -1 where it is free.</summary>
    public (int Item, long Sum) At(int place) => (Volatile.Read(ref _keys[place]) - 1, Volatile.Read(ref _sums[place]));

    /// <summary>Sum of an item; 0 when it was never added.</summary>
    public long SumOf(int item)
    {
        if (_keys.Length == 0)
        {
            return 0;
        }

        var place = PlaceOf(item);
        return Volatile.Read(ref _keys[place]) == 0 ? 0 : Volatile.Read(ref _sums[place]);
    }

    /// <summary>Adds to the sum of an item.</summary>
    /// <returns>This table, or the larger one that replaces it.</returns>
    public PairCounts Add(int item, long value)
    {
        if (_keys.Length == 0)
        {
            return new PairCounts(4).Add(item, value);
        }

        var place = PlaceOf(item);
        if (_keys[place] != 0)
        {
            Volatile.Write(ref _sums[place], Plus(_sums[place], value));
            return this;
        }

        if (4 * (_count + 1) > 3 * _keys.Length)
        {
            return Grown().Add(item, value);
        }

        _sums[place] = value;
        Volatile.Write(ref _keys[place], item + 1);
        _count++;
        return this;
    }

    /// <summary>Items in ascending order with their sums.</summary>
    public (int[] Items, long[] Sums) Sorted()
    {
        var items = new int[_count];
        var sums = new long[_count];
        var count = 0;
        for (var place = 0; place < _keys.Length; place++)
        {
            if (_keys[place] != 0)
            {
                items[count] = _keys[place] - 1;
                sums[count++] = _sums[place];
            }
        }

        Array.Sort(items, sums);
        return (items, sums);
    }

    private PairCounts Grown()
    {
        var grown = new PairCounts(2 * _keys.Length);
        for (var place = 0; place < _keys.Length; place++)
        {
            if (_keys[place] != 0)
            {
                grown.Add(_keys[place] - 1, _sums[place]);
            }
        }

        return grown;
    }

    /// <summary>Where the item stands, or the free place where it would. Capacity is a power of two and never full.</summary>
    private int PlaceOf(int item)
    {
        var mask = _keys.Length - 1;
        var place = (int)((uint)item * 2654435769u >> 7) & mask;
        while (true)
        {
            var key = Volatile.Read(ref _keys[place]);
            if (key == 0 || key == item + 1)
            {
                return place;
            }

            place = (place + 1) & mask;
        }
    }
}
