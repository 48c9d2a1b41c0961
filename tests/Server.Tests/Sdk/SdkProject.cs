using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests.Sdk;

/// <summary>The npm project <c>tests/Sdk</c>, whose packages <c>marketloop test</c> installs.</summary>
internal static class SdkProject
{
    /// <summary>Its folder. Without node or the packages the test is skipped, but with CI=true it fails.</summary>
    public static string Folder
    {
        get
        {
            string folder = Path.Combine(Root(), "tests", "Sdk");
            bool isThere = Directory.Exists(Path.Combine(folder, "node_modules", "@segment", "analytics-node")) && FindProgram("node") is not null;
            Require(isThere, "tests/Sdk needs node and its packages: ./marketloop test installs them, or run npm ci in tests/Sdk.");
            return folder;
        }
    }

    /// <summary>Debian's browser, or the one that MARKETLOOP_TEST_CHROMIUM names.</summary>
    public static string Browser
    {
        get
        {
            string? found = Environment.GetEnvironmentVariable("MARKETLOOP_TEST_CHROMIUM") ?? FindProgram("chromium") ?? FindProgram("chromium-browser") ?? FindProgram("google-chrome");
            Require(found is not null, "no Chromium on this machine: ./marketloop test installs it.");
            return found!; // Require ends the test otherwise
        }
    }

    /// <summary>Runs <c>drive.mjs</c> to its end.</summary>
    public static async Task<DriveReport> DriveAsync(object wish)
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        ProcessStartInfo start = new("node", ["drive.mjs", JsonSerializer.Serialize(wish, JsonSerializerOptions.Web)])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancelled);
            Task<string> errors = process.StandardError.ReadToEndAsync(cancelled);
            await process.WaitForExitAsync(cancelled);
            Assert.True(process.ExitCode == 0, await errors);
            string last = (await output).Trim().Split('\n')[^1];
            return JsonSerializer.Deserialize<DriveReport>(last, JsonSerializerOptions.Web) ?? throw new InvalidOperationException("drive.mjs said nothing");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static void Require(bool isThere, string reason)
    {
        if (!isThere && string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
        {
            Assert.Fail(reason);
        }

        Assert.SkipUnless(isThere, reason);
    }

    private static string? FindProgram(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    private static string Root()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "MarketLoop.slnx")))
        {
            root = root.Parent;
        }

        return root?.FullName ?? throw new InvalidOperationException("these tests run from a build inside the repository");
    }
}

/// <summary>What an SDK took over from its caller, and what it reported as failed.</summary>
internal sealed record DriveReport(IReadOnlyList<string> Accepted, IReadOnlyList<string> Failed);
