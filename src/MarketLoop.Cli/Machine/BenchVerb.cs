using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MarketLoop.Cli.Terminal;

namespace MarketLoop.Cli.Machine;

/// <summary>Speed on this machine beside the peer, in one run, as ratios.</summary>
internal static class BenchVerb
{
    private const string Project = "bench/MarketLoop.Benchmarks";

    private static readonly string[] Names = ["als", "boosting", "features", "forest", "funnel", "hierarchical", "index", "intake", "kmeans", "logistic", "neighbours", "retention", "serving"];

    public static Command Create()
    {
        Argument<string> name = new("NAME") { Description = $"What is measured: {string.Join(", ", Names)}.", HelpName = "NAME" };
        name.AcceptOnlyFromAmong(Names);
        Option<long> events = new("--events") { Description = "Events of a part.", HelpName = "N", DefaultValueFactory = _ => 10_000_000 };
        Option<int> seconds = new("--seconds") { Description = "How long a steady load lasts.", HelpName = "N", DefaultValueFactory = _ => 60 };
        Option<long> customers = new("--customers") { Description = "Customers of the serving bench.", HelpName = "N", DefaultValueFactory = _ => 100_000 };
        Option<string> parts = new("--parts") { Description = "Which parts, by comma; all by default. features: scan, growth, book; index: als, curve, sizes; intake: small, http, bulk, growth, steady; neighbours: items, users.", HelpName = "LIST", DefaultValueFactory = _ => "" };
        Verb verb = new("bench", "Measures speed on this machine beside its peer in the same run, and prints ratios. Read ratios, not absolutes.")
        {
            Examples = ["marketloop bench intake --json", "marketloop bench intake --events 1000000 --parts bulk,http"],
        };
        verb.Arguments.Add(name);
        verb.Options.Add(events);
        verb.Options.Add(seconds);
        verb.Options.Add(parts);
        verb.Options.Add(customers);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            string root = Clone.Root;
            screen.Note("Building the benchmarks.");
            ChildProcess build = new(Clone.Dotnet, ["build", Project, "-c", "Release", "--nologo", "-v", "q"]) { Folder = root };
            if (await build.RunAsync(screen.Note, cancellationToken) != 0)
            {
                screen.Error("the benchmarks could not be built.");
                return ExitCode.Failure;
            }

            string program = Path.Combine(root, "artifacts", "bin", "MarketLoop.Benchmarks", "release", "marketloop-benchmarks");
            string report = Path.Combine(Path.GetTempPath(), $"marketloop-bench-{Guid.NewGuid():N}.json");
            string[] arguments =
            [
                parsed.GetRequiredValue(name), "--marketloop", Environment.ProcessPath ?? "", "--events", Text(parsed.GetValue(events)), "--seconds", Text(parsed.GetValue(seconds)),
                "--parts", parsed.GetRequiredValue(parts), "--customers", Text(parsed.GetValue(customers)), "--report", report,
            ];
            try
            {
                return await new ChildProcess(program, arguments) { Folder = root }.RunAsync(screen.Note, cancellationToken) == 0
                    ? await ShowAsync(report, screen, cancellationToken)
                    : ExitCode.Failure;
            }
            finally
            {
                File.Delete(report);
            }
        });
    }

    private static async Task<int> ShowAsync(string report, Screen screen, CancellationToken cancellationToken)
    {
        string text = await File.ReadAllTextAsync(report, cancellationToken);
        if (screen.IsJson)
        {
            screen.Line(text);
            return ExitCode.Ok;
        }

        using JsonDocument figures = JsonDocument.Parse(text);
        Write(figures.RootElement, "", screen);
        return ExitCode.Ok;
    }

    private static void Write(JsonElement value, string path, Screen screen)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    Write(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", screen);
                }

                break;
            case JsonValueKind.Array:
                foreach ((int place, JsonElement item) in value.EnumerateArray().Index())
                {
                    Write(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{place}]"), screen);
                }

                break;
            case JsonValueKind.Number:
                screen.Line(string.Create(CultureInfo.InvariantCulture, $"{path,-44} {value.GetDouble(),16:#,0.###}"));
                break;
            default:
                screen.Line($"{path,-44} {value}");
                break;
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
