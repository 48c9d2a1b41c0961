using System.Text.Json;

namespace MarketLoop.Server.Tests.Processes;

/// <summary>A folder for one test: the shop's data folder in it, and beside that its settings file.</summary>
internal sealed class ShopFolder : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("marketloop-process-").FullName;

    /// <summary>The data folder; made by whoever opens it first.</summary>
    public string Data => PathOf("data");

    /// <summary>A file beside the data folder.</summary>
    public string PathOf(string name) => Path.Combine(root, name);

    /// <summary>Writes a file beside the data folder and returns its path.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>Writes the settings file.</summary>
    public void Set(params (string Name, object Value)[] settings) =>
        Write("appsettings.json", JsonSerializer.Serialize(settings.ToDictionary(setting => "MarketLoop:" + setting.Name, setting => setting.Value, StringComparer.Ordinal)));

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(root, recursive: true);
}
