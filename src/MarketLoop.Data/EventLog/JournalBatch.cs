using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text.Json;
using MarketLoop.Data.Embedded;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>The frames of one append, made on the caller's thread; the writer only numbers and copies them.</summary>
internal sealed class JournalBatch
{
    private const int BuffersKept = 16;
    private const int LargestBufferKept = 1 << 20;
    private static readonly ConcurrentBag<ArrayBufferWriter<byte>> Buffers = []; // a fresh one for each batch would be a large object each time
    private readonly ArrayBufferWriter<byte> buffer;

    public JournalBatch(IReadOnlyList<ILogRecord> records, KeyHash? keyHash)
    {
        buffer = Buffers.TryTake(out ArrayBufferWriter<byte>? used) ? used : new ArrayBufferWriter<byte>(Math.Max(1024, records.Count * 256));
        List<Range> frames = new(records.Count);
        using Utf8JsonWriter writer = RecordCodec.MakeWriter(buffer);
        foreach (ILogRecord record in records)
        {
            RecordKind kind = RecordCodec.KindOf(record);
            RecordKey key = record.Key;
            if (string.IsNullOrEmpty(key.Scope) || string.IsNullOrEmpty(key.Id))
            {
                throw new ArgumentException("A record lacks its source or id: it could not be told from another one.", nameof(records));
            }

            if (record is Interaction { Revenue: decimal revenue } && Math.Abs(revenue) >= EventAppender.MoneyLimit)
            {
                throw new ArgumentOutOfRangeException(nameof(records), "Revenue is too large to be stored exactly.");
            }

            int begin = buffer.WrittenCount;
            buffer.GetSpan(JournalFrame.HeaderBytes);
            buffer.Advance(JournalFrame.HeaderBytes);
            if (record is Interaction interaction)
            {
                InteractionRow.Write(buffer, interaction);
            }
            else
            {
                writer.Reset();
                RecordCodec.Write(writer, record);
                writer.Flush();
            }

            Range range = begin..buffer.WrittenCount;
            JournalFrame.Prepare(MemoryOf(range).Span, keyHash!.Of(kind, key), kind); // only a batch without records comes without
            frames.Add(range);
        }

        Frames = frames;
        IsStored = new bool[frames.Count];
    }

    /// <summary>Where each frame lies.</summary>
    public IReadOnlyList<Range> Frames { get; }

    /// <summary>Which frames were new; set by the writer before it answers.</summary>
    public bool[] IsStored { get; }

    /// <summary>True when the writer shall begin a new segment after this batch.</summary>
    public bool MustRotate { get; init; }

    public long Bytes => buffer.WrittenCount;

    /// <summary>Set when the batch is on disk, or failed.</summary>
    public TaskCompletionSource<AppendReceipt> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gives the buffer to a later batch. Only once the writer has answered; the frames are gone then.</summary>
    public void Recycle()
    {
        if (buffer.Capacity <= LargestBufferKept && Buffers.Count < BuffersKept)
        {
            buffer.ResetWrittenCount();
            Buffers.Add(buffer);
        }
    }

    public ReadOnlySpan<byte> Span(Range range) => buffer.WrittenSpan[range];

    public static ulong KeyHashOf(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt64LittleEndian(frame[20..]);

    private Memory<byte> MemoryOf(Range range) =>
        System.Runtime.InteropServices.MemoryMarshal.AsMemory(buffer.WrittenMemory[range]); // the buffer is ours
}
