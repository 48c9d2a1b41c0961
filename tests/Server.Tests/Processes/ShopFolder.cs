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

    /// <summary>Writes settings by which whatever is new is learned from within seconds.</summary>
    public void SetToTrainAtOnce() => Set(
        ("Loop:CheckEvery", "00:00:01"), ("Loop:TurnAfterInteractions", 1),
        ("Feedback:Retraining:FirstAt", 20), ("Feedback:Retraining:NewAtLeast", 1), ("Feedback:Retraining:NewShare", 0.001), ("Feedback:Retraining:RestHours", 0));

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(root, recursive: true);
}
