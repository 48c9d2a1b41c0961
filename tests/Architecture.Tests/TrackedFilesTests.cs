using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MarketLoop.Architecture.Tests;

/// <summary>What stands in the repository besides code.</summary>
public sealed partial class TrackedFilesTests
{
    private const int LargestFileBytes = 2 * 1024 * 1024;
    private static readonly string[] BinaryEndings = [".png", ".jpg", ".gif", ".ico", ".woff2", ".gz", ".zip"];

    [Fact]
    public void No_tracked_file_names_a_path_of_somebodys_machine() =>
        Offenders.None(Repository.TrackedFiles()
            .Where(file => !BinaryEndings.Contains(Path.GetExtension(file)))
            .SelectMany(file => File.ReadLines(Repository.PathOf(file))
                .Select((line, index) => (Line: line, Number: index + 1))
                .Where(found => MachinePath().IsMatch(found.Line))
                .Select(found => $"{file}({found.Number}): {found.Line.Trim()}")));

    [Fact]
    public void No_tracked_file_is_larger_than_two_megabytes() =>
        Offenders.None(Repository.TrackedFiles().Where(file => new FileInfo(Repository.PathOf(file)).Length > LargestFileBytes));

    [Fact]
    public void Every_package_has_a_line_in_the_list_of_dependencies()
    {
        string[] listed = [.. File.ReadLines(Repository.PathOf("docs/dependencies.md"))
            .Where(line => line.StartsWith('|'))
            .SelectMany(line => line.Split('|')[1].Split([',', '(', ')', ' '], StringSplitOptions.RemoveEmptyEntries))];
        IEnumerable<string> used = Repository.ProjectFiles()
            .Concat(["Directory.Build.props", "tests/Directory.Build.props"])
            .SelectMany(file => XDocument.Load(Repository.PathOf(file)).Descendants("PackageReference"))
            .Select(reference => (string?)reference.Attribute("Include") ?? "")
            .Distinct();

        Offenders.None(used.Where(package => !listed.Any(line => line == package || (line.EndsWith('*') && package.StartsWith(line[..^1], StringComparison.Ordinal)))));
    }

    [Fact]
    public void Both_readmes_have_the_same_headings_and_code_blocks()
    {
        string[] english = Outline("README.md"), chinese = Outline("README.zh-CN.md");

        Assert.NotEmpty(english);
        Assert.Equal(english, chinese);
    }

    [Fact]
    public void Links_between_documents_lead_somewhere() =>
        Offenders.None(Repository.TrackedFiles()
            .Where(file => file.EndsWith(".md", StringComparison.Ordinal))
            .SelectMany(file => LocalLink().Matches(File.ReadAllText(Repository.PathOf(file)))
                .Select(match => match.Groups["target"].Value.Split('#')[0])
                .Where(target => target.Length > 0 && !Path.Exists(Path.Combine(Path.GetDirectoryName(Repository.PathOf(file)) ?? "", target)))
                .Select(target => $"{file} -> {target}")));

    // Headings are translated, so their levels are compared, and the code blocks, which are not translated, word for word.
    private static string[] Outline(string file)
    {
        List<string> outline = [];
        bool isCode = false;
        foreach (string line in File.ReadLines(Repository.PathOf(file)))
        {
            bool isFence = line.StartsWith("```", StringComparison.Ordinal);
            isCode ^= isFence;
            if (!isFence && !isCode && line.StartsWith('#'))
            {
                outline.Add(line.Split(' ')[0]);
            }
            else if (isCode && line.StartsWith("./marketloop", StringComparison.Ordinal))
            {
                outline.Add(line.Split('#')[0].Trim());
            }
        }

        return [.. outline];
    }

    [GeneratedRegex(@"(?<![\w.}/)*-])/(home|Users|root|work)/[a-z]|[A-Z]:\\Users\\", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\]\((?!https?:|mailto:|#)(?<target>[^)\s]+)\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LocalLink();
}
