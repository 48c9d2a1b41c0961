using System.Text.RegularExpressions;

namespace MarketLoop.Architecture.Tests;

/// <summary>When a cap hurts, a type is missing.</summary>
public sealed partial class SizeTests
{
    private const int MaximumFileLines = 400;
    private const int MaximumMethodLines = 60;
    private const int MaximumKernelLines = 90;

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        Offenders.None(Repository.SourceFiles()
            .Select(file => (file, Lines: File.ReadLines(Repository.PathOf(file)).Count()))
            .Where(found => found.Lines > MaximumFileLines)
            .Select(found => $"{found.file}: {found.Lines} lines"));

    [Fact]
    public void No_method_is_longer_than_60_lines_and_no_kernel_than_90() =>
        Offenders.None(Repository.SourceFiles().SelectMany(TooLongBlocks));

    [Theory]
    [InlineData(60, 0)]
    [InlineData(61, 1)]
    public void The_measure_counts_the_lines_between_a_methods_braces(int lines, int found)
    {
        string[] text = ["sealed class A", "{", "    void M(", "        int a)", "    {", .. Enumerable.Repeat("        x();", lines), "    }", "}"];

        Assert.Equal(found, TooLongBlocks(text, MaximumMethodLines).Count());
    }

    private static IEnumerable<string> TooLongBlocks(string file)
    {
        int cap = file.EndsWith("Kernels.cs", StringComparison.Ordinal) ? MaximumKernelLines : MaximumMethodLines;
        return TooLongBlocks(File.ReadAllLines(Repository.PathOf(file)), cap).Select(found => $"{file}({found})");
    }

    // The formatter keeps every brace of a block on a line of its own and indented like its partner, so no parser is needed.
    private static IEnumerable<string> TooLongBlocks(string[] lines, int cap)
    {
        for (int open = 1; open < lines.Length; open++)
        {
            string indent = lines[open][..^lines[open].TrimStart().Length];
            if (lines[open].Trim() == "{" && IsMember(lines, open))
            {
                int close = Array.FindIndex(lines, open + 1, line => line.StartsWith(indent + "}", StringComparison.Ordinal));
                if (close - open - 1 > cap)
                {
                    yield return $"{open + 1}: {close - open - 1} lines";
                }
            }
        }
    }

    private static bool IsMember(string[] lines, int open)
    {
        int first = open;
        while (first > 0 && lines[first - 1].Trim() is { Length: > 0 } before && before[^1] is not (';' or '{' or '}') && !before.StartsWith("//", StringComparison.Ordinal) && !before.StartsWith('['))
        {
            first--;
        }

        return !TypeHeader().IsMatch(string.Join(' ', lines[first..open]));
    }

    [GeneratedRegex(@"\b(class|record|struct|interface|enum|namespace)\s|\bswitch$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeHeader();
}
