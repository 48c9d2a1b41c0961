using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.StorageContractTests;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

public sealed class StorageRecoveryTests : IDisposable
{
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_was_acknowledged_is_there_once_after_a_crash_at_any_moment()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        List<string> acknowledged = [];
        List<(StorageFolder Copy, int Acknowledged)> crashes = [];
        for (int batch = 0; batch < 12; batch++)
        {
            ILogRecord[] records = [.. Enumerable.Range(0, 50).Select(i => View($"{batch}-{i}", "user" + i, "browser" + i, batch))];
            await shop.Log.AppendAsync(records, Cancelled);
            acknowledged.AddRange(records.Select(record => record.Key.Id));
            if (batch % 3 == 1)
            {
                await shop.Log.GetStatusAsync(Cancelled); // loads: some crashes find rows in DuckDB, some only in the journal
            }

            crashes.Add((folder.CopyAsCrashed(), acknowledged.Count));
        }

        foreach ((StorageFolder copy, int count) in crashes)
        {
            await using (EmbeddedShop restarted = await copy.OpenAsync())
            {
                List<Interaction> read = await ReadAllAsync(restarted.Log, LogRange.Everything);
                AppendReceipt resent = await restarted.Log.AppendAsync([.. read], Cancelled);

                Assert.Equal(acknowledged.Take(count).Order(StringComparer.Ordinal), read.Select(i => i.MessageId).Order(StringComparer.Ordinal));
                Assert.Equal(0, resent.Stored);
            }

            copy.Dispose();
        }
    }

    [Fact]
    public async Task A_restart_reads_exactly_what_was_read_before()
    {
        LogStatus statusBefore;
        List<Interaction> before;
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            await shop.Log.AppendAsync([View("1", null, "b"), View("2", "ann", "b", 1), Order("3", "ann", 3.333m, 2), Treat("t", "ann"), Measure("t", "ann", 5, 3.333m)], Cancelled);
            statusBefore = await shop.Log.GetStatusAsync(Cancelled);
            before = await ReadAllAsync(shop.Log, LogRange.Everything);
        }

        await using EmbeddedShop again = await folder.OpenAsync();
        LogStatus status = await again.Log.GetStatusAsync(Cancelled);
        List<Interaction> read = await ReadAllAsync(again.Log, LogRange.Everything);

        Assert.Equal(5, again.Log.Head);
        Assert.Equal(statusBefore.Records, status.Records);
        Assert.Equal(before.Count, read.Count);
        Assert.All(before.Zip(read), pair => AssertSame(pair.First, pair.Second));
        Assert.Equal(new AppendReceipt(0, 2, 5), await again.Log.AppendAsync([View("1", null, "b"), Treat("t", "ann")], Cancelled));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public async Task A_damaged_write_ahead_log_of_DuckDB_is_dropped_and_replayed_from_the_journal(double where)
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        for (int i = 0; i < 5; i++)
        {
            await shop.Log.AppendAsync([View("m" + i, "ann", "b"), Treat("t" + i, "ann")], Cancelled);
            await shop.Log.GetStatusAsync(Cancelled);
        }

        using StorageFolder copy = folder.CopyAsCrashed();
        string writeAheadLog = Path.Combine(copy.Path, "events.duckdb.wal");
        byte[] bytes = await File.ReadAllBytesAsync(writeAheadLog, Cancelled);
        bytes[(int)(bytes.Length * where)] ^= 0xff;
        await File.WriteAllBytesAsync(writeAheadLog, bytes, Cancelled);

        await using EmbeddedShop restarted = await copy.OpenAsync();
        LogStatus status = await restarted.Log.GetStatusAsync(Cancelled);

        Assert.Equal(5, status.Events);
        Assert.Equal(5, status.Records["treatment"]);
        Assert.Equal(CustomerId.Known("ann"), await restarted.Log.ResolveAsync(CustomerId.Anonymous("b"), Cancelled));
        Assert.False(File.Exists(writeAheadLog + ".damaged"));
    }

    [Fact]
    public async Task An_event_database_that_was_deleted_comes_back_from_the_journal_or_is_missed_loudly()
    {
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            await shop.Log.AppendAsync([View("1", "ann"), View("2", "ann")], Cancelled);
        }

        File.Delete(Path.Combine(folder.Path, "events.duckdb"));
        await using (EmbeddedShop replayed = await folder.OpenAsync())
        {
            Assert.Equal(2, (await replayed.Log.GetStatusAsync(Cancelled)).Events);
        }

        File.Delete(Path.Combine(folder.Path, "events.duckdb"));
        Directory.Delete(Path.Combine(folder.Path, "journal"), recursive: true);
        await Assert.ThrowsAsync<MarketLoopException>(() => folder.OpenAsync());
    }

    [Fact]
    public async Task A_second_holder_is_refused_and_told_who_holds_the_folder()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        shop.Folder.AnnounceServer("http://127.0.0.1:5999");

        MarketLoopException refused = await Assert.ThrowsAsync<MarketLoopException>(() => folder.OpenAsync());

        Assert.True(refused.IsTransient);
        Assert.Contains(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), refused.Message, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:5999", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_a_newer_format_is_refused_with_one_clear_line()
    {
        await (await folder.OpenAsync()).DisposeAsync();
        string settings = Path.Combine(folder.Path, "marketloop.json");
        await File.WriteAllTextAsync(settings, (await File.ReadAllTextAsync(settings, Cancelled)).Replace($"\"formatVersion\": {DataFolder.CurrentFormat}", "\"formatVersion\": 99", StringComparison.Ordinal), Cancelled);

        MarketLoopException refused = await Assert.ThrowsAsync<MarketLoopException>(() => folder.OpenAsync());

        Assert.Contains("newer", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public async Task Secrets_are_kept_and_readable_by_the_owner_only_and_a_seed_repeats_only_the_control_group()
    {
        FolderSecrets first;
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            first = shop.Folder.Secrets;
        }

        await using (EmbeddedShop again = await folder.OpenAsync())
        {
            Assert.Equal(first.Keys, again.Folder.Secrets.Keys);
            Assert.Equal(first.Token, again.Folder.Secrets.Token);
        }

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Path, "marketloop.json")));
        }

        using StorageFolder one = new();
        using StorageFolder other = new();
        using DataFolder seeded = await DataFolder.OpenAsync(one.Path, folder.Clock, new NewFolder { Seed = 5 }, Cancelled);
        using DataFolder same = await DataFolder.OpenAsync(other.Path, folder.Clock, new NewFolder { Seed = 5 }, Cancelled);
        Assert.Equal(seeded.Secrets.Control, same.Secrets.Control);
        Assert.NotEqual(seeded.Secrets.Token, same.Secrets.Token);
    }

    [Fact]
    public async Task The_servers_file_lives_as_long_as_the_server_and_a_stale_one_is_ignored()
    {
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            ServerAddress announced = shop.Folder.AnnounceServer("http://127.0.0.1:1");
            Assert.Equal(announced, ServerAddress.Find(folder.Path));
            Assert.DoesNotContain(announced.Token, announced.ToString(), StringComparison.Ordinal);
        }

        Assert.Null(ServerAddress.Find(folder.Path));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "server.json"), """{"address":"http://127.0.0.1:1","token":"x","processId":2147483646}""", Cancelled);
        Assert.Null(ServerAddress.Find(folder.Path));
    }
}
