using System.Text.Json;

namespace MarketLoop.Data.Embedded;

/// <summary>Where the server that holds a data folder listens: the content of <c>server.json</c>.</summary>
/// <param name="Address">Base address such as <c>http://127.0.0.1:5080</c>.</param>
/// <param name="Token">Local token: as Bearer it may do everything. Readable by the folder's owner only.</param>
/// <param name="ProcessId">The server's process.</param>
public sealed record ServerAddress(string Address, string Token, int ProcessId)
{
    /// <summary>The live server of a folder; null when there is none. A file left by a process that is gone is ignored.</summary>
    public static ServerAddress? Find(string folder)
    {
        ServerAddress? found = OwnerFile.Read(Path.Combine(folder, DataFolder.ServerFileName), FolderJson.Default.ServerAddress);
        return found is not null && LiveProcess.Exists(found.ProcessId) ? found : null;
    }

    /// <summary>Says nothing of the token.</summary>
    public override string ToString() => $"{Address} (process {ProcessId})";
}

/// <summary>Who holds a folder's lock.</summary>
internal sealed record FolderHolder(int ProcessId, DateTimeOffset Since);

internal static class LiveProcess
{
    public static bool Exists(int processId)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}

/// <summary>Small JSON files that only their owner may read, replaced in one step.</summary>
internal static class OwnerFile
{
    public static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return JsonSerializer.Deserialize(stream, type);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException)
        {
            return null; // half written by a process that died: as good as absent
        }
    }

    public static void Write<T>(string path, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        string fresh = path + ".new";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (FileStream stream = new(fresh, options))
        {
            JsonSerializer.Serialize(stream, value, type);
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
    }
}
