using System.Text.Json;

namespace MarketLoop.Server.Tests.Demo;

/// <summary>A report of the shop simulator, on disk for the length of a test.</summary>
internal sealed class DemoReport : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-demo-").FullName;

    /// <summary>Where the program writes it.</summary>
    public string Path => System.IO.Path.Combine(folder, "report.json");

    /// <summary>What the program printed.</summary>
    public string Text { get; set; } = "";

    /// <summary>Its bytes.</summary>
    public byte[] Bytes => File.ReadAllBytes(Path);

    /// <summary>A number in it, by path such as <c>treated.revenue</c>.</summary>
    public double Number(string path)
    {
        using JsonDocument report = JsonDocument.Parse(Bytes);
        JsonElement element = report.RootElement;
        foreach (string step in path.Split('.'))
        {
            element = element.GetProperty(step);
        }

        return element.GetDouble();
    }

    /// <summary>True when an interval in it covers zero.</summary>
    public bool CoversZero(string lift) => Number(lift + ".low") <= 0 && Number(lift + ".high") >= 0;

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(folder, recursive: true);
}
