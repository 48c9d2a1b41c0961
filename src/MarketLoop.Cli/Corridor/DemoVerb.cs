using System.CommandLine;
using System.Globalization;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data;
using MarketLoop.Data.Shop;
using MarketLoop.Decision.Experiments;
using MarketLoop.Domain;
using MarketLoop.Server;

namespace MarketLoop.Cli.Corridor;

/// <summary>A simulated shop, the whole loop and the dashboard, in one go.</summary>
internal static class DemoVerb
{
    private static readonly DateTimeOffset FirstDay = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    public static Command Create()
    {
        DemoOptions options = new();
        Verb verb = new("demo", "A simulated shop with the whole loop, the dashboard and pages to shop on, in one go; days turn in seconds.")
        {
            Examples = ["marketloop demo", "marketloop demo --days 14 --headless --report demo.json", "marketloop demo --no-effect --headless --seed 7"],
        };
        foreach (Option option in options.All)
        {
            verb.Options.Add(option);
        }

        return verb.Does((parsed, screen, cancellationToken) => RunAsync(options, parsed, screen, cancellationToken));
    }

    private static async Task<int> RunAsync(DemoOptions options, ParseResult parsed, Screen screen, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(options.Data) is { } kept)
        {
            return Directory.Exists(kept) && Directory.EnumerateFileSystemEntries(kept).Any()
                ? throw new UsageException($"--data: {kept} is not empty; the demo begins a shop of its own.")
                : await RunAsync(kept, options, parsed, screen, cancellationToken);
        }

        string folder = Directory.CreateTempSubdirectory("marketloop-demo-").FullName;
        try
        {
            return await RunAsync(folder, options, parsed, screen, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(string folder, DemoOptions options, ParseResult parsed, Screen screen, CancellationToken cancellationToken)
    {
        string report = parsed.GetValue(options.Report) ?? Path.Combine(folder, "demo-report.json");
        ServeOptions serve = new() { Folder = folder, Port = parsed.GetValue(options.Port), ManualClockStart = FirstDay, Defaults = DefaultsOf(parsed.GetValue(options.Seed)) };
        await using ServerHost host = await ServerHost.StartAsync(serve, cancellationToken);
        screen.Note($"Dashboard: {host.Address.GetLeftPart(UriPartial.Authority)} (user admin, password {host.FirstPassword}), data folder {folder}");

        DemoSimulation simulation = new(host, options, parsed, report);
        Task<int> running = simulation.RunAsync(screen.IsJson ? screen.Note : screen.Line, cancellationToken);
        await Task.WhenAny(running, simulation.Opened);
        int code = running.IsCompleted ? await running : 0;
        IShopStore store = host.Services.GetRequiredService<IShopStore>();
        TurnReport? last = await store.ListTurnsAsync(1, cancellationToken) is [TurnReport turn, ..] ? turn : null;
        if (screen.IsJson && File.Exists(report))
        {
            screen.Line(await File.ReadAllTextAsync(report, cancellationToken));
        }

        foreach (string line in last is null ? [] : TurnText.Write(last))
        {
            (screen.IsJson ? (Action<string>)screen.Note : screen.Line)(line);
        }

        if (simulation.Opened.IsCompletedSuccessfully)
        {
            screen.Note($"The shop, to click through as a customer: {await simulation.Opened}");
            screen.Note($"The dashboard stays open at {host.Address.GetLeftPart(UriPartial.Authority)} (user admin, password {host.FirstPassword}); Ctrl-C ends both.");
            TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
            await using CancellationTokenRegistration stop = cancellationToken.Register(ended.SetResult);
            await ended.Task;
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return code == 0 ? ExitCode.Ok : ExitCode.Failure;
    }

    // The demo measures at once, so its control group is large; a real shop keeps 10 %.
    private static Dictionary<string, string?> DefaultsOf(int seed) => new(StringComparer.Ordinal)
    {
        [$"{ExperimentOptions.Section}:{nameof(ExperimentOptions.ControlShare)}"] = "0.3",
        [$"{DataOptions.SectionName}:{nameof(DataOptions.Seed)}"] = Text(seed),
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What the demo can be told.</summary>
internal sealed class DemoOptions
{
    public Option<int> Days { get; } = new("--days") { Description = "Simulated days after the shop's history.", HelpName = "N", DefaultValueFactory = _ => 14 };

    public Option<int> Seed { get; } = new("--seed") { Description = "All randomness follows from it.", HelpName = "S", DefaultValueFactory = _ => 1 };

    public Option<int> Customers { get; } = new("--customers") { Description = "Simulated customers.", HelpName = "N", DefaultValueFactory = _ => 5000 };

    public Option<int> Port { get; } = SharedOptions.Port(0);

    public Option<bool> Headless { get; } = new("--headless") { Description = "End with the report instead of leaving the dashboard and the shop open." };

    public Option<bool> NoEffect { get; } = new("--no-effect") { Description = "Negative control: customers ignore every slot and mail." };

    public Option<bool> ShuffledTastes { get; } = new("--shuffled-tastes") { Description = "Negative control: tastes wander among customers every day." };

    public Option<string?> Data { get; } = new("--data") { Description = "Folder for the shop, kept afterwards. Default: one of its own, removed at the end.", HelpName = "DIR" };

    public Option<string?> Report { get; } = new("--report") { Description = "Write the report as JSON.", HelpName = "FILE" };

    public IReadOnlyList<Option> All => [Days, Seed, Customers, Port, Headless, NoEffect, ShuffledTastes, Data, Report];
}
