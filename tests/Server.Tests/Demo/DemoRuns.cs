using System.Globalization;
using MarketLoop.Server.Tests.Processes;

namespace MarketLoop.Server.Tests.Demo;

/// <summary>Runs of <c>marketloop demo</c> as a stranger would start them, each once for all tests that look at it.</summary>
public sealed class DemoRuns : IDisposable
{
    private readonly Dictionary<string, DemoReport> known = new(StringComparer.Ordinal);
    private readonly List<DemoReport> all = [];

    /// <summary>The report of one run; run at the first asking.</summary>
    internal async Task<DemoReport> GetAsync(DemoSize size, int seed, string? control)
    {
        string name = $"{size} {seed} {control}";
        if (!known.TryGetValue(name, out DemoReport? report))
        {
            known.Add(name, report = await RunAnewAsync(size, seed, control));
        }

        return report;
    }

    /// <summary>Runs again, whatever was run before.</summary>
    internal async Task<DemoReport> RunAnewAsync(DemoSize size, int seed, string? control)
    {
        DemoReport report = new();
        all.Add(report);
        string[] arguments =
        [
            "demo", "--headless", "--days", Text(size.Days), "--customers", Text(size.Customers), "--seed", Text(seed), "--report", report.Path,
            .. control is null ? (string[])[] : [control],
        ];
        ProgramAnswer answer = await MarketLoopProgram.RunAsync(arguments);
        Xunit.Assert.True(answer.ExitCode == 0, answer.Errors);
        report.Text = answer.Output;
        return report;
    }

    /// <inheritdoc />
    public void Dispose() => all.ForEach(report => report.Dispose());

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How long and how large.</summary>
internal sealed record DemoSize(int Days, int Customers)
{
    /// <summary>Enough for a training and mails.</summary>
    public static DemoSize Tiny { get; } = new(2, 300);

    /// <summary>Every fault once.</summary>
    public static DemoSize Small { get; } = new(3, 900);

    /// <summary>For many seeds.</summary>
    public static DemoSize Middle { get; } = new(7, 1_000);

    /// <summary>What <c>marketloop demo</c> does when nothing is said.</summary>
    public static DemoSize Full { get; } = new(14, 5_000);
}
