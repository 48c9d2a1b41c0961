using System.Xml.Linq;

namespace MarketLoop.Server.Tests;

/// <summary>The dashboard's texts as they stand in the sources.</summary>
internal static class DashboardTexts
{
    public static Dictionary<string, string> English => Read("Words.resx");

    public static Dictionary<string, string> Chinese => Read("Words.zh-CN.resx");

    private static Dictionary<string, string> Read(string name)
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "MarketLoop.slnx")))
        {
            root = root.Parent;
        }

        string file = Path.Combine(root?.FullName ?? throw new DirectoryNotFoundException("no clone above these tests"), "src", "MarketLoop.Server", "Dashboard", name);
        return XDocument.Load(file).Descendants("data")
            .ToDictionary(text => (string?)text.Attribute("name") ?? "", text => text.Element("value")?.Value ?? "", StringComparer.Ordinal);
    }
}
