using DuckDB.NET.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static MarketLoop.Tests.Data.StorageContractTests;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

/// <summary>History sorted by customer: runs that a flood is loaded as, and runs that are moved and merged.</summary>
public sealed class StorageRunsTests : IDisposable
{
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(500, 300)]
    [InlineData(4_000, 150)]
    public async Task Sorting_history_and_merging_its_runs_changes_nothing_that_is_read(int events, int step)
    {
        KeyHash keyHash;
        List<Interaction> before;
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            keyHash = new KeyHash(shop.Folder.Secrets.Keys);
            await shop.Log.AppendAsync([.. Enumerable.Range(0, events).Select(i => View("m" + i, i % 2 == 0 ? "user" + (i % 9) : null, "browser" + (i % 7), i))], Cancelled);
            before = await ReadAllAsync(shop.Log, LogRange.Everything);
        }

        using (DataFolder held = await DataFolder.OpenAsync(folder.Path, folder.Clock, null, Cancelled))
        using (EventDatabase database = EventDatabase.Open(held.EventDatabase, held.Temporary, keyHash, new PersonKeys(), NullLogger.Instance))
        {
            EventSorter sorter = new(database, smallestRun: 100);
            long sorted = 0;
            for (int through = step; through < events + step; through += step)
            {
                sorted += sorter.Sort(Math.Min(through, events), isCalm: false, Cancelled);
            }

            sorted += Enumerable.Range(0, 20).Sum(_ => sorter.Sort(events, isCalm: true, Cancelled));
            Assert.Equal(events > 500, sorted > events); // merged rows were sorted twice
            Assert.InRange(Count(database, "SELECT count(*) FROM sorted_runs"), 1, 6);
            Assert.Equal(Count(database, "SELECT CAST(sum(rows) AS BIGINT) FROM sorted_runs"), Count(database, "SELECT count(*) FROM interactions_sorted"));
            Assert.Equal(events, Count(database, "SELECT count(DISTINCT position) FROM all_interactions"));
            Assert.Equal(events, Count(database, "SELECT count(*) FROM all_interactions"));
        }

        await using EmbeddedShop again = await folder.OpenAsync();
        List<Interaction> after = await ReadAllAsync(again.Log, LogRange.Everything);
        IReadOnlyList<Interaction> timeline = await again.Log.ReadTimelineAsync(CustomerId.Known("user2"), 1000, null, Cancelled);

        Assert.All(before.Zip(after), pair => AssertSame(pair.First, pair.Second));
        Assert.Equal(before.Count, after.Count);
        Assert.Equal(before.Where(i => i.Customer == CustomerId.Known("user2")).Reverse().Take(1000).Select(i => i.MessageId), timeline.Select(i => i.MessageId));
        Assert.Equal(events, (await again.Log.AppendAsync([.. before], Cancelled)).Duplicates);
    }

    [Fact]
    public async Task A_large_block_is_a_sorted_run_at_once_and_takes_what_lay_unsorted_before_it_along()
    {
        const int people = 7;
        PersonKeys keys = new();
        Enumerable.Range(1, people).ToList().ForEach(number => keys.Set(number, [.. Enumerable.Repeat((byte)number, PersonKeys.KeyBytes)]));
        using DataFolder held = await DataFolder.OpenAsync(folder.Path, folder.Clock, null, Cancelled);
        using EventDatabase database = EventDatabase.Open(held.EventDatabase, held.Temporary, new KeyHash(held.Secrets.Keys), keys, NullLogger.Instance, smallestRun: 100);
        long position = 0;
        foreach ((int size, int unsorted, int runs) in ((int, int, int)[])[(30, 30, 0), (40, 70, 0), (200, 0, 2), (99, 99, 2), (100, 0, 4), (500, 0, 5)])
        {
            List<LoadedRecord> block = [.. Enumerable.Range(0, size).Select(i => LoadedRecord.Of(position + i + 1, (ulong)(position + i), View("m" + i, "user" + (i % people), minute: i)))];
            position += size;
            database.Append(block, [.. block.Select(record => (record.Position % people) + 1)], position);

            Assert.Equal(unsorted, Count(database, "SELECT count(*) FROM interactions"));
            Assert.Equal(runs, Count(database, "SELECT count(*) FROM sorted_runs"));
            Assert.Equal(position, Count(database, "SELECT count(DISTINCT position) FROM all_interactions"));
            Assert.Equal(position, Count(database, "SELECT count(*) FROM all_interactions"));
        }

        Assert.Equal(0, Count(database, """
            SELECT count(*) FROM sorted_runs r WHERE r.rows <> (SELECT count(*) FROM interactions_sorted i
                WHERE i.position <= r.through AND i.position > coalesce((SELECT max(b.through) FROM sorted_runs b WHERE b.through < r.through), 0))
            """));
        Assert.Equal(5, Count(database, "SELECT count(*) FROM (SELECT (person, position) < lag((person, position)) OVER (ORDER BY rowid) AS falls FROM interactions_sorted) WHERE falls IS NOT FALSE")); // where a run begins
    }

    [Fact]
    public async Task What_fails_while_a_large_block_is_sealed_is_told_as_it_is_and_leaves_nothing_behind()
    {
        const int size = 50_000;
        PersonKeys keys = new();
        keys.Set(1, [.. Enumerable.Repeat((byte)1, PersonKeys.KeyBytes)]);
        using DataFolder held = await DataFolder.OpenAsync(folder.Path, folder.Clock, null, Cancelled);
        using EventDatabase database = EventDatabase.Open(held.EventDatabase, held.Temporary, new KeyHash(held.Secrets.Keys), keys, NullLogger.Instance, smallestRun: 100);
        List<LoadedRecord> block = [.. Enumerable.Range(1, size).Select(i => LoadedRecord.Of(i, (ulong)i, View("m" + i, "ann")))];

        Assert.Throws<InvalidOperationException>(() => database.Append(block, [.. block.Select(record => record.Position == size ? 2L : 1L)], size)); // nobody made a key for the second person
        Assert.Equal((0, 0), (database.Position, Count(database, "SELECT count(*) FROM all_interactions")));

        database.Append(block, [.. block.Select(_ => 1L)], size);
        Assert.Equal((size, size), (database.Position, Count(database, "SELECT count(*) FROM interactions_sorted")));
    }

    private static long Count(EventDatabase database, string sql)
    {
        using DuckDBConnection connection = database.Connect();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
