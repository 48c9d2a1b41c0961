namespace MarketLoop.Data.EventLog;

/// <summary>The hashes of all record keys in the log, however old: the newest in a set by open addressing with linear probing (8 bytes a slot, at most 70 % full), the older ones in sorted runs on disk.</summary>
/// <remarks>So the window is the whole log and the memory stays small: 64 MB for the newest four million, 1.3 bytes for each older key; 20 million take about 90 MB.
/// The chance of one false duplicate among 20 million is 1e-5. Not thread-safe: the journal's writer owns it.</remarks>
internal sealed class KeyIndex : IDisposable
{
    /// <summary>Most keys in the set before it becomes a run.</summary>
    public const int KeysInSet = 4_000_000;
    private const int SmallestSet = 1 << 16;

    private readonly string? folder;
    private readonly int keysInSet;
    private KeyRun[] runs = []; // replaced, never changed: its size is read by others
    private ulong[] slots = new ulong[SmallestSet];
    private long inSet;
    private bool hasZero;

    /// <summary>Makes an empty one.</summary>
    /// <param name="folder">Where runs are written, emptied at start; null keeps everything in memory.</param>
    /// <param name="keysInSet">Most keys in the set; tests take less.</param>
    public KeyIndex(string? folder = null, int keysInSet = KeysInSet)
    {
        this.folder = folder;
        this.keysInSet = keysInSet;
    }

    /// <summary>Keys inside.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes it takes in memory.</summary>
    public long MemoryBytes => (slots.LongLength * sizeof(ulong)) + runs.Sum(run => run.MemoryBytes);

    /// <exception cref="IOException">A run cannot be read.</exception>
    public bool Contains(ulong hash)
    {
        if (hash == 0)
        {
            return hasZero;
        }

        if (slots[FindSlot(slots, hash)] == hash)
        {
            return true;
        }

        foreach (KeyRun run in runs)
        {
            if (run.Contains(hash))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds a key; false when it was there. O(1) and a look into each run.</summary>
    public bool Add(ulong hash)
    {
        if (Contains(hash))
        {
            return false;
        }

        Insert(hash);
        return true;
    }

    /// <summary>Adds a key that is known to be new; reads no run, so it cannot fail.</summary>
    public void Insert(ulong hash)
    {
        Count++;
        if (hash == 0)
        {
            hasZero = true;
            return;
        }

        slots[FindSlot(slots, hash)] = hash;
        inSet++;
        bool hasSpilled = inSet >= keysInSet && TrySpill();
        if (!hasSpilled && inSet > slots.Length * 7L / 10)
        {
            Grow(slots.Length * 2);
        }
    }

    /// <inheritdoc />
    public void Dispose() => Array.ForEach(runs, run => run.Dispose());

    private static int FindSlot(ulong[] table, ulong hash)
    {
        int mask = table.Length - 1;
        int slot = (int)hash & mask; // the hash is keyed and mixed: its low bits are as good as any
        while (table[slot] != 0 && table[slot] != hash)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private bool TrySpill()
    {
        if (folder is null)
        {
            return false;
        }

        ulong[] sorted = new ulong[inSet];
        int filled = 0;
        foreach (ulong hash in slots)
        {
            if (hash != 0)
            {
                sorted[filled++] = hash;
            }
        }

        Array.Sort(sorted);
        try
        {
            runs = [.. runs, KeyRun.Write(Path.Combine(folder, $"keys-{Guid.NewGuid():N}.run"), sorted)];
        }
        catch (IOException)
        {
            return false; // a full disk: the set grows on in memory, and the next key tries again
        }

        Array.Clear(slots);
        inSet = 0;
        return true;
    }

    private void Grow(int size)
    {
        ulong[] larger = new ulong[size];
        foreach (ulong hash in slots)
        {
            if (hash != 0)
            {
                larger[FindSlot(larger, hash)] = hash;
            }
        }

        slots = larger;
    }
}
