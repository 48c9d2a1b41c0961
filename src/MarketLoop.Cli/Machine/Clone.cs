using MarketLoop.Domain;

namespace MarketLoop.Cli.Machine;

/// <summary>The clone that this program was built in.</summary>
internal static class Clone
{
    /// <summary>Its root folder; null when the program was copied elsewhere.</summary>
    public static string? FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "MarketLoop.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder;
    }

    /// <summary>Its root folder.</summary>
    /// <exception cref="MarketLoopException">There is none.</exception>
    public static string Root => FindRoot() ?? throw new MarketLoopException("This verb needs the clone with its sources; none was found above the program.");

    /// <summary>The SDK's program: the one that the launcher chose, else the one on the path.</summary>
    public static string Dotnet
    {
        get
        {
            string? root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
            string candidate = Path.Combine(root ?? "", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
            return root is not null && File.Exists(candidate) ? candidate : "dotnet";
        }
    }
}
