using System.Diagnostics;

namespace MarketLoop.Cli.Terminal;

/// <summary>Runs another program, hands its lines on as they come, and ends it when we are ended.</summary>
internal sealed class ChildProcess(string file, IReadOnlyList<string> arguments)
{
    /// <summary>Folder it runs in; null means ours.</summary>
    public string? Folder { get; init; }

    /// <summary>Environment on top of ours; null as a value removes the variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Runs to the end.</summary>
    /// <param name="onLine">Gets each line of stdout and stderr, one at a time.</param>
    /// <param name="cancellationToken">Kills the program and what it started.</param>
    /// <returns>Its exit code; 127 when there is no such program.</returns>
    public async Task<int> RunAsync(Action<string> onLine, CancellationToken cancellationToken)
    {
        using Process process = new() { StartInfo = Describe() };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            onLine($"{file}: no such program");
            return 127;
        }

        try
        {
            Lock gate = new();
            process.StandardInput.Close();
            await Task.WhenAll(PumpAsync(process.StandardOutput, gate, onLine, cancellationToken), PumpAsync(process.StandardError, gate, onLine, cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Runs to the end and returns what it wrote; null when it failed or does not exist.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        List<string> lines = [];
        int code = await RunAsync(lines.Add, cancellationToken);
        return code == 0 ? string.Join('\n', lines) : null;
    }

    private ProcessStartInfo Describe()
    {
        ProcessStartInfo info = new(file, arguments)
        {
            WorkingDirectory = Folder ?? "",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach ((string name, string? value) in Environment)
        {
            info.Environment[name] = value;
        }

        return info;
    }

    private static async Task PumpAsync(StreamReader reader, Lock gate, Action<string> onLine, CancellationToken cancellationToken)
    {
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            lock (gate)
            {
                onLine(line);
            }
        }
    }
}
