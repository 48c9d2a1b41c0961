using System.Globalization;
using System.Numerics;
using MarketLoop.Domain;
using Microsoft.Win32.SafeHandles;

namespace MarketLoop.Data.EventLog;

/// <summary>One file of the journal, named after its first sequence. Committed bytes never change; bytes after them mean nothing.</summary>
internal sealed class JournalSegment(string path, long firstSequence)
{
    private const int ScanBytes = 4 << 20;
    private long committedBytes;

    public string Path { get; } = path;

    public long FirstSequence { get; } = firstSequence;

    /// <summary>Last acknowledged sequence inside; one less than the first while empty.</summary>
    public long LastSequence { get; private set; } = firstSequence - 1;

    /// <summary>Bytes up to which frames are acknowledged.</summary>
    public long CommittedBytes => Volatile.Read(ref committedBytes);

    public static string NameFor(long firstSequence) => firstSequence.ToString("D20", CultureInfo.InvariantCulture) + ".journal";

    /// <summary>Segments of a folder in order.</summary>
    public static List<JournalSegment> List(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.journal")
            .Where(path => long.TryParse(System.IO.Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(path => new JournalSegment(path, long.Parse(System.IO.Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture)))
            .OrderBy(segment => segment.FirstSequence)];

    public void Commit(long bytes, long lastSequence)
    {
        LastSequence = lastSequence;
        Volatile.Write(ref committedBytes, bytes);
    }

    /// <summary>Walks over the frames at start and finds how far they are good.</summary>
    /// <param name="stopBefore">First sequence of the next segment: what lies here from there on was never acknowledged.</param>
    /// <param name="visit">Called for each good frame.</param>
    public void Scan(long stopBefore, Action<JournalFrame> visit)
    {
        using SafeFileHandle file = File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        FrameBlock block = new();
        long offset = 0;
        long next = FirstSequence;
        while (next < stopBefore && block.Fill(file, offset, RandomAccess.GetLength(file), ScanBytes))
        {
            long consumed = 0;
            while (next < stopBefore && JournalFrame.TryRead(block.Data[(int)consumed..], out JournalFrame frame) && frame.Sequence == next)
            {
                visit(frame);
                consumed += JournalFrame.HeaderBytes + frame.Payload.Length;
                next++;
            }

            if (consumed == 0)
            {
                break;
            }

            offset += consumed;
        }

        Commit(offset, next - 1);
    }

    /// <summary>Cuts off what follows the last good frame. Returns the bytes cut.</summary>
    public long CutTail()
    {
        using SafeFileHandle file = File.OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        long excess = RandomAccess.GetLength(file) - CommittedBytes;
        if (excess > 0)
        {
            RandomAccess.SetLength(file, CommittedBytes);
            RandomAccess.FlushToDisk(file);
        }

        return excess;
    }
}

/// <summary>A block of a segment that begins at a frame and holds at least that frame whole, if the file does. Its buffer is as large as what was there to read asked for.</summary>
internal sealed class FrameBlock
{
    private const int SmallestBuffer = 1 << 16;
    private byte[] buffer = [];
    private int filled;

    public ReadOnlyMemory<byte> Data => buffer.AsMemory(0, filled);

    /// <summary>Reads from an offset up to an end, at most so many bytes but for one larger frame; false when there is nothing.</summary>
    public bool Fill(SafeFileHandle file, long offset, long end, int usualBytes)
    {
        Read(file, offset, end, usualBytes);
        if (JournalFrame.LengthOf(Data.Span) is long length && length > filled && length <= end - offset)
        {
            Read(file, offset, end, checked((int)length)); // one frame larger than a usual block
        }

        return filled > 0;
    }

    /// <summary>Gives the buffer back to the collector: the next block makes one that fits it.</summary>
    public void Release()
    {
        buffer = [];
        filled = 0;
    }

    private void Read(SafeFileHandle file, long offset, long end, int wanted)
    {
        int most = (int)Math.Clamp(end - offset, 0, wanted);
        if (buffer.Length < most)
        {
            buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, BitOperations.RoundUpToPowerOf2((uint)Math.Max(most, SmallestBuffer))));
        }

        filled = 0;
        while (filled < most)
        {
            int got = RandomAccess.Read(file, buffer.AsSpan(filled, most - filled), offset + filled);
            if (got == 0)
            {
                break;
            }

            filled += got;
        }
    }
}
