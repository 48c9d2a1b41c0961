using System.Text.RegularExpressions;

namespace MarketLoop.Architecture.Tests;

/// <summary>Names that say nothing, and names that the rooms' namespaces would hide.</summary>
public sealed partial class NamingTests
{
    [Fact]
    public void No_type_has_a_name_that_says_nothing() =>
        Offenders.None(DeclaredTypes().Where(type => EmptyName().IsMatch(type.Name)).Select(type => $"{type.File}: {type.Name}"));

    [Fact]
    public void No_type_bears_a_rooms_name() =>
        Offenders.None(DeclaredTypes().Where(type => type.Name is "Data" or "Analysis" or "Decision" or "Execution" or "Feedback").Select(type => $"{type.File}: {type.Name}"));

    [Fact]
    public void No_file_uses_regions() =>
        Offenders.None(Repository.SourceFiles().Where(file => File.ReadLines(Repository.PathOf(file)).Any(line => line.TrimStart().StartsWith("#region", StringComparison.Ordinal))));

    private static IEnumerable<(string File, string Name)> DeclaredTypes() =>
        Repository.SourceFiles().SelectMany(file => DeclaredTypes(file).Select(name => (file, name)));

    private static IEnumerable<string> DeclaredTypes(string file) =>
        TypeDeclaration().Matches(File.ReadAllText(Repository.PathOf(file))).Select(match => match.Groups["name"].Value);

    [GeneratedRegex(@"(Manager|Helpers?|Utils?|Utilities|Utility|Common|Base|Impl)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"^\s*(public |internal |private |protected |file |sealed |static |abstract |partial |readonly |ref |unsafe )*(class|record struct|record class|record|struct|interface|enum) (?<name>\w+)", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex TypeDeclaration();
}
