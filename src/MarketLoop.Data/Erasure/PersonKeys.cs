namespace MarketLoop.Data.Erasure;

/// <summary>The key of every person, in memory, by the person's number: 16 bytes each, so a million people take 16 MB. Thread-safe.</summary>
/// <remarks>A key of zeros is no key: the number was never given out, or its person was erased.</remarks>
internal sealed class PersonKeys
{
    public const int KeyBytes = 16;
    private const int KeysInChunk = 1 << 14;

    private readonly Lock gate = new();
    private byte[][] chunks = [];

    /// <summary>Takes a key in, or with zeros takes it away.</summary>
    public void Set(long number, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(number);
        lock (gate)
        {
            int chunk = checked((int)(number / KeysInChunk));
            if (chunk >= chunks.Length)
            {
                byte[][] longer = new byte[chunk + 1][];
                for (int i = 0; i < longer.Length; i++)
                {
                    longer[i] = i < chunks.Length ? chunks[i] : new byte[KeysInChunk * KeyBytes];
                }

                Volatile.Write(ref chunks, longer);
            }

            key.CopyTo(chunks[chunk].AsSpan((int)(number % KeysInChunk) * KeyBytes, KeyBytes));
        }
    }

    /// <summary>Forgets a person's key for good.</summary>
    public void Destroy(long number) => Set(number, stackalloc byte[KeyBytes]);

    /// <summary>True when a person has a key.</summary>
    public bool Contains(long number) => TryCopy(number, stackalloc byte[KeyBytes]);

    /// <summary>Copies a person's key; false when there is none.</summary>
    public bool TryCopy(long number, Span<byte> key)
    {
        byte[][] present = Volatile.Read(ref chunks);
        long chunk = number / KeysInChunk;
        if (number <= 0 || chunk >= present.Length)
        {
            return false;
        }

        present[chunk].AsSpan((int)(number % KeysInChunk) * KeyBytes, KeyBytes).CopyTo(key);
        return key.ContainsAnyExcept((byte)0);
    }
}
