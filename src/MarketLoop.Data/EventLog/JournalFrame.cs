using System.Buffers.Binary;
using System.IO.Hashing;
using MarketLoop.Data.Embedded;

namespace MarketLoop.Data.EventLog;

/// <summary>One record in the journal: checksum (xxHash64 of all that follows), payload length, sequence, keyed hash of the record's key, kind, payload. Little-endian.</summary>
internal readonly record struct JournalFrame(long Sequence, ulong KeyHash, RecordKind Kind, ReadOnlyMemory<byte> Payload)
{
    public const int HeaderBytes = 29;
    private const int LengthAt = 8;
    private const int SequenceAt = 12;
    private const int KeyHashAt = 20;
    private const int KindAt = 28;

    /// <summary>Fills all of a header but sequence and checksum, which only the writer knows.</summary>
    public static void Prepare(Span<byte> frame, ulong keyHash, RecordKind kind)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame[LengthAt..], frame.Length - HeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[KeyHashAt..], keyHash);
        frame[KindAt] = (byte)kind;
    }

    /// <summary>Gives a prepared frame its place in the log.</summary>
    public static void Seal(Span<byte> frame, long sequence)
    {
        BinaryPrimitives.WriteInt64LittleEndian(frame[SequenceAt..], sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(frame, XxHash64.HashToUInt64(frame[LengthAt..]));
    }

    /// <summary>Bytes of the frame that begins here by its own word; null when not even the length is there or it makes no sense.</summary>
    public static long? LengthOf(ReadOnlySpan<byte> data)
    {
        if (data.Length < LengthAt + 4)
        {
            return null;
        }

        int payload = BinaryPrimitives.ReadInt32LittleEndian(data[LengthAt..]);
        return payload < 0 ? null : (long)HeaderBytes + payload;
    }

    /// <summary>Reads a whole, undamaged frame; false when it is neither.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> data, out JournalFrame frame)
    {
        frame = default;
        ReadOnlySpan<byte> span = data.Span;
        if (LengthOf(span) is not long length || length > span.Length)
        {
            return false;
        }

        span = span[..(int)length];
        if (XxHash64.HashToUInt64(span[LengthAt..]) != BinaryPrimitives.ReadUInt64LittleEndian(span))
        {
            return false;
        }

        frame = new JournalFrame(
            BinaryPrimitives.ReadInt64LittleEndian(span[SequenceAt..]),
            BinaryPrimitives.ReadUInt64LittleEndian(span[KeyHashAt..]),
            (RecordKind)span[KindAt],
            data[HeaderBytes..(int)length]);
        return true;
    }
}
