using System.Runtime.InteropServices;

namespace MarketLoop.Cli.Machine;

/// <summary>What the machine has to bring, and the Debian package that brings it.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Why">What does not work without it.</param>
/// <param name="Package">Package name; null when there is none.</param>
/// <param name="Find">Where it was found; null when it is missing.</param>
internal sealed record Requirement(string Name, string Why, string? Package, Func<string?> Find)
{
    private static readonly string[] BrowserNames = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    private static readonly string[] FontFolders = ["/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts"];
    private static readonly string[] FontMarks = ["CJK", "WenQuanYi", "wqy", "PingFang", "Songti", "STHeiti", "DroidSansFallback", "SourceHanSans"];

    /// <summary>Language data: sorting, Chinese, time zones' names.</summary>
    public static Requirement Icu { get; } = new("libicu", "language data; without it Chinese pages cannot be formatted", "libicu72", FindIcu);

    /// <summary>OpenMP's run time.</summary>
    public static Requirement Gomp { get; } = new("libgomp1", "parallel native learners", "libgomp1", () => FindLibrary("libgomp.so.1"));

    /// <summary>A browser for the dashboard's tests.</summary>
    public static Requirement Browser { get; } = new("chromium", "browser tests of the dashboard", "chromium", FindBrowser);

    /// <summary>Glyphs for the Chinese dashboard in that browser.</summary>
    public static Requirement Fonts { get; } = new("fonts-noto-cjk", "Chinese letters in screenshots of the dashboard", "fonts-noto-cjk", FindFonts);

    /// <summary>Runs the tracking SDKs of others against us.</summary>
    public static Requirement Node { get; } = new("nodejs", "tests with the tracking SDKs of others", "nodejs", () => FindProgram("node"));

    /// <summary>Fetches these SDKs.</summary>
    public static Requirement Npm { get; } = new("npm", "fetching the tracking SDKs of others", "npm", () => FindProgram("npm"));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Requirement> All { get; } = [Icu, Gomp, Browser, Fonts, Node, Npm];

    private static string? FindBrowser() => FindProgram(BrowserNames);

    private static string? FindProgram(params string[] names) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(_ => names, Path.Combine)
            .FirstOrDefault(File.Exists);

    private static string? FindLibrary(string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "not needed here";
        }

        if (!NativeLibrary.TryLoad(name, out nint handle))
        {
            return null;
        }

        NativeLibrary.Free(handle);
        return name;
    }

    private static string? FindIcu()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "part of the system";
        }

        return Enumerable.Range(50, 50).Reverse().Select(version => FindLibrary($"libicuuc.so.{version}")).FirstOrDefault(found => found is not null);
    }

    private static string? FindFonts()
    {
        EnumerationOptions deep = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };
        return FontFolders.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", deep))
            .FirstOrDefault(file => FontMarks.Any(mark => Path.GetFileName(file).Contains(mark, StringComparison.OrdinalIgnoreCase)));
    }
}
