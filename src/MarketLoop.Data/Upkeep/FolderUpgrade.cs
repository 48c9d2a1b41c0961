using Dapper;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace MarketLoop.Data.Upkeep;

/// <summary>Brings a data folder of an older format to the current one: copy, convert the copy, verify counts and a checksum, switch.</summary>
/// <remarks>Until the mark <c>upgrade/ready</c> is on disk nothing of the old folder is touched and a crash begins anew; after it the switch only goes forward. So at every moment either
/// the old program or this one can open the folder.</remarks>
internal static class FolderUpgrade
{
    private const int RecordsInBatch = 20_000;
    private const string ReadyMark = "ready";
    private static readonly string[] Followers = ["-wal", "-shm", ".wal"];

    /// <summary>Upgrades when there is something to upgrade.</summary>
    /// <param name="folder">The folder, held.</param>
    /// <param name="logger">Where to tell.</param>
    /// <param name="cancellationToken">Gives up; the folder is as it was.</param>
    /// <param name="reached">Hears of each step; tests stop there.</param>
    /// <exception cref="MarketLoopException">The copy does not hold what the original holds; nothing was changed.</exception>
    public static async Task RunAsync(DataFolder folder, ILogger logger, CancellationToken cancellationToken, Action<string>? reached = null)
    {
        string workshop = Path.Combine(folder.Root, "upgrade");
        if (folder.Format < DataFolder.CurrentFormat)
        {
            if (!File.Exists(Path.Combine(workshop, ReadyMark)))
            {
                Log.UpgradeBegun(logger, folder.Format, DataFolder.CurrentFormat);
                Clear(workshop);
                Directory.CreateDirectory(workshop);
                reached?.Invoke("begun");
                await ConvertAsync(folder, workshop, logger, reached, cancellationToken);
                File.WriteAllBytes(Path.Combine(workshop, ReadyMark), []);
            }

            reached?.Invoke("ready");
            Switch(folder, workshop, reached);
            folder.MarkUpgraded();
            reached?.Invoke("marked");
        }

        Clear(workshop);
    }

    private static async Task ConvertAsync(DataFolder folder, string workshop, ILogger logger, Action<string>? reached, CancellationToken cancellationToken)
    {
        string old = Path.Combine(workshop, "old.duckdb");
        string keyedPath = Path.Combine(workshop, Path.GetFileName(folder.ShopDatabase));
        string columnsPath = Path.Combine(workshop, Path.GetFileName(folder.EventDatabase));
        bool hasEvents = CopyWithFollowers(folder.EventDatabase, old);
        CopyWithFollowers(folder.ShopDatabase, keyedPath);
        reached?.Invoke("copied");
        KeyHash keyHash = new(folder.Secrets.Keys);
        using (ShopDatabase keyed = ShopDatabase.Open(keyedPath))
        {
            PersonDirectory directory = new(keyed, keyHash);
            using EventDatabase columns = EventDatabase.Open(columnsPath, folder.Temporary, keyHash, directory.Keys, logger);
            if (hasEvents)
            {
                using FormatOne source = new(old);
                RecordSum before = await CopyRecordsAsync(source, directory, columns, cancellationToken);
                await keyed.WriteAsync((connection, transaction) => connection.Execute("INSERT OR REPLACE INTO links VALUES (@Browser, @User, @Ticks, @MessageId)", source.ReadLinks().ToList(), transaction), null, cancellationToken);
                reached?.Invoke("converted");
                RecordSum after = new EventQueries(columns, new IdentityGraph(keyHash), directory.Keys).Audit().Sum;
                if (!string.Equals(before.ToString(), after.ToString(), StringComparison.Ordinal) || columns.Position != source.Position)
                {
                    throw new MarketLoopException($"The upgrade of {folder.Root} was given up, and nothing was changed: the copy holds {after}, the original {before}.");
                }

                Log.Upgraded(logger, after.Count, after.ToString());
            }

            if (!columns.TryCheckpoint())
            {
                throw new MarketLoopException("The upgraded event database cannot be written out.", isTransient: true);
            }
        }

        foreach (string made in Directory.EnumerateFiles(workshop))
        {
            using SafeFileHandle file = File.OpenHandle(made, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(file);
        }

        reached?.Invoke("verified");
    }

    private static async Task<RecordSum> CopyRecordsAsync(FormatOne source, PersonDirectory directory, EventDatabase columns, CancellationToken cancellationToken)
    {
        RecordSum sum = new();
        foreach (LoadedRecord[] chunk in source.Read().Chunk(RecordsInBatch))
        {
            List<LoadedRecord> batch = [.. chunk];
            cancellationToken.ThrowIfCancellationRequested();
            foreach (LoadedRecord record in batch)
            {
                sum.Add(record.Position, record.Record);
            }

            columns.Append(batch, (await directory.EnrolAsync(batch)).ByRecord, batch[^1].Position);
        }

        columns.Append([], [], source.Position);
        return sum;
    }

    private static void Switch(DataFolder folder, string workshop, Action<string>? reached)
    {
        foreach (string target in (string[])[folder.ShopDatabase, folder.EventDatabase])
        {
            string made = Path.Combine(workshop, Path.GetFileName(target));
            if (File.Exists(made))
            {
                foreach (string follower in Followers)
                {
                    File.Delete(target + follower);
                }

                File.Move(made, target, overwrite: true);
            }

            reached?.Invoke("switched " + Path.GetFileName(target));
        }
    }

    private static bool CopyWithFollowers(string from, string to)
    {
        if (!File.Exists(from))
        {
            return false;
        }

        foreach (string follower in (string[])["", .. Followers])
        {
            if (File.Exists(from + follower))
            {
                File.Copy(from + follower, to + follower, overwrite: true);
            }
        }

        return true;
    }

    private static void Clear(string workshop)
    {
        if (Directory.Exists(workshop))
        {
            Directory.Delete(workshop, recursive: true);
        }
    }
}
