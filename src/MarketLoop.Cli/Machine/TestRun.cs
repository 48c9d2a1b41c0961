using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using MarketLoop.Cli.Terminal;

namespace MarketLoop.Cli.Machine;

/// <summary>The steps of <c>marketloop test</c>: packages, lock files, build, tests, the kernels again on lesser processors, format.</summary>
internal sealed partial class TestRun(string root, Action<string> write)
{
    private static readonly string[] LesserProcessors = ["DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic"];

    private readonly Dictionary<string, string?> environment = new(StringComparer.Ordinal)
    {
        ["MSBUILDDISABLENODEREUSE"] = "1", // a build node that outlives us would hold our pipes open
        ["DOTNET_CLI_UI_LANGUAGE"] = "en", // the summary is read by machines
        ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = null,
        ["MARKETLOOP_ROOT"] = null,
    };

    /// <summary>Runs the steps; a step that fails counts as one failed test, and the later ones still run where they can.</summary>
    public async Task<TestTally> RunAsync(bool isDeep, string? only, CancellationToken cancellationToken)
    {
        await new TestPackages(write).InstallAsync(cancellationToken);
        if (Requirement.Icu.Find() is null)
        {
            environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        }

        TestTally tally = new(0, 0, 0);
        if (only is null)
        {
            tally += await CheckAsync("lock files", ["restore", "MarketLoop.slnx", "--locked-mode", "-v", "q"], cancellationToken);
        }

        TestTally built = await CheckAsync("build without warnings", ["build", "MarketLoop.slnx", "-c", "Release", "--nologo", "-v", "q", .. only is null ? (string[])["--no-restore"] : []], cancellationToken);
        tally += built;
        if (built.Failed > 0)
        {
            return tally;
        }

        await InstallSdksAsync(cancellationToken);
        tally += await TestAsync("tests", isDeep, only, cancellationToken);
        if (only is null)
        {
            foreach (string feature in LesserProcessors)
            {
                tally += await TestKernelsAsync(feature, cancellationToken);
            }

            tally += await CheckAsync("format", ["format", "MarketLoop.slnx", "--verify-no-changes", "--no-restore"], cancellationToken);
        }

        return tally;
    }

    // Exactly the versions of the lock file, and only when it changed since they were installed. Without them those tests say why they are skipped.
    private async Task InstallSdksAsync(CancellationToken cancellationToken)
    {
        string folder = Path.Combine(root, "tests", "Sdk");
        FileInfo installed = new(Path.Combine(folder, "node_modules", ".package-lock.json"));
        if (Requirement.Npm.Find() is null || (installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json"))))
        {
            return;
        }

        write("-- npm ci in tests/Sdk");
        int code = await new ChildProcess("npm", ["ci", "--ignore-scripts", "--no-progress"]) { Folder = folder }.RunAsync(write, cancellationToken);
        write($"-- npm ci: {(code == 0 ? "ok" : $"ended with {code}; tests with other people's SDKs are skipped")}");
    }

    private Task<TestTally> TestAsync(string name, bool isDeep, string? only, CancellationToken cancellationToken) =>
        CountAsync(
            name,
            [
                "test", "--solution", "MarketLoop.slnx", "-c", "Release", "--no-build", "--max-parallel-test-modules", "2", "--ignore-exit-code", "8",
                .. isDeep ? (string[])[] : ["--filter-not-trait", "Kind=Slow"],
                .. only is null ? (string[])[] : ["--filter-class", only],
            ],
            environment,
            cancellationToken);

    private Task<TestTally> TestKernelsAsync(string feature, CancellationToken cancellationToken) =>
        CountAsync(
            $"kernels with {feature}=0",
            ["test", "--project", "tests/Learning.Tests", "-c", "Release", "--no-build", "--ignore-exit-code", "8", "--filter-class", "*Kernel*"],
            new Dictionary<string, string?>(environment, StringComparer.Ordinal) { [feature] = "0" },
            cancellationToken);

    private async Task<TestTally> CheckAsync(string name, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        (int code, TimeSpan took) = await RunStepAsync(name, arguments, environment, write, cancellationToken);
        write($"-- {name}: {(code == 0 ? "ok" : $"FAILED (exit code {code})")}, {took.TotalSeconds:0} s");
        return code == 0 ? new TestTally(1, 0, 0) : new TestTally(0, 1, 0);
    }

    private async Task<TestTally> CountAsync(string name, IReadOnlyList<string> arguments, Dictionary<string, string?> variables, CancellationToken cancellationToken)
    {
        int passed = 0, failed = 0, skipped = 0;
        void Read(string line)
        {
            write(line);
            Match match = SummaryLine().Match(line);
            if (match.Success)
            {
                int count = int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture);
                _ = match.Groups["what"].ValueSpan switch { "succeeded" => passed = count, "failed" => failed = count, _ => skipped = count };
            }
        }

        (int code, TimeSpan took) = await RunStepAsync(name, arguments, variables, Read, cancellationToken);
        if (code != 0 && failed == 0)
        {
            failed = 1; // a test program that crashed or could not start
        }

        write($"-- {name}: {new TestTally(passed, failed, skipped)}, {took.TotalSeconds:0} s");
        return new TestTally(passed, failed, skipped);
    }

    private async Task<(int Code, TimeSpan Took)> RunStepAsync(
        string name, IReadOnlyList<string> arguments, Dictionary<string, string?> variables, Action<string> onLine, CancellationToken cancellationToken)
    {
        write($"-- {name}");
        long start = Stopwatch.GetTimestamp();
        int code = await new ChildProcess(Clone.Dotnet, arguments) { Folder = root, Environment = variables }.RunAsync(onLine, cancellationToken);
        return (code, Stopwatch.GetElapsedTime(start));
    }

    [GeneratedRegex(@"^  (?<what>succeeded|failed|skipped): (?<count>\d+)\s*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SummaryLine();
}
