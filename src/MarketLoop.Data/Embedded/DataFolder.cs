using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MarketLoop.Domain;

namespace MarketLoop.Data.Embedded;

/// <summary>One shop's folder: <c>journal/</c>, <c>events.duckdb</c>, <c>shop.sqlite</c>, <c>models/</c>, <c>outbox/</c>, <c>quarantine/</c>, <c>marketloop.json</c>, and <c>server.json</c> while a server lives.</summary>
/// <remarks>Holds the folder's lock until disposed; the operating system releases it when the process dies, however it dies.</remarks>
public sealed class DataFolder : IDisposable
{
    /// <summary>The layout this program writes.</summary>
    public const int CurrentFormat = 2;

    internal const string ServerFileName = "server.json";
    private const string SettingsFileName = "marketloop.json";
    private const string LockFileName = "folder.lock";
    private const string HolderFileName = "holder.json";

    private readonly FileStream held;
    private FolderSettings settings;

    private DataFolder(string root, FileStream held, FolderSettings settings)
    {
        Root = root;
        this.held = held;
        this.settings = settings;
    }

    /// <summary>Full path of the folder.</summary>
    public string Root { get; }

    /// <summary>The layout of the files in the folder; lower than <see cref="CurrentFormat"/> only until an upgrade is through.</summary>
    public int Format => settings.FormatVersion;

    /// <summary>Facts about the shop.</summary>
    public ShopSettings Shop => settings.Shop;

    /// <summary>The folder's secrets.</summary>
    public FolderSecrets Secrets => settings.Secrets;

    /// <summary>Segments of the journal.</summary>
    public string Journal => Path.Combine(Root, "journal");

    /// <summary>The columnar event log.</summary>
    public string EventDatabase => Path.Combine(Root, "events.duckdb");

    /// <summary>The keyed store.</summary>
    public string ShopDatabase => Path.Combine(Root, "shop.sqlite");

    /// <summary>Files of registered models.</summary>
    public string Models => Path.Combine(Root, "models");

    /// <summary>Mails handed over as files.</summary>
    public string Outbox => Path.Combine(Root, "outbox");

    /// <summary>Events and rows that were refused, with their reasons.</summary>
    public string Quarantine => Path.Combine(Root, "quarantine");

    /// <summary>Where large queries spill; emptied at start.</summary>
    public string Temporary => Path.Combine(Root, "temp");

    /// <summary>Opens a folder, makes it when it is missing, and takes its lock.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="whenNew">What a new folder gets; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="MarketLoopException">Another process holds it (transient), it was written by a newer version, or it cannot be written.</exception>
    public static async Task<DataFolder> OpenAsync(string path, TimeProvider clock, NewFolder? whenNew, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(clock);
        string root = Path.GetFullPath(path);
        FileStream? lockFile = null;
        try
        {
            CreateOwned(root);
            lockFile = await TakeLockAsync(root, cancellationToken);
            DataFolder folder = new(root, lockFile, ReadOrCreateSettings(root, whenNew ?? new NewFolder()));
            folder.PrepareLayout();
            OwnerFile.Write(Path.Combine(root, HolderFileName), new FolderHolder(Environment.ProcessId, clock.GetUtcNow()), FolderJson.Default.FolderHolder);
            return folder;
        }
        catch (Exception failure)
        {
            lockFile?.Dispose();
            if (failure is IOException or UnauthorizedAccessException)
            {
                throw new MarketLoopException($"The data folder {root} cannot be opened: {failure.Message}", isTransient: true, failure);
            }

            throw;
        }
    }

    /// <summary>Changes the facts about the shop, durably.</summary>
    public void ChangeShop(ShopSettings shop)
    {
        ArgumentNullException.ThrowIfNull(shop);
        FolderSettings changed = settings with { Shop = shop };
        OwnerFile.Write(Path.Combine(Root, SettingsFileName), changed, FolderJson.Default.FolderSettings);
        settings = changed;
    }

