namespace MarketLoop.Analysis.Features;

/// <summary>Small values kept in order in one array: a customer has a handful of each, and a million customers have no room for hash tables.</summary>
/// <remarks>A struct, so that an empty one costs a customer 16 bytes and no object. Most acts arrive in order of time and are appended; a late one moves what lies behind it. Not thread-safe.</remarks>
internal struct SortedSequence<T, TOrder>
    where T : struct
    where TOrder : struct, IComparer<T>
{
    private const int FirstCapacity = 2;
    private T[]? items;

    public int Count { get; private set; }

    public readonly Span<T> Items => items.AsSpan(0, Count);

    public readonly ReadOnlyMemory<T> AsMemory() => items.AsMemory(0, Count);

    /// <summary>The same items in an array of their own.</summary>
    public readonly SortedSequence<T, TOrder> Copy() => new() { items = items?[..Count], Count = Count };

    /// <summary>Place of the first item that is not below the key. O(log n), O(1) behind the last.</summary>
    public readonly int LowerBound(in T key)
    {
        if (Count == 0 || default(TOrder).Compare(items![Count - 1], key) < 0) // items exist where something is counted
        {
            return Count;
        }

        int low = 0;
        int high = Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (default(TOrder).Compare(items[middle], key) >= 0)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    /// <summary>The item equal to the key; the key itself is put in when there is none.</summary>
    public ref T FindOrAdd(in T key)
    {
        int place = LowerBound(key);
        if (place == Count || default(TOrder).Compare(items![place], key) != 0)
        {
            InsertAt(place, key);
        }

        return ref items![place];
    }

    /// <summary>Puts an item in, also beside its equal.</summary>
    public void Add(in T item) => InsertAt(LowerBound(item), item);

    public void InsertAt(int place, in T item)
    {
        items ??= new T[FirstCapacity];
        if (Count == items.Length)
        {
            Array.Resize(ref items, Count + Math.Max(FirstCapacity, Count / 2));
        }

        Array.Copy(items, place, items, place + 1, Count - place);
        items[place] = item;
        Count++;
    }

    public void RemoveRange(int from, int count)
    {
        Array.Copy(items!, from + count, items!, from, Count - from - count); // a caller removes only what is there
        Count -= count;
    }
}

/// <summary>The order that values have by themselves.</summary>
internal readonly struct Ascending<T> : IComparer<T>
    where T : IComparable<T>
{
    public int Compare(T? x, T? y) => x!.CompareTo(y); // only values are compared
}
