using System.Numerics;

namespace MarketLoop.Data.EventLog;

/// <summary>The hashes of all record keys in the log: a set by open addressing with linear probing, 8 bytes a slot, at most 70 % full.</summary>
/// <remarks>20 million keys take 268 MB; the chance of one false duplicate among them is 1e-5. Not thread-safe: the journal's writer owns it.</remarks>
internal sealed class KeyIndex
{
    private ulong[] slots = new ulong[1 << 16];
    private bool hasZero;

    /// <summary>Keys inside.</summary>
    public long Count { get; private set; }

    public bool Contains(ulong hash)
    {
        if (hash == 0)
        {
            return hasZero;
        }

        return slots[FindSlot(slots, hash)] == hash;
    }

    /// <summary>Adds a key; false when it was there. O(1).</summary>
    public bool Add(ulong hash)
    {
        if (hash == 0)
        {
            bool isNew = !hasZero;
            hasZero = true;
            Count += isNew ? 1 : 0;
            return isNew;
        }

        int slot = FindSlot(slots, hash);
        if (slots[slot] == hash)
        {
            return false;
        }

        slots[slot] = hash;
        Count++;
        if (Count > slots.Length * 7L / 10)
        {
            Grow(slots.Length * 2);
        }

        return true;
    }

    /// <summary>Makes room, so that filling at start does not grow step by step.</summary>
    public void Reserve(long count)
    {
        int wanted = (int)Math.Min(1L << 30, (long)BitOperations.RoundUpToPowerOf2((ulong)(count * 10 / 7) + 1));
        if (wanted > slots.Length)
        {
            Grow(wanted);
        }
    }

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
