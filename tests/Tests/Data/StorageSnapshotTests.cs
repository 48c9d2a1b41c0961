using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.StorageContractTests;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

public sealed class StorageSnapshotTests : IDisposable
{
    private static readonly DateTimeOffset AsOf = Start.AddMinutes(100);
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_snapshot_reads_back_as_history_up_to_its_moment_and_nothing_after()
    {
        string target = Path.Combine(folder.Path, "snapshot");
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync(
            [
                View("late", "ann", "b", minute: 100), View("2", null, "b", 20) with { PropertiesJson = """{"name":"茶"}""" }, View("1", "ann", "c", 10), View("3", null, "c", 30),
                Treat("t2", "ann", 5), Treat("t1", "ann", 6), Treat("t3", "ann", 100),
                Measure("t1", "ann", 50, 1m), Measure("t1", "ann", 60, 2m), Measure("t1", "ann", 100, 3m), Measure("t0", "ann", 40, 4m),
            ],
            Cancelled);

        await shop.Log.ExportSnapshotAsync(target, AsOf, Cancelled);
        TrainingSnapshot snapshot = await TrainingSnapshot.LoadAsync(target, Cancelled);

        Assert.Equal(AsOf, snapshot.AsOf);
        Assert.Equal(["1 u:ann", "2 a:b", "3 u:ann"], snapshot.Interactions.Select(i => $"{i.MessageId} {i.Customer}"));
        AssertSame((await ReadAllAsync(shop.Log, LogRange.Before(AsOf)))[1], snapshot.Interactions[1]);
        Assert.Equal(["t2", "t1"], snapshot.Treatments.Select(t => t.Id.Value));
        Assert.Equal(["t0 4", "t1 2"], snapshot.Outcomes.Select(o => $"{o.Treatment} {o.Revenue}"));
        Assert.Equal(["p1"], snapshot.Products.Select(p => p.Id.Value));
    }

    [Fact]
    public async Task The_same_data_gives_the_same_bytes_whatever_the_order_of_arrival()
    {
        Interaction[] data = [.. Enumerable.Range(0, 60).Select(i => View("m" + i, i % 3 == 0 ? null : "user" + (i % 4), "b" + (i % 5), i % 20, product: "p" + (i % 6)))];
        List<string> hashes = [];
        foreach (IEnumerable<Interaction> order in (IEnumerable<Interaction>[])[data, data.Reverse()])
        {
            using StorageFolder fresh = new();
            string target = Path.Combine(fresh.Path, "snapshot");
            await using EmbeddedShop shop = await fresh.OpenAsync();
            await shop.Log.AppendAsync([.. order], Cancelled);
            await shop.Log.ExportSnapshotAsync(target, AsOf, Cancelled);
            hashes.Add(string.Join('\n', Directory.GetFiles(target).Order(StringComparer.Ordinal).Select(file =>
                Path.GetFileName(file) + " " + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))))));
        }

        Assert.Equal(hashes[0], hashes[1]);
    }

    [Fact]
    public async Task A_folder_that_is_no_whole_snapshot_is_refused()
    {
        string target = Path.Combine(folder.Path, "snapshot");
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("1", "ann")], Cancelled);
        await shop.Log.ExportSnapshotAsync(target, AsOf, Cancelled);
        await File.AppendAllTextAsync(Path.Combine(target, "interactions.jsonl"), "{\"sour", Cancelled);

        await Assert.ThrowsAsync<MarketLoopException>(() => TrainingSnapshot.LoadAsync(target, Cancelled));
        File.Delete(Path.Combine(target, "snapshot.json"));
        await Assert.ThrowsAsync<MarketLoopException>(() => TrainingSnapshot.LoadAsync(target, Cancelled));
    }
}
