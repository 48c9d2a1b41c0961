using System.Diagnostics;

namespace MarketLoop.Architecture.Tests;

/// <summary>The clone under test, seen as files.</summary>
internal static class Repository
{
    /// <summary>Root folder of the clone.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Absolute path of a file given from the root.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>C# files written by people, relative to the root.</summary>
    public static IEnumerable<string> SourceFiles() =>
        new[] { "src", "samples", "tests", "bench" }
            .Select(PathOf)
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Root, file))
            .Where(file => !file.Contains("/artifacts/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    /// <summary>Project files, relative to the root.</summary>
    public static IEnumerable<string> ProjectFiles() =>
        new[] { "src", "samples", "tests", "bench" }
            .Select(PathOf)
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Root, file))
            .Order(StringComparer.Ordinal);

    /// <summary>Files that git tracks, relative to the root.</summary>
    public static IReadOnlyList<string> TrackedFiles()
    {
        ProcessStartInfo start = new("git", ["ls-files", "-z"]) { WorkingDirectory = Root, RedirectStandardOutput = true, UseShellExecute = false };
        using Process git = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        string[] files = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. files.Where(file => File.Exists(PathOf(file)))];
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "MarketLoop.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("No MarketLoop.slnx above the tests.");
    }
}
