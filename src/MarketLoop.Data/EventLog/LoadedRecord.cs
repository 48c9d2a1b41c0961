using System.Buffers;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>A record with its place in the log and the hash of its key. Interactions stay rows, most of which nobody has to turn into records.</summary>
internal readonly struct LoadedRecord
{
    private readonly ILogRecord? other;

    private LoadedRecord(long position, ulong keyHash, RecordKind kind, ReadOnlyMemory<byte> payload, ILogRecord? other)
    {
        Position = position;
        KeyHash = keyHash;
        Kind = kind;
        Payload = payload;
        this.other = other;
    }

    public long Position { get; }

    public ulong KeyHash { get; }

    public RecordKind Kind { get; }

    /// <summary>The columns of an interaction.</summary>
    public InteractionRow Row => new(Payload.Span);

    /// <summary>The record itself, made anew at each call for an interaction.</summary>
    public ILogRecord Record => other ?? Row.ToInteraction();

    private ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Takes a frame of the journal; its payload must stay valid as long as the result.</summary>
    public static LoadedRecord Of(in JournalFrame frame)
    {
        if (frame.Kind == RecordKind.Interaction && InteractionRow.IsRow(frame.Payload.Span))
        {
            return new LoadedRecord(frame.Sequence, frame.KeyHash, frame.Kind, frame.Payload, other: null);
        }

        return Of(frame.Sequence, frame.KeyHash, RecordCodec.Read(frame.Kind, frame.Payload.Span));
    }

    /// <summary>Takes a record.</summary>
    public static LoadedRecord Of(long position, ulong keyHash, ILogRecord record)
    {
        if (record is not Interaction interaction)
        {
            return new LoadedRecord(position, keyHash, RecordCodec.KindOf(record), default, record);
        }

        ArrayBufferWriter<byte> row = new(512);
        InteractionRow.Write(row, interaction);
        return new LoadedRecord(position, keyHash, RecordKind.Interaction, row.WrittenMemory, other: null);
    }

    /// <summary>Whom it is about, in the written form of <see cref="CustomerId"/>; the text is valid until the next call with the same scratch.</summary>
    public ReadOnlySpan<char> CopyCustomer(ref char[] scratch)
    {
        if (other is not null)
        {
            return RecordCodec.CustomerOf(other).ToString();
        }

        ReadOnlySpan<byte> personal = Row.Personal;
        int most = personal.Length + 64; // a GUID of 16 bytes becomes 36 signs
        if (scratch.Length < most)
        {
            scratch = new char[most];
        }

        return scratch.AsSpan(0, PersonalPart.CopyCustomer(personal, scratch));
    }
}
