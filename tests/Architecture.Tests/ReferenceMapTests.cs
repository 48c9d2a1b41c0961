using System.Xml.Linq;

namespace MarketLoop.Architecture.Tests;

/// <summary>"Look left, never right; meet only in Domain and the event log": the map of references, as the design page draws it.</summary>
public sealed class ReferenceMapTests
{
    private static readonly string[] Rooms = ["Data", "Analysis", "Decision", "Execution", "Feedback"];

    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["MarketLoop.Domain"] = [],
        ["MarketLoop.Learning"] = [],
        ["MarketLoop.Data"] = ["Domain", "Learning"],
        ["MarketLoop.Analysis"] = ["Domain", "Learning", "Data"],
        ["MarketLoop.Decision"] = ["Domain", "Learning", "Data", "Analysis"],
        ["MarketLoop.Execution"] = ["Domain", "Data"],
        ["MarketLoop.Feedback"] = ["Domain", "Learning", "Data"],
        ["MarketLoop"] = ["Domain", .. Rooms],
        ["MarketLoop.Server"] = ["Domain", .. Rooms, "MarketLoop"],
        ["MarketLoop.Cli"] = ["Domain", "Learning", .. Rooms, "MarketLoop", "Server"],
        ["ShopSimulator"] = [],
    };

    public static TheoryData<string> Projects() =>
        [.. Repository.ProjectFiles().Where(file => file.StartsWith("src/", StringComparison.Ordinal) || file.StartsWith("samples/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_references_only_what_the_map_allows(string project)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        Assert.True(Allowed.TryGetValue(name, out string[]? allowed), $"{name} is not on the map: docs/adr first.");

        string[] used = [.. XDocument.Load(Repository.PathOf(project)).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(((string?)reference.Attribute("Include") ?? "").Replace('\\', '/')))];

        Offenders.None(used.Select(other => other == "MarketLoop" ? other : other.Replace("MarketLoop.", "", StringComparison.Ordinal)).Except(allowed));
    }

    [Fact]
    public void Undeclared_references_fail_to_compile() =>
        Assert.Contains("<DisableTransitiveProjectReferences>true</DisableTransitiveProjectReferences>", File.ReadAllText(Repository.PathOf("Directory.Build.props")), StringComparison.Ordinal);

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = File.ReadAllText(Repository.PathOf("MarketLoop.slnx"));

        Offenders.None(Repository.ProjectFiles().Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal)));
    }
}
