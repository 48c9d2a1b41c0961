using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MarketLoop.Analysis.Evaluation;
using MarketLoop.Cli.Access;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;

namespace MarketLoop.Cli.Analysis;

/// <summary>Models against data, by published protocols.</summary>
internal static class EvaluateVerb
{
    public static Command Create()
    {
        Command evaluate = new("evaluate", "Measures models against data, by published protocols.");
        evaluate.Subcommands.Add(CreateRecommend());
        evaluate.Subcommands.Add(CreateSegments());
        evaluate.Subcommands.Add(EvaluateValueVerb.Create());
        evaluate.Subcommands.Add(EvaluateIntentVerb.Create());
        return evaluate;
    }

    private static Verb CreateRecommend()
    {
        Argument<string> file = new("FILE") { Description = "The file, plain or gzipped." };
        Option<string> format = new("--format") { Description = "Format of the file.", HelpName = "FORMAT", DefaultValueFactory = _ => OnlineRetailImporter.FormatName };
        format.AcceptOnlyFromAmong([.. ShopImporters.Formats]);
        Option<DateTimeOffset?> splitAt = SharedOptions.Moment("--split-at", "First moment of the test part; everything before is learned from.");
        splitAt.Required = true;
        Option<int> at = new("--at") { Description = "Length of the lists.", HelpName = "N", DefaultValueFactory = _ => 20 };
        at.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 1 or > 1000)
            {
                result.AddError("--at: 1 to 1000.");
            }
        });
        Verb verb = new("recommend", "Measures the recommender by a time split, beside popularity and item-to-item cosine on the same split.")
        {
            Examples = ["marketloop evaluate recommend --format online-retail online-retail.csv.gz --split-at 2011-11-01 --at 20 --json"],
        };
        verb.Arguments.Add(file);
        foreach (Option option in (Option[])[format, splitAt, at])
        {
            verb.Options.Add(option);
        }

        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(file);
            if (!File.Exists(path))
            {
                throw new UsageException($"FILE: {path} is not there.");
            }

            DateTimeOffset split = parsed.GetValue(splitAt) ?? throw new UsageException("--split-at: a date is needed.");
            RecommendationReport report = await ProgressView.RunAsync(screen, "evaluate", async steps =>
            {
                List<Interaction> interactions = await ReadAsync(parsed.GetRequiredValue(format), path, steps, cancellationToken);
                Relay<string> progress = new(text => steps.Report(new Step(text)));
                return RecommendationEvaluator.Evaluate(interactions, split, parsed.GetValue(at), progress, cancellationToken);
            });
            Show(report, screen);
            return ExitCode.Ok;
        });
    }

    // The same cleaning as an import, into a folder that is thrown away: what is measured is what the loop would learn from.
    private static async Task<List<Interaction>> ReadAsync(string format, string path, IProgress<Step> steps, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"marketloop-evaluate-{Environment.ProcessId}");
        try
        {
            await using EmbeddedShop shop = await EmbeddedShop.OpenAsync(folder, TimeProvider.System, QuietLogging.CreateFactory(), cancellationToken);
            IShopImporter importer = ShopImporters.Find(format, ImportTarget.For(shop, TimeProvider.System)) ?? throw new ImportFormatException($"There is no format '{format}'.");
            await using FileStream file = File.OpenRead(path);
            Relay<ImportProgress> progress = new(step => steps.Report(new Step($"reading {Path.GetFileName(path)}", step.Share)));
            await importer.ImportAsync(file, new SourceId(format), progress, cancellationToken);
            return await shop.Log.ReadInteractionsAsync(LogRange.Everything, cancellationToken).ToListAsync(cancellationToken);
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static void Show(RecommendationReport report, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(report);
            return;
        }

        screen.Line($"{report.Users:N0} customers, lists of {report.At}, split at {report.SplitAt:yyyy-MM-dd}");
        screen.Line($"  {"",-14}{"recall",10}{"ndcg",10}{"precision",11}{"f1",10}");
        Row("ours", report);
        foreach ((string name, RankingQuality quality) in report.Baselines)
        {
            Row(name, quality);
        }

        screen.Line($"chosen: {report.Chosen.Model} ({string.Join(", ", report.Chosen.Parameters.Select(pair => $"{pair.Key} {pair.Value}"))})");
        screen.Line($"why: {report.Chosen.Why}");

        void Row(string name, RankingQuality quality) => screen.Line(string.Create(
            CultureInfo.InvariantCulture, $"  {name,-14}{quality.Recall,10:0.0000}{quality.Ndcg,10:0.0000}{quality.Precision,11:0.0000}{quality.F1,10:0.0000}"));
    }

    private static Verb CreateSegments()
    {
        Option<string> data = SharedOptions.Data();
        Verb verb = new("segments", "Measures the segments of a shop: how apart, how stable, how many.")
        {
            Examples = ["marketloop evaluate segments --data shop --json"],
        };
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            JsonElement report = await ProgressView.RunAsync(screen, "segments", _ => shop.EvaluateSegmentsAsync(cancellationToken));
            if (screen.IsJson)
            {
                screen.Json(report);
            }
            else
            {
                Show(report, "", screen);
            }

            return ExitCode.Ok;
        });
    }

    // Names and numbers of whatever the evaluation found, indented by level.
    private static void Show(JsonElement element, string indent, Screen screen)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Value.ValueKind is JsonValueKind.Object)
            {
                screen.Line($"{indent}{property.Name}:");
                Show(property.Value, indent + "  ", screen);
            }
            else if (property.Value.ValueKind is JsonValueKind.Array)
            {
                screen.Line($"{indent}{property.Name}: {string.Join(", ", property.Value.EnumerateArray().Select(item => item.GetRawText()))}");
            }
            else
            {
                screen.Line($"{indent}{property.Name}: {property.Value}");
            }
        }
    }
}
