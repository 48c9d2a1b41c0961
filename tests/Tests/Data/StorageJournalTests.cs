using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

public sealed class StorageJournalTests : IDisposable
{
    private static readonly KeyHash Keys = new(new byte[16]);
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-journal-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_tail_torn_at_any_byte_is_cut_and_its_record_can_be_stored_again()
    {
        await using (Journal journal = Open())
        {
            await AppendAsync(journal, View("1", "ann"), View("2", "ann"));
            await AppendAsync(journal, View("3", "ann"));
        }

        string segment = Assert.Single(Directory.GetFiles(folder));
        byte[] whole = await File.ReadAllBytesAsync(segment, Cancelled);
        int lastFrame = whole.Length - FrameLengths(whole)[^1];
        for (int length = lastFrame; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(segment, whole[..length], Cancelled);

            await using Journal journal = Open();
            long headAfterCut = journal.Head;
            AppendReceipt again = await AppendAsync(journal, View("2", "ann"), View("3", "ann"));

            Assert.Equal(2, headAfterCut);
            Assert.Equal(new AppendReceipt(1, 1, 3), again);
            Assert.Equal([1L, 2L, 3L], ReadAll(journal).Select(record => record.Position));
        }
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_in_the_last_frame_is_found()
    {
        await using (Journal journal = Open())
        {
            await AppendAsync(journal, View("1", "ann"), View("2", "ann"));
        }

        string segment = Assert.Single(Directory.GetFiles(folder));
        byte[] whole = await File.ReadAllBytesAsync(segment, Cancelled);
        int lastFrame = whole.Length - FrameLengths(whole)[^1];
        for (int at = lastFrame; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x10;
            await File.WriteAllBytesAsync(segment, damaged, Cancelled);

            await using Journal journal = Open();

            Assert.Equal(1, journal.Head);
        }
    }

    [Fact]
    public async Task Zeros_after_the_last_frame_are_no_frame()
    {
        await using (Journal journal = Open())
        {
            await AppendAsync(journal, View("1", "ann"));
        }

        string segment = Assert.Single(Directory.GetFiles(folder));
        await using (FileStream file = new(segment, FileMode.Append))
        {
            file.Write(new byte[5000]);
        }

        await using Journal reopened = Open();

        Assert.Equal(1, reopened.Head);
    }

    [Fact]
    public async Task Sixteen_writers_get_distinct_places_and_everything_is_there_once()
    {
        await using Journal journal = Open();

        await Parallel.ForAsync(0, 16, Cancelled, async (writer, _) =>
        {
            for (int call = 0; call < 25; call++)
            {
                AppendReceipt receipt = await AppendAsync(journal, View($"{writer}-{call}-a", "ann"), View($"{writer}-{call}-b", "ann"), View("shared", "ann"));
                Assert.Equal(3, receipt.Stored + receipt.Duplicates);
            }
        });

        List<LoadedRecord> frames = ReadAll(journal);
        Assert.Equal((16 * 25 * 2) + 1, frames.Count);
        Assert.Equal(frames.Count, frames.Select(frame => frame.KeyHash).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, frames.Count).Select(i => (long)i), frames.Select(record => record.Position));
    }

