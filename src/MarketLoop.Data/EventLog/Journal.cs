using System.Threading.Channels;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace MarketLoop.Data.EventLog;

/// <summary>The door of the log: append-only segments, one writer, one fsync for all calls that wait at that moment, and only then the answer.</summary>
/// <remarks>The writer also finds duplicates, so that "stored" and "duplicate" are exact at the moment of the answer, within one call and between calls in flight.</remarks>
internal sealed class Journal : IAsyncDisposable
{
    /// <summary>A segment is closed when the next group would make it larger.</summary>
    public const long SegmentBytes = 64L << 20;
    private const int GroupBytes = 8 << 20;
    private const int UsualGroupBytes = 1 << 20;

    private readonly string folder;
    private readonly KeyIndex index;
    private readonly ILogger logger;
    private readonly long segmentBytes;
    private readonly Channel<JournalBatch> queue = System.Threading.Channels.Channel.CreateBounded<JournalBatch>(new BoundedChannelOptions(256) { SingleReader = true });
    private readonly Lock gate = new();
    private readonly List<JournalSegment> segments;
    private readonly Task writing;
    private SafeFileHandle? file;
    private bool isTailDoubtful;
    private byte[] group = new byte[UsualGroupBytes];
    private long head;
    private int keepers;

    private Journal(string folder, KeyIndex index, List<JournalSegment> segments, long head, long tailCut, long segmentBytes, ILogger logger)
    {
        TailCut = tailCut;
        this.folder = folder;
        this.index = index;
        this.segments = segments;
        this.segmentBytes = segmentBytes;
        this.logger = logger;
        this.head = head;
        writing = Task.Run(WriteAsync);
    }

    /// <summary>Bytes at the end of the newest segment that were no whole frame when the folder was opened: a write that nobody was told of, or damage.</summary>
    public long TailCut { get; }

    /// <summary>Keys by which duplicates are found, and the bytes they take in memory; about, when read while events come.</summary>
    public DuplicateWindow Window => new("unlimited", index.Count, index.MemoryBytes);

    /// <summary>Sequence of the newest acknowledged record.</summary>
    public long Head => Volatile.Read(ref head);

    /// <summary>Scans the segments, cuts an unfinished tail, and takes over the key hashes of all records after <paramref name="neededAfter"/>.</summary>
    /// <param name="folder">The journal's folder.</param>
    /// <param name="index">Keys of the records that the event database holds; owned by the journal from now on.</param>
    /// <param name="takenThrough">Highest position any store has taken in; the next sequence is larger.</param>
    /// <param name="neededAfter">Lowest position a store stands at: everything after it must be here.</param>
    /// <param name="logger">Where to tell.</param>
    /// <param name="segmentBytes">Size of a segment; tests take less.</param>
    /// <exception cref="MarketLoopException">A frame in the middle is damaged or missing.</exception>
    public static Journal Open(string folder, KeyIndex index, long takenThrough, long neededAfter, ILogger logger, long segmentBytes = SegmentBytes)
    {
        List<JournalSegment> found = JournalSegment.List(folder);
        for (int i = 0; i < found.Count; i++)
        {
            bool isLast = i == found.Count - 1;
            JournalSegment segment = found[i];
            segment.Scan(isLast ? long.MaxValue : found[i + 1].FirstSequence, frame =>
            {
                if (frame.Sequence > neededAfter)
                {
                    index.Add(frame.KeyHash);
                }
            });
            if (!isLast && segment.LastSequence != found[i + 1].FirstSequence - 1 && found[i + 1].FirstSequence - 1 > neededAfter)
            {
                throw new MarketLoopException($"Journal segment {segment.Path} is damaged after record {segment.LastSequence}, and these records are nowhere else. Restore the data folder from a backup.");
            }
        }

        if (found is [JournalSegment first, ..] && first.FirstSequence > neededAfter + 1)
        {
            throw new MarketLoopException($"The journal begins at record {first.FirstSequence}, but the databases end at {neededAfter}: the data folder was put together from different moments. Restore it from one backup.");
        }

        if (neededAfter < takenThrough && (found is not [.., JournalSegment end] || end.LastSequence < takenThrough))
        {
            throw new MarketLoopException($"One database has records up to {takenThrough}, another only up to {neededAfter}, and the journal cannot fill the gap: the data folder was put together from different moments. Restore it from one backup.");
        }

        long tailCut = CutTail(found, logger);
        long newest = Math.Max(takenThrough, found is [.., JournalSegment last] ? last.LastSequence : 0);
        return new Journal(folder, index, found, newest, tailCut, segmentBytes, logger);
    }

