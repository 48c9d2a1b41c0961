using System.Diagnostics;
using System.Text.Json;

namespace MarketLoop.Benchmarks;

/// <summary>A peer written in Python (Debian's python3-sklearn with libopenblas0-pthread), run as a process of its own in the same run as ours.</summary>
internal static class PythonPeer
{
    private const string Interpreter = "/usr/bin/python3"; // Debian's: a newer one on the PATH has no packages
    private const string BlasQuestion = """
        import os, json
        import numpy
        numpy.ones((2, 2)) @ numpy.ones((2, 2))
        maps = open('/proc/self/maps').read().split()
        print(json.dumps({'blas': sorted({os.path.basename(os.path.realpath(word)) for word in maps if 'blas' in word or 'lapack' in word})}))
        """;

    /// <summary>Runs a script that prints one JSON object on its last line; null when Python or a module it needs is not installed.</summary>
    /// <param name="script">The script's text.</param>
    /// <param name="arguments">What <c>sys.argv[1:]</c> holds.</param>
    /// <exception cref="InvalidOperationException">The script failed for another reason; its error output is told.</exception>
    public static async Task<JsonElement?> RunAsync(string script, params string[] arguments)
    {
        if (!File.Exists(Interpreter))
        {
            return null;
        }

        ProcessStartInfo info = new(Interpreter) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in (string[])["-c", script, .. arguments])
        {
            info.ArgumentList.Add(argument);
        }

        using Process python = Process.Start(info) ?? throw new InvalidOperationException($"{Interpreter} could not be started.");
        Task<string> errors = python.StandardError.ReadToEndAsync();
        string output = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        string trouble = await errors;
        if (python.ExitCode != 0)
        {
            return trouble.Contains("ModuleNotFoundError", StringComparison.Ordinal) ? null : throw new InvalidOperationException($"The peer failed: {trouble}");
        }

        using JsonDocument answer = JsonDocument.Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        return answer.RootElement.Clone();
    }

    /// <summary>The file names of the BLAS that numpy really loads: without OpenBLAS it runs slow reference code and the ratio says nothing.</summary>
    public static async Task<string> BlasAsync() =>
        await RunAsync(BlasQuestion) is { } answer ? string.Join(", ", answer.GetProperty("blas").EnumerateArray().Select(name => name.GetString())) : "numpy is not installed";
}
