using System.Diagnostics;

namespace MarketLoop.Server.Tests.Demo;

/// <summary>Runs one of the repository's programs, built beside these tests, as a process of its own.</summary>
internal static class BuiltProgram
{
    /// <summary>Runs it to its end and returns what it said.</summary>
    public static async Task<ProgramAnswer> RunAsync(string project, string name, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using Process process = Start(project, name, arguments);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new ProgramAnswer(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Starts it with both outputs redirected.</summary>
    public static Process Start(string project, string name, IEnumerable<string> arguments)
    {
        string file = PathOf(project, name);
        ProcessStartInfo start = new("dotnet", [file, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        return Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start");
    }

    // Programs lie in artifacts/bin/PROJECT/CONFIGURATION of the repository, in the configuration of these tests.
    private static string PathOf(string project, string name)
    {
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        DirectoryInfo? root = own;
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "MarketLoop.slnx")))
        {
            root = root.Parent;
        }

        string file = Path.Combine(root?.FullName ?? "", "artifacts", "bin", project, own.Name, name + ".dll");
        return File.Exists(file) ? file : throw new FileNotFoundException($"build the solution first: {file} is not there");
    }
}

/// <summary>What a program said.</summary>
internal sealed record ProgramAnswer(int ExitCode, string Output, string Errors);
