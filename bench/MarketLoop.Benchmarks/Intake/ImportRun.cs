using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace MarketLoop.Benchmarks.Intake;

/// <summary>The built program, importing a file of <see cref="ShopEvents"/> into a shop.</summary>
internal static class ImportRun
{
    /// <summary>Imports and measures the process from outside.</summary>
    public static async Task<(double Seconds, double PeakMegabytes, long Stored)> StartAsync(string program, string csv, string shop)
    {
        string[] command = ["-f", "%M", program, "import", "csv", csv, "--columns", ShopEvents.Mapping, "--data", shop, "--json"];
        ProcessStartInfo info = new("/usr/bin/time", command) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        long start = Stopwatch.GetTimestamp();
        using Process import = Process.Start(info) ?? throw new InvalidOperationException("The import did not start.");
        Task<string> output = import.StandardOutput.ReadToEndAsync();
        string errors = await import.StandardError.ReadToEndAsync();
        await import.WaitForExitAsync();
        if (import.ExitCode != 0)
        {
            throw new InvalidOperationException($"The import failed: {errors}");
        }

        TimeSpan took = Stopwatch.GetElapsedTime(start);
        using JsonDocument report = JsonDocument.Parse(await output);
        string peak = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        return (took.TotalSeconds, double.Parse(peak, CultureInfo.InvariantCulture) / 1024, report.RootElement.GetProperty("eventsStored").GetInt64());
    }
}
