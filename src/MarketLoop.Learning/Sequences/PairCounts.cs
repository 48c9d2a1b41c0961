namespace MarketLoop.Learning.Sequences;

/// <summary>
/// What follows an item, how strongly: items with their sums side by side, and a hash table that finds an item among them. Whoever reads them all walks two arrays and meets no
/// free place. One writer at a time, readers never wait: an entry is counted after it was written, and a table that grows is a new one.
/// </summary>
/// <remarks>
/// Sums are fixed-point (2^-24), so they do not depend on the order of additions: learning act by act, in one go, or on many threads
/// gives the same bits. A sum that would overflow stays at the top.
/// </remarks>
internal sealed class PairCounts
{
    /// <summary>Fixed-point units of 1.</summary>
    public const double One = 1 << 24;

    private readonly int[] _places; // number of the entry + 1; 0 is a free place
    private readonly int[] _items;
    private readonly long[] _sums;
    private int _count;

    private PairCounts(int places)
    {
        _places = new int[places];
        _items = new int[places * 3 / 4];
        _sums = new long[places * 3 / 4];
    }

    /// <summary>A row in which nothing was seen; shared, and replaced by the first addition.</summary>
    public static PairCounts Empty { get; } = new(0);

    /// <summary>Items with a sum; <see cref="At"/> reads each.</summary>
    public int Count => Volatile.Read(ref _count);

    public static long ToFixed(double value) => (long)Math.Min(Math.Round(value * One), long.MaxValue / 4);

    /// <summary>a + b, at most the largest number.</summary>
    public static long Plus(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    /// <summary>Item and sum of one entry, in the order in which the items were first added.</summary>
    public (int Item, long Sum) At(int entry) => (_items[entry], Volatile.Read(ref _sums[entry]));

    /// <summary>Sum of an item; 0 when it was never added.</summary>
    public long SumOf(int item)
    {
        if (_places.Length == 0)
        {
            return 0;
        }

        var entry = Volatile.Read(ref _places[PlaceOf(item)]) - 1;
        return entry < 0 ? 0 : Volatile.Read(ref _sums[entry]);
    }

    /// <summary>Adds to the sum of an item.</summary>
    /// <returns>This table, or the larger one that replaces it.</returns>
    public PairCounts Add(int item, long value)
    {
        if (_places.Length == 0)
        {
            return new PairCounts(4).Add(item, value);
        }

        var place = PlaceOf(item);
        var entry = _places[place] - 1;
        if (entry >= 0)
        {
            Volatile.Write(ref _sums[entry], Plus(_sums[entry], value));
            return this;
        }

        if (_count == _items.Length)
        {
            return Grown().Add(item, value);
        }

        (_items[_count], _sums[_count]) = (item, value);
        Volatile.Write(ref _places[place], _count + 1);
        Volatile.Write(ref _count, _count + 1);
        return this;
    }

    /// <summary>Items in ascending order with their sums.</summary>
    public (int[] Items, long[] Sums) Sorted()
    {
        var (items, sums) = (_items[.._count], _sums[.._count]);
        Array.Sort(items, sums);
        return (items, sums);
    }

    private PairCounts Grown()
    {
        var grown = new PairCounts(2 * _places.Length);
        for (var entry = 0; entry < _count; entry++)
        {
            grown.Add(_items[entry], _sums[entry]);
        }

        return grown;
    }

    /// <summary>Where the item is found, or the free place where it would be. The number of places is a power of two, and some are always free.</summary>
    private int PlaceOf(int item)
    {
        var mask = _places.Length - 1;
        var place = (int)((uint)item * 2654435769u >> 7) & mask;
        while (true)
        {
            var entry = Volatile.Read(ref _places[place]) - 1;
            if (entry < 0 || _items[entry] == item)
            {
                return place;
            }

            place = (place + 1) & mask;
        }
    }
}
