using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Domain;

namespace MarketLoop.Data.Upkeep;

/// <summary>Backup and verification of an open data folder, while it serves. Thread-safe; one of them, or one erasure, at a time.</summary>
public sealed class FolderUpkeep
{
    private const string ManifestName = "backup.json";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private static readonly string[] NotCopied = ["folder.lock", "holder.json", "server.json"];

    private readonly ShopParts parts;
    private readonly TimeProvider clock;

    internal FolderUpkeep(ShopParts parts, TimeProvider clock)
    {
        this.parts = parts;
        this.clock = clock;
    }

    /// <summary>Writes a consistent copy of the folder, with the hash of every file, while events keep coming. What was erased before is in none of its bytes. O(size of the folder).</summary>
    /// <param name="to">A folder that does not exist, or is empty; it appears whole or not at all.</param>
    /// <param name="cancellationToken">Gives up and leaves nothing.</param>
    /// <exception cref="MarketLoopException">The target is not empty, or cannot be written.</exception>
    public async Task<BackupManifest> BackUpAsync(string to, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(to);
        string target = RequireEmpty(to);
        if (target.StartsWith(parts.Owner.Folder.Root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new MarketLoopException("A backup inside the folder it saves would be lost with it: name another place.");
        }

        string unfinished = target + ".part";
        await parts.OneAtATime.WaitAsync(cancellationToken);
        parts.Journal.Keep();
        try
        {
            Clear(unfinished);
            CopyAll(unfinished, cancellationToken);
            BackupManifest manifest = new(DataFolder.CurrentFormat, clock.GetUtcNow(), parts.Journal.Head, await HashAllAsync(unfinished, cancellationToken));
            await File.WriteAllTextAsync(Path.Combine(unfinished, ManifestName), JsonSerializer.Serialize(manifest, Json), cancellationToken);
            Directory.Move(unfinished, target);
            return manifest;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new MarketLoopException($"The backup cannot be written: {failure.Message}", isTransient: true, failure);
        }
        finally
        {
            parts.Journal.LetGo();
            parts.OneAtATime.Release();
            Clear(unfinished);
        }
    }

    /// <summary>Makes a data folder from a backup, after checking every file against its hash. O(size of the backup).</summary>
    /// <param name="from">What <see cref="BackUpAsync"/> wrote.</param>
    /// <param name="to">A folder that does not exist, or is empty; it appears whole or not at all.</param>
    /// <param name="cancellationToken">Gives up and leaves nothing.</param>
    /// <exception cref="MarketLoopException">A file is missing or damaged (it is named), the backup is of a newer format, or the target is not empty.</exception>
    public static async Task<BackupManifest> RestoreAsync(string from, string to, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(from);
        ArgumentException.ThrowIfNullOrWhiteSpace(to);
        string target = RequireEmpty(to);
        BackupManifest manifest = await ReadManifestAsync(from, cancellationToken);
        string unfinished = target + ".part";
        try
        {
            Clear(unfinished);
            foreach ((string name, BackupFile file) in manifest.Files)
            {
                string source = Path.Combine(from, name);
                string copy = Path.Combine(unfinished, name);
                MakeOwned(Path.GetDirectoryName(copy) ?? unfinished);
                if (!File.Exists(source))
                {
                    throw new MarketLoopException($"The backup {from} lacks its file {name}.");
                }

                File.Copy(source, copy);
                if (await HashAsync(copy, cancellationToken) != file)
                {
                    throw new MarketLoopException($"The backup {from} is damaged: {name} is not what was written. Nothing was restored.");
                }
            }

            Directory.Move(unfinished, target);
            return manifest;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new MarketLoopException($"The backup cannot be restored: {failure.Message}", isTransient: true, failure);
        }
        finally
        {
            Clear(unfinished);
        }
    }

    /// <summary>Proves that the folder holds what it should: the journal's frames against their hashes, every row of the event database and its sealed part, counts against the journal, the shop database's structure, model files against their manifests. O(size of the folder).</summary>
    public async Task<VerificationReport> VerifyAsync(CancellationToken cancellationToken)
    {
        await parts.OneAtATime.WaitAsync(cancellationToken);
        parts.Journal.Keep();
        try
        {
            await parts.Loader.LoadAsync(cancellationToken);
            List<string> findings = [.. FindInJournal()];
            string sum = FindInEvents(findings);
            findings.AddRange(parts.Shop.Read(connection => connection.Query<string>("PRAGMA integrity_check").Where(line => !string.Equals(line, "ok", StringComparison.Ordinal)).Select(line => $"shop.sqlite: {line}").ToList()));
            findings.AddRange(await FindInModelsAsync(cancellationToken));
            return new VerificationReport(findings.Count == 0, findings, parts.Events.Position, sum);
        }
        finally
        {
            parts.Journal.LetGo();
            parts.OneAtATime.Release();
        }
    }

    /// <summary>Removes interactions that are older than the owner wants to keep. Returns how many. O(interactions of those names).</summary>
    /// <exception cref="MarketLoopException">The event database refuses, or history was being sorted at that moment (transient).</exception>
    public Task<long> RetireAsync(RetentionOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return parts.Loader.RunLoadedAsync(
            () => Task.FromResult(options.DaysByEvent.Sum(pair => parts.Events.Retire(pair.Key, clock.GetUtcNow().AddDays(-pair.Value)))),
            cancellationToken);
    }

    private IEnumerable<string> FindInJournal()
    {
        if (parts.Journal.TailCut > 0)
        {
            yield return $"journal: {parts.Journal.TailCut} bytes at its end were no whole record when the folder was opened, and were cut off: a crash in the middle of a write leaves this, or damage.";
        }

        foreach (JournalSegment segment in parts.Journal.ListSegments())
        {
            long committed = segment.CommittedBytes;
            JournalSegment again = new(segment.Path, segment.FirstSequence);
            again.Scan(long.MaxValue, _ => { });
            if (again.CommittedBytes < committed)
            {
                yield return $"journal/{Path.GetFileName(segment.Path)}: damaged at byte {again.CommittedBytes}, after record {again.LastSequence}.";
            }
        }
    }

    private string FindInEvents(List<string> findings)
    {
        try
        {
            (RecordSum sum, long expected) = parts.Queries.Audit();
            if (sum.Count != expected)
            {
                findings.Add($"events.duckdb: it holds {sum.Count} records, and the journal handed {expected} over that should be there.");
            }

            return sum.ToString();
        }
        catch (MarketLoopException damaged)
        {
            findings.Add("events.duckdb: " + damaged.Message);
            return "";
        }
    }

    private async Task<List<string>> FindInModelsAsync(CancellationToken cancellationToken)
    {
        List<string> findings = [];
        foreach (ModelManifest manifest in await parts.Owner.Models.ListAsync(cancellationToken))
        {
            foreach ((string name, string expected) in manifest.Files)
            {
                string path = Path.Combine(parts.Owner.Models.FolderOf(manifest.Version), name);
                bool isSound = File.Exists(path) && string.Equals((await HashAsync(path, cancellationToken)).Sha256, expected, StringComparison.OrdinalIgnoreCase);
                if (!isSound)
                {
                    findings.Add($"models/{manifest.Version}/{name}: missing, or not what its training wrote.");
                }
            }
        }

        return findings;
    }

    private void CopyAll(string unfinished, CancellationToken cancellationToken)
    {
        // The event database first and the journal last: whatever the databases do not have yet is then in the journal's copy.
        DataFolder folder = parts.Owner.Folder;
        MakeOwned(Path.Combine(unfinished, "journal"));
        parts.Events.CopyTo(Path.Combine(unfinished, Path.GetFileName(folder.EventDatabase)));
        cancellationToken.ThrowIfCancellationRequested();
        parts.Shop.CopyTo(Path.Combine(unfinished, Path.GetFileName(folder.ShopDatabase)));
        foreach (string file in Directory.EnumerateFiles(folder.Root, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(folder.Root, file);
            string part = name.Split(Path.DirectorySeparatorChar)[0];
            bool isElsewhere = part is "journal" or "temp" or "upgrade" || NotCopied.Contains(name, StringComparer.Ordinal)
                || name.StartsWith(Path.GetFileName(folder.EventDatabase), StringComparison.Ordinal) || name.StartsWith(Path.GetFileName(folder.ShopDatabase), StringComparison.Ordinal);
            if (!isElsewhere)
            {
                string copy = Path.Combine(unfinished, name);
                MakeOwned(Path.GetDirectoryName(copy) ?? unfinished);
                File.Copy(file, copy);
            }
        }

        foreach (JournalSegment segment in parts.Journal.ListSegments())
        {
            CopyBytes(segment.Path, Path.Combine(unfinished, "journal", Path.GetFileName(segment.Path)), segment.CommittedBytes);
        }
    }

    private static void CopyBytes(string from, string to, long bytes)
    {
        using FileStream source = new(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using FileStream copy = new(to, FileMode.CreateNew);
        byte[] buffer = new byte[1 << 20];
        while (bytes > 0)
        {
            int read = source.ReadAtLeast(buffer.AsSpan(0, (int)Math.Min(buffer.Length, bytes)), 1);
            copy.Write(buffer, 0, read);
            bytes -= read;
        }
    }

    private static async Task<BackupManifest> ReadManifestAsync(string from, CancellationToken cancellationToken)
    {
        string path = Path.Combine(from, ManifestName);
        BackupManifest manifest;
        try
        {
            manifest = File.Exists(path) && JsonSerializer.Deserialize<BackupManifest>(await File.ReadAllTextAsync(path, cancellationToken), Json) is { } found
                ? found
                : throw new MarketLoopException($"{from} is no backup: {ManifestName} is missing.");
        }
        catch (JsonException damaged)
        {
            throw new MarketLoopException($"The backup {from} is damaged: {ManifestName} cannot be read.", isTransient: false, damaged);
        }

        return manifest.Format <= DataFolder.CurrentFormat
            ? manifest
            : throw new MarketLoopException($"The backup {from} has format {manifest.Format}; this version of MarketLoop knows up to {DataFolder.CurrentFormat}. Use a newer MarketLoop.");
    }

    private static async Task<SortedDictionary<string, BackupFile>> HashAllAsync(string folder, CancellationToken cancellationToken)
    {
        SortedDictionary<string, BackupFile> files = new(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            files[Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/')] = await HashAsync(file, cancellationToken);
        }

        return files;
    }

    private static async Task<BackupFile> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        BackupFile file = new(stream.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)));
        stream.Flush(flushToDisk: true);
        return file;
    }

    private static string RequireEmpty(string path)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new MarketLoopException($"{target} is there already: name a folder that does not exist yet.");
        }

        if (Directory.Exists(target))
        {
            Directory.Delete(target); // empty: its place is taken in one step
        }

        return target;
    }

    private static void MakeOwned(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static void Clear(string unfinished)
    {
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }
    }
}

/// <summary>What a backup holds.</summary>
/// <param name="Format">Layout of the data folder.</param>
/// <param name="MadeAt">When.</param>
/// <param name="Records">Records of the log up to which everything is inside; a few later ones may be, too.</param>
/// <param name="Files">Every file with its size and hash, by its path with slashes.</param>
public sealed record BackupManifest(int Format, DateTimeOffset MadeAt, long Records, IReadOnlyDictionary<string, BackupFile> Files);

/// <summary>A file of a backup.</summary>
public sealed record BackupFile(long Bytes, string Sha256);

/// <summary>What a verification found.</summary>
/// <param name="IsSound">True when nothing is wrong.</param>
/// <param name="Findings">What is wrong, with the file it is in.</param>
/// <param name="Records">Records handed over by the journal.</param>
/// <param name="Sum">Counts by kind and a checksum of all records: two folders with the same sum hold the same log.</param>
public sealed record VerificationReport(bool IsSound, IReadOnlyList<string> Findings, long Records, string Sum);