    /// <summary>Hands a batch to the writer and waits until it is on disk.</summary>
    public async ValueTask<AppendReceipt> AppendAsync(JournalBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            await queue.Writer.WriteAsync(batch, cancellationToken);
        }
        catch (ChannelClosedException closed)
        {
            throw new MarketLoopException("The event log is closing.", isTransient: true, closed);
        }

        return await batch.Answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Closes the segment that is written to, so that all records up to the returned position lie in segments which can be deleted.</summary>
    public async Task<long> RotateAsync(CancellationToken cancellationToken) => (await AppendAsync(new JournalBatch([], keyHash: null) { MustRotate = true }, cancellationToken)).LastPosition;

    /// <summary>The segments as they are now, oldest first.</summary>
    public IReadOnlyList<JournalSegment> ListSegments()
    {
        lock (gate)
        {
            return [.. segments];
        }
    }

    /// <summary>Keeps all segments that are here until <see cref="LetGo"/>: somebody copies them.</summary>
    public void Keep()
    {
        lock (gate)
        {
            keepers++;
        }
    }

    /// <summary>Ends <see cref="Keep"/>.</summary>
    public void LetGo()
    {
        lock (gate)
        {
            keepers--;
        }
    }

    /// <summary>Deletes segments of which all records lie at or before a position. The newest always stays: it carries the next sequence.</summary>
    public int DeleteThrough(long position)
    {
        List<JournalSegment> deleted = [];
        lock (gate)
        {
            while (keepers == 0 && segments.Count > 1 && segments[1].FirstSequence - 1 <= position)
            {
                deleted.Add(segments[0]);
                segments.RemoveAt(0);
            }
        }

        deleted.ForEach(segment => File.Delete(segment.Path));
        return deleted.Count;
    }

