using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MarketLoop.Data.EventLog;

/// <summary>Key hashes in order in a file, with a filter and every 512th key in memory: 1.3 bytes a key instead of 11 to 23. One thread at a time.</summary>
/// <remarks>A key that is not inside costs one look into the filter (a blocked Bloom filter: one cache line, about 1 % false hits); one that is inside costs one read of 4 kB.</remarks>
internal sealed class KeyRun : IDisposable
{
    private const int KeysInPage = 512;
    private const int BitsPerKey = 10;
    private const int WordsInBlock = 8; // one cache line
    private const int BitsSet = 6;

    private readonly SafeFileHandle file;
    private readonly ulong[] fences;
    private readonly ulong[] filter;
    private readonly ulong[] page = new ulong[KeysInPage];
    private readonly int count;

    private KeyRun(SafeFileHandle file, ulong[] fences, ulong[] filter, int count)
    {
        this.file = file;
        this.fences = fences;
        this.filter = filter;
        this.count = count;
    }

    /// <summary>Bytes it takes in memory.</summary>
    public long MemoryBytes => (fences.LongLength + filter.LongLength + KeysInPage) * sizeof(ulong);

    /// <summary>Writes sorted, distinct keys. The file goes with the object: what it holds is also in the log.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static KeyRun Write(string path, ReadOnlySpan<ulong> sorted)
    {
        SafeFileHandle written = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        try
        {
            RandomAccess.Write(written, MemoryMarshal.AsBytes(sorted), 0);
        }
        catch
        {
            written.Dispose();
            throw;
        }

        ulong[] firsts = new ulong[(sorted.Length + KeysInPage - 1) / KeysInPage];
        ulong[] bits = new ulong[Math.Max(1, (int)((long)sorted.Length * BitsPerKey / (64 * WordsInBlock))) * WordsInBlock];
        for (int i = 0; i < sorted.Length; i++)
        {
            if (i % KeysInPage == 0)
            {
                firsts[i / KeysInPage] = sorted[i];
            }

            Mark(bits, sorted[i]);
        }

        return new KeyRun(written, firsts, bits, sorted.Length);
    }

    /// <summary>True when the key is inside.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool Contains(ulong key)
    {
        if (!MayContain(key))
        {
            return false;
        }

        int at = Array.BinarySearch(fences, key);
        if (at >= 0)
        {
            return true;
        }

        int number = ~at - 1;
        if (number < 0)
        {
            return false;
        }

        Span<ulong> keys = page.AsSpan(0, Math.Min(KeysInPage, count - (number * KeysInPage)));
        int wanted = keys.Length * sizeof(ulong);
        int got = RandomAccess.Read(file, MemoryMarshal.AsBytes(keys), (long)number * KeysInPage * sizeof(ulong));
        return got == wanted ? keys.BinarySearch(key) >= 0 : throw new IOException("A run of keys is shorter than it was written.");
    }

    /// <inheritdoc />
    public void Dispose() => file.Dispose();

    private static int BlockOf(ulong[] words, ulong key) => (int)Math.BigMul(key, (ulong)(words.Length / WordsInBlock), out _) * WordsInBlock;

    private static void Mark(ulong[] words, ulong key)
    {
        int block = BlockOf(words, key);
        ulong bits = key * 0x9e3779b97f4a7c15; // the key's own bits chose the block
        for (int i = 0; i < BitsSet; i++, bits >>= 9)
        {
            words[block + (int)(bits >> 6 & 7)] |= 1UL << (int)(bits & 63);
        }
    }

    private bool MayContain(ulong key)
    {
        int block = BlockOf(filter, key);
        ulong bits = key * 0x9e3779b97f4a7c15;
        for (int i = 0; i < BitsSet; i++, bits >>= 9)
        {
            if ((filter[block + (int)(bits >> 6 & 7)] & 1UL << (int)(bits & 63)) == 0)
            {
                return false;
            }
        }

        return true;
    }
}