    /// <summary>Writes down that the files have the current layout.</summary>
    internal void MarkUpgraded()
    {
        FolderSettings changed = settings with { FormatVersion = CurrentFormat };
        OwnerFile.Write(Path.Combine(Root, SettingsFileName), changed, FolderJson.Default.FolderSettings);
        settings = changed;
    }

    /// <summary>Announces this process as the folder's server. Returns what was written.</summary>
    public ServerAddress AnnounceServer(string address)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        ServerAddress server = new(address, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), Environment.ProcessId);
        OwnerFile.Write(Path.Combine(Root, ServerFileName), server, FolderJson.Default.ServerAddress);
        return server;
    }

    /// <summary>Takes the announcement back.</summary>
    public void WithdrawServer() => File.Delete(Path.Combine(Root, ServerFileName));

    /// <summary>Bytes of all files in the folder.</summary>
    public long MeasureBytes()
    {
        long sum = 0;
        foreach (FileInfo file in new DirectoryInfo(Root).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            try
            {
                sum += file.Length;
            }
            catch (FileNotFoundException)
            {
                // deleted between listing and asking: nothing to count
            }
        }

        return sum;
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose()
    {
        WithdrawServer();
        File.Delete(Path.Combine(Root, HolderFileName));
        held.Dispose();
    }

    private static async Task<FileStream> TakeLockAsync(string root, CancellationToken cancellationToken)
    {
        string path = Path.Combine(root, LockFileName);
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException busy) when (File.Exists(path) && busy is not FileNotFoundException and not DirectoryNotFoundException)
            {
                FolderHolder? holder = OwnerFile.Read(Path.Combine(root, HolderFileName), FolderJson.Default.FolderHolder);
                bool mayJustBeStarting = attempt < 3 && (holder is null || !LiveProcess.Exists(holder.ProcessId));
                if (!mayJustBeStarting)
                {
                    throw new MarketLoopException(DescribeHolder(root, holder), isTransient: true, busy);
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }
    }

    private static string DescribeHolder(string root, FolderHolder? holder)
    {
        StringBuilder text = new($"The data folder {root} is in use");
        if (holder is not null)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $" by process {holder.ProcessId}");
        }

        ServerAddress? server = ServerAddress.Find(root);
        if (server is not null)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $", a server at {server.Address}");
        }

        return text.Append(". One folder has one holder: stop that process, or let it do the work.").ToString();
    }

    private static FolderSettings ReadOrCreateSettings(string root, NewFolder whenNew)
    {
        string path = Path.Combine(root, SettingsFileName);
        if (File.Exists(path))
        {
            FolderSettings found = OwnerFile.Read(path, FolderJson.Default.FolderSettings)
                ?? throw new MarketLoopException($"{path} cannot be read as JSON. Restore it from a backup: without its keys the log cannot find duplicates.");
            return found.FormatVersion <= CurrentFormat
                ? found
                : throw new MarketLoopException($"The data folder {root} has format {found.FormatVersion}; this version of MarketLoop knows up to {CurrentFormat}. Use a newer MarketLoop.");
        }

        if (File.Exists(Path.Combine(root, "events.duckdb")))
        {
            throw new MarketLoopException($"{path} is missing beside an event log. Restore it from a backup: without its keys the log cannot find duplicates.");
        }

        byte[] control = whenNew.Seed is int seed
            ? SHA256.HashData(Encoding.UTF8.GetBytes($"marketloop control {seed}"))
            : RandomNumberGenerator.GetBytes(32);
        FolderSecrets secrets = new(RandomNumberGenerator.GetBytes(16), control, RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));
        FolderSettings made = new(CurrentFormat, whenNew.Shop, secrets);
        OwnerFile.Write(path, made, FolderJson.Default.FolderSettings);
        return made;
    }

    private void PrepareLayout()
    {
        if (Directory.Exists(Temporary))
        {
            Directory.Delete(Temporary, recursive: true);
        }

        foreach (string part in (string[])[Journal, Models, Outbox, Quarantine, Temporary])
        {
            CreateOwned(part);
        }

        File.Delete(Path.Combine(Root, ServerFileName)); // whoever wrote it is gone: the lock is ours
    }

    private static void CreateOwned(string path)
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
}
