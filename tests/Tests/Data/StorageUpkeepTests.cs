using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Data.Upkeep;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.StorageContractTests;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

/// <summary>Backup and restore while events come, and a verification that names what is wrong.</summary>
public sealed class StorageUpkeepTests : IDisposable
{
    private readonly StorageFolder folder = new();

    private string Elsewhere => folder.Path + "-backup";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        folder.Dispose();
        foreach (string left in (string[])[Elsewhere, Elsewhere + ".part", folder.Path + "-restored"])
        {
            if (Directory.Exists(left))
            {
                Directory.Delete(left, recursive: true);
            }
        }
    }

    [Fact]
    public async Task A_backup_made_while_events_come_holds_all_acknowledged_before_it_and_restores_to_a_sound_folder()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await FillAsync(shop);
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        Task<int> writing = WriteUntilAsync(shop, enough.Token);

        BackupManifest manifest = await shop.Upkeep.BackUpAsync(Elsewhere, Cancelled);
        await enough.CancelAsync();
        int written = await writing;
        await FolderUpkeep.RestoreAsync(Elsewhere, folder.Path + "-restored", Cancelled);

        await using EmbeddedShop restored = await folder.OpenAsync(folder.Path + "-restored");
        List<Interaction> read = await ReadAllAsync(restored.Log, LogRange.Everything);
        Assert.InRange(read.Count, 100, 100 + written);
        Assert.Equal(read.Count, read.Select(interaction => interaction.MessageId).Distinct().Count());
        Assert.Equal("ann@example.org", (await restored.Profiles.FindAsync(CustomerId.Known("ann"), Cancelled))?.Email);
        Assert.True((await restored.Upkeep.VerifyAsync(Cancelled)) is { IsSound: true });
        Assert.Contains("marketloop.json", manifest.Files.Keys);
        Assert.Contains("models/1/model.bin", manifest.Files.Keys);
    }

    [Fact]
    public async Task A_flipped_byte_in_a_backup_is_found_and_named_and_nothing_is_restored()
    {
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            await FillAsync(shop);
            await shop.Upkeep.BackUpAsync(Elsewhere, Cancelled);
        }

        Flip(Path.Combine(Elsewhere, "shop.sqlite"), 9000);

        MarketLoopException refused = await Assert.ThrowsAsync<MarketLoopException>(() => FolderUpkeep.RestoreAsync(Elsewhere, folder.Path + "-restored", Cancelled));
        Assert.Contains("shop.sqlite", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Path + "-restored"));
    }

    [Fact]
    public async Task What_is_older_than_the_owner_keeps_is_retired_by_its_name_and_the_counts_still_add_up()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("old", "ann"), Order("order", "ann", 5m), View("new", "ann", minute: 60 * 24 * 40)], Cancelled);
        folder.Clock.Advance(TimeSpan.FromDays(45));
        RetentionOptions options = new();
        options.DaysByEvent["Product Viewed"] = 30;

        Assert.Equal(1, await shop.Upkeep.RetireAsync(options, Cancelled));
        Assert.Equal(0, await shop.Upkeep.RetireAsync(options, Cancelled));

        Assert.Equal(["order", "new"], (await ReadAllAsync(shop.Log, LogRange.Everything)).Select(interaction => interaction.MessageId));
        Assert.Empty((await shop.Upkeep.VerifyAsync(Cancelled)).Findings);
    }

    [Fact]
    public async Task A_backup_never_overwrites_and_never_lies_inside_what_it_saves()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await FillAsync(shop);

        await Assert.ThrowsAsync<MarketLoopException>(() => shop.Upkeep.BackUpAsync(Path.Combine(folder.Path, "backup"), Cancelled));
        await Assert.ThrowsAsync<MarketLoopException>(() => FolderUpkeep.RestoreAsync(folder.Path, Elsewhere, Cancelled)); // no backup
        await shop.Upkeep.BackUpAsync(Elsewhere, Cancelled);
        await Assert.ThrowsAsync<MarketLoopException>(() => shop.Upkeep.BackUpAsync(Elsewhere, Cancelled));
    }

    [Theory]
    [InlineData("journal", "journal/")]
    [InlineData("events.duckdb", "events.duckdb")]
    [InlineData("models", "models/1/model.bin")]
    public async Task A_flipped_byte_is_found_and_its_file_is_named(string where, string named)
    {
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            await FillAsync(shop);
            Assert.Empty((await shop.Upkeep.VerifyAsync(Cancelled)).Findings);
        }

        string file = where == "models" ? Path.Combine(folder.Path, "models", "1", "model.bin")
            : where == "journal" ? Directory.EnumerateFiles(Path.Combine(folder.Path, "journal")).Single()
            : Path.Combine(folder.Path, where);
        List<string> findings = [];
        for (int from = where == "events.duckdb" ? 3 * 4096 : 0; findings.Count == 0 && from < new FileInfo(file).Length; from += 262144)
        {
            Flip(file, from + (where == "models" ? 3 : 100)); // one block after the other, until one that is in use
            try
            {
                await using EmbeddedShop damaged = await folder.OpenAsync();
                findings.AddRange((await damaged.Upkeep.VerifyAsync(Cancelled)).Findings);
            }
            catch (MarketLoopException refused)
            {
                findings.Add(refused.Message.Contains("event database", StringComparison.Ordinal) ? "events.duckdb: " + refused.Message : refused.Message);
            }
        }

        Assert.Contains(findings, finding => finding.Contains(named, StringComparison.Ordinal) || (where == "journal" && finding.StartsWith("journal", StringComparison.Ordinal)));
    }

    private static async Task FillAsync(EmbeddedShop shop)
    {
        await shop.Log.AppendAsync([.. Enumerable.Range(0, 99).Select(i => View("m" + i, "user" + (i % 9), "b" + (i % 4), i)), Identify("i", "ann", """{"email":"ann@example.org"}"""), Treat("t", "ann")], Cancelled);
        string staging = shop.Models.CreateStagingFolder();
        await File.WriteAllTextAsync(Path.Combine(staging, "model.bin"), "weights", Cancelled);
        await shop.Models.RegisterAsync(
            new ModelManifest
            {
                DataFrom = Start,
                DataUntil = Start,
                Interactions = 1,
                Seed = 1,
                Models = [],
                Files = new Dictionary<string, string> { ["model.bin"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("weights"u8)) },
            },
            staging, Cancelled);
    }

    private static async Task<int> WriteUntilAsync(EmbeddedShop shop, CancellationToken enough)
    {
        int written = 0;
        while (!enough.IsCancellationRequested)
        {
            await shop.Log.AppendAsync([View("during" + written, "user" + written, minute: written)], Cancelled);
            written++;
        }

        return written;
    }

    private static void Flip(string path, long at)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = Math.Min(at, file.Length - 1);
        int value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 0x40));
    }
}
