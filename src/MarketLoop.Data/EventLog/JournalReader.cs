using MarketLoop.Domain;
using Microsoft.Win32.SafeHandles;

namespace MarketLoop.Data.EventLog;

/// <summary>Walks forward through the acknowledged part of the journal, from disk. Not thread-safe: the loader owns it.</summary>
internal sealed class JournalReader(Journal journal, long after) : IDisposable
{
    private const int BlockBytes = 96 << 20; // about 400,000 events: a run of sorted history
    private readonly FrameBlock[] blocks = [new(), new()]; // where a segment ends, the next one goes on
    private JournalSegment? segment;
    private SafeFileHandle? file;
    private long offset;
    private List<LoadedRecord> records = [];

    /// <summary>Sequence of the last frame read.</summary>
    public long Position { get; private set; } = after;

    /// <summary>Reads the next records: a block of about 96 MB, or one larger frame. The list and the rows in it are valid until the next call. Empty at the end.</summary>
    /// <exception cref="MarketLoopException">An acknowledged frame cannot be read any more.</exception>
    public List<LoadedRecord> ReadBlock()
    {
        records.Clear();
        while (records.Count == 0 && Position < journal.Head)
        {
            int wanted = BlockBytes;
            foreach (FrameBlock block in blocks)
            {
                if (wanted > 0 && Position < journal.Head && MoveToSegment())
                {
                    wanted -= Take(block, wanted);
                }
            }

            if (wanted == BlockBytes)
            {
                break;
            }
        }

        return records;
    }

    /// <summary>Goes back to just after a position, when what was read could not be stored.</summary>
    public void ReturnTo(long position)
    {
        Position = position;
        Close();
    }

    /// <summary>Keeps no buffer while there is nothing to read.</summary>
    public void Release()
    {
        Array.ForEach(blocks, block => block.Release());
        records = [];
    }

    public void Dispose() => Close();

    private int Take(FrameBlock block, int wanted)
    {
        long end = segment!.CommittedBytes; // the caller has just moved to it
        if (!block.Fill(file!, offset, end, wanted))
        {
            throw Damaged();
        }

        int consumed = 0;
        while (JournalFrame.TryRead(block.Data[consumed..], out JournalFrame frame))
        {
            consumed += JournalFrame.HeaderBytes + frame.Payload.Length;
            if (frame.Sequence > Position)
            {
                records.Add(LoadedRecord.Of(frame));
                Position = frame.Sequence;
            }
        }

        if (consumed == 0)
        {
            throw Damaged();
        }

        offset += consumed;
        return consumed;
    }

    private bool MoveToSegment()
    {
        if (segment is not null && segment.LastSequence > Position)
        {
            return true;
        }

        JournalSegment? next = journal.ListSegments().FirstOrDefault(candidate => candidate.LastSequence > Position);
        if (next is null)
        {
            return false;
        }

        if (next != segment)
        {
            Close();
            segment = next;
            file = File.OpenHandle(next.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }

        return true;
    }

    private void Close()
    {
        file?.Dispose();
        file = null;
        segment = null;
        offset = 0;
    }

    private MarketLoopException Damaged() =>
        new($"Journal segment {segment?.Path} cannot be read at byte {offset}: a record that was acknowledged is damaged on disk.");
}