    /// <summary>Answers what is queued and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
        file?.Dispose();
        index.Dispose();
    }

    private static long CutTail(List<JournalSegment> segments, ILogger logger)
    {
        if (segments is [.., JournalSegment last])
        {
            long cut = last.CutTail();
            if (cut > 0)
            {
                Log.JournalTailCut(logger, Path.GetFileName(last.Path), cut);
            }

            return cut;
        }

        return 0;
    }

    private async Task WriteAsync()
    {
        List<JournalBatch> waiting = [];
        while (await queue.Reader.WaitToReadAsync())
        {
            long bytes = 0;
            while (bytes < GroupBytes && queue.Reader.TryRead(out JournalBatch? batch))
            {
                waiting.Add(batch);
                bytes += batch.Bytes;
            }

            WriteGroup(waiting);
            waiting.Clear();
            if (bytes < UsualGroupBytes && group.Length > UsualGroupBytes)
            {
                group = new byte[UsualGroupBytes]; // the flood is over
            }
        }
    }

    private void WriteGroup(List<JournalBatch> waiting)
    {
        HashSet<ulong> pending = [];
        int groupBytes = 0;
        long sequence = Head;
        AppendReceipt[] receipts = new AppendReceipt[waiting.Count];
        try
        {
            for (int i = 0; i < waiting.Count; i++)
            {
                int stored = 0;
                for (int f = 0; f < waiting[i].Frames.Count; f++)
                {
                    ReadOnlySpan<byte> frame = waiting[i].Span(waiting[i].Frames[f]);
                    ulong key = JournalBatch.KeyHashOf(frame);
                    if (!index.Contains(key) && pending.Add(key))
                    {
                        Copy(frame, groupBytes, ++sequence);
                        groupBytes += frame.Length;
                        waiting[i].IsStored[f] = true;
                        stored++;
                    }
                }

                receipts[i] = new AppendReceipt(stored, waiting[i].Frames.Count - stored, sequence);
            }

            for (int i = 0; i < waiting.Count; i++)
            {
                receipts[i] = waiting[i].MustRotate ? receipts[i] with { LastPosition = sequence } : receipts[i]; // the new segment begins after the whole group
            }

            if (groupBytes > 0)
            {
                WriteToDisk(groupBytes, sequence);
            }
        }
        catch (Exception failure) // border of a group: whatever went wrong, every waiting caller must hear of it and the writer must live on
        {
            isTailDoubtful = true;
            Log.JournalWriteFailed(logger, failure);
            MarketLoopException told = new($"The event log cannot be written: {failure.Message}", isTransient: true, failure);
            waiting.ForEach(batch => batch.Answer.TrySetException(told));
            return;
        }

        foreach (ulong key in pending)
        {
            index.Insert(key);
        }

        Volatile.Write(ref head, sequence);
        Rotate(waiting);
        for (int i = 0; i < waiting.Count; i++)
        {
            waiting[i].Answer.TrySetResult(receipts[i]);
        }
    }

    private void Rotate(List<JournalBatch> waiting)
    {
        if (!waiting.Exists(batch => batch.MustRotate) || segments is not [.., JournalSegment { CommittedBytes: > 0 }])
        {
            return;
        }

        try
        {
            StartSegment();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            MarketLoopException told = new($"The event log cannot be written: {failure.Message}", isTransient: true, failure);
            waiting.FindAll(batch => batch.MustRotate).ForEach(batch => batch.Answer.TrySetException(told));
        }
    }

    private void Copy(ReadOnlySpan<byte> frame, int at, long sequence)
    {
        if (group.Length < at + frame.Length)
        {
            Array.Resize(ref group, checked((int)Math.Max(group.LongLength * 2, (long)at + frame.Length)));
        }

        Span<byte> target = group.AsSpan(at, frame.Length);
        frame.CopyTo(target);
        JournalFrame.Seal(target, sequence);
    }

    private void WriteToDisk(int bytes, long lastSequence)
    {
        JournalSegment segment = OpenSegmentFor(bytes);
        RandomAccess.Write(file!, group.AsSpan(0, bytes), segment.CommittedBytes); // OpenSegmentFor has just opened it
        RandomAccess.FlushToDisk(file!);
        segment.Commit(segment.CommittedBytes + bytes, lastSequence);
    }

    private JournalSegment OpenSegmentFor(int bytes)
    {
        JournalSegment? current = segments is [.., JournalSegment last] ? last : null;
        if (current is not null && current.LastSequence != Head)
        {
            current = null; // the databases are ahead of the journal: a gap in one segment would look like damage
        }

        if (current is not null && !isTailDoubtful && (current.CommittedBytes == 0 || current.CommittedBytes + bytes <= segmentBytes))
        {
            file ??= File.OpenHandle(current.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return current;
        }

        // After a failed write or fsync nobody knows what of the file reached the disk: give the room back and go on in a fresh segment.
        if (isTailDoubtful && current is not null)
        {
            current.CutTail();
        }

        return StartSegment();
    }

    private JournalSegment StartSegment()
    {
        file?.Dispose();
        file = null;
        JournalSegment fresh = new(Path.Combine(folder, JournalSegment.NameFor(Head + 1)), Head + 1);
        file = File.OpenHandle(fresh.Path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        lock (gate)
        {
            if (segments is [.., JournalSegment same] && same.FirstSequence == fresh.FirstSequence)
            {
                segments.RemoveAt(segments.Count - 1); // it held nothing acknowledged, and its file was just made anew
            }

            segments.Add(fresh);
        }

        isTailDoubtful = false;
        return fresh;
    }
}