    [Fact]
    public async Task The_same_batch_a_hundred_times_at_once_is_stored_once()
    {
        await using Journal journal = Open();
        ILogRecord[] batch = [.. Enumerable.Range(0, 20).Select(i => View("m" + i, "ann"))];

        AppendReceipt[] receipts = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => AppendAsync(journal, batch), Cancelled)));

        Assert.Equal(20, receipts.Sum(receipt => receipt.Stored));
        Assert.Equal(1980, receipts.Sum(receipt => receipt.Duplicates));
        Assert.Equal(20, journal.Head);
    }

    [Fact]
    public async Task Segments_follow_each_other_and_are_deleted_only_when_wholly_passed()
    {
        await using (Journal journal = Open(segmentBytes: 1000))
        {
            for (int i = 1; i <= 20; i++)
            {
                await AppendAsync(journal, View("m" + i, "ann"));
            }

            Assert.True(journal.ListSegments().Count > 3);
            long secondBegins = journal.ListSegments()[1].FirstSequence;
            Assert.Equal(0, journal.DeleteThrough(secondBegins - 2));
            Assert.Equal(1, journal.DeleteThrough(secondBegins - 1));
            journal.DeleteThrough(20);
            Assert.Single(journal.ListSegments());
        }

        await using Journal reopened = Open(indexedThrough: 20);
        Assert.Equal(20, reopened.Head);
        Assert.Equal(new AppendReceipt(1, 0, 21), await AppendAsync(reopened, View("m21", "ann")));
    }

    [Fact]
    public async Task A_disk_that_refuses_fails_the_call_as_transient_and_the_journal_goes_on_afterwards()
    {
        await using Journal journal = Open(segmentBytes: 1); // each group wants a new file
        await AppendAsync(journal, View("1", "ann"));
        Directory.Move(folder, folder + "-away");

        MarketLoopException refused = await Assert.ThrowsAsync<MarketLoopException>(() => AppendAsync(journal, View("2", "ann"), View("3", "ann")));
        Directory.Move(folder + "-away", folder);
        AppendReceipt retried = await AppendAsync(journal, View("2", "ann"), View("3", "ann"));

        Assert.True(refused.IsTransient);
        Assert.Equal(new AppendReceipt(2, 0, 3), retried);
        Assert.Equal(3, ReadAll(journal).Count);
    }

    [Fact]
    public async Task Bytes_of_a_failed_write_at_the_end_of_an_earlier_segment_do_no_harm()
    {
        await using (Journal journal = Open(segmentBytes: 1))
        {
            await AppendAsync(journal, View("1", "ann"));
            await AppendAsync(journal, View("2", "ann"));
        }

        string first = Directory.GetFiles(folder).Order(StringComparer.Ordinal).First();
        string second = Directory.GetFiles(folder).Order(StringComparer.Ordinal).Last();
        byte[] strayFrame = await File.ReadAllBytesAsync(second, Cancelled);
        await using (FileStream file = new(first, FileMode.Append))
        {
            file.Write(strayFrame); // a whole frame with the very sequence that the next segment holds
        }

        await using Journal reopened = Open();

        Assert.Equal([1L, 2L], ReadAll(reopened).Select(record => record.Position));
    }

    [Fact]
    public async Task Records_that_no_database_has_and_the_journal_lost_are_reported_not_ignored()
    {
        await using (Journal journal = Open(segmentBytes: 1))
        {
            await AppendAsync(journal, View("1", "ann"));
            await AppendAsync(journal, View("2", "ann"));
        }

        File.Delete(Directory.GetFiles(folder).Order(StringComparer.Ordinal).First());

        Assert.Throws<MarketLoopException>(() => Open());
        await using Journal passed = Open(indexedThrough: 1);
        Assert.Equal(2, passed.Head);
    }

    [Fact]
    public async Task A_frame_larger_than_a_reading_block_is_read()
    {
        await using Journal journal = Open();
        string huge = new('x', 18 << 20);

        await AppendAsync(journal, View("1", "ann"), View("2", "ann") with { PropertiesJson = huge }, View("3", "ann"));

        Assert.Equal([1L, 2L, 3L], ReadAll(journal).Select(record => record.Position));
    }

    [Fact]
    public void The_key_hash_is_SipHash_2_4()
    {
        KeyHash hash = new([.. Enumerable.Range(0, 16).Select(i => (byte)i)]);

        Assert.Equal(0xa129ca6149be45e5UL, hash.Of([.. Enumerable.Range(0, 15).Select(i => (byte)i)])); // the paper's test vector
    }

    [Fact]
    public void The_index_of_keys_finds_what_was_added_and_nothing_else()
    {
        using KeyIndex index = new(folder, keysInSet: 1_000); // most of the keys end up in runs on disk
        Random random = new(7);
        HashSet<ulong> expected = [];
        for (int i = 0; i < 200_000; i++)
        {
            ulong key = i == 5 ? 0 : (ulong)random.NextInt64() >> (i % 3 == 0 ? 44 : 0); // many collide and repeat
            Assert.Equal(expected.Add(key), index.Add(key));
        }

        Assert.Equal(expected.Count, index.Count);
        Assert.All(expected, key => Assert.True(index.Contains(key)));
        Assert.False(index.Contains(ulong.MaxValue));
    }

    private static async Task<AppendReceipt> AppendAsync(Journal journal, params ILogRecord[] records) =>
        await journal.AppendAsync(new JournalBatch(records, Keys), Cancelled);

    private static List<LoadedRecord> ReadAll(Journal journal)
    {
        using JournalReader reader = new(journal, after: 0);
        List<LoadedRecord> all = [];
        for (List<LoadedRecord> block = reader.ReadBlock(); block.Count > 0; block = reader.ReadBlock())
        {
            all.AddRange(block);
        }

        return all;
    }

    private static List<int> FrameLengths(byte[] segment)
    {
        List<int> lengths = [];
        for (int at = 0; at < segment.Length; at += lengths[^1])
        {
            lengths.Add((int)(JournalFrame.LengthOf(segment.AsSpan(at)) ?? segment.Length));
        }

        return lengths;
    }

    private Journal Open(long indexedThrough = 0, long segmentBytes = Journal.SegmentBytes) =>
        Journal.Open(folder, new KeyIndex(), indexedThrough, indexedThrough, NullLogger.Instance, segmentBytes);
}
