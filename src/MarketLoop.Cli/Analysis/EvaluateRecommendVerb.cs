using System.CommandLine;
using System.Globalization;
using MarketLoop.Analysis.Evaluation;
using MarketLoop.Analysis.Evaluation.Ranking;
using MarketLoop.Cli.Access;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;

namespace MarketLoop.Cli.Analysis;

/// <summary>Recommenders against files of published protocols, and against shop histories split by time.</summary>
internal static class EvaluateRecommendVerb
{
    private const string Lists = "lists";
    private const string OnlineRetailSplit = "2011-11-01"; // the split of the published figures

    public static Verb Create()
    {
        Argument<string?> file = new("FILE") { Description = "File or folder of a format that is one; plain or gzipped.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> train = new("--train") { Description = "What is learned from.", HelpName = "FILE" };
        Option<string?> test = new("--test") { Description = "What came later; measured once, after every choice.", HelpName = "FILE" };
        Option<string?> format = new("--format") { Description = $"Format of the files; {Lists} (a line per user: user item item ...) with --train, else {OnlineRetailImporter.FormatName}.", HelpName = "FORMAT" };
        format.AcceptOnlyFromAmong([.. RankingEvaluator.Formats, .. ShopImporters.Formats]);
        Option<DateTimeOffset?> splitAt = SharedOptions.Moment("--split-at", $"Shop histories: first moment of the test part; everything before is learned from. {OnlineRetailSplit} by default.");
        Option<int> at = new("--at") { Description = "Length of the lists.", HelpName = "N", DefaultValueFactory = _ => 20 };
        at.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 1 or > 1000)
            {
                result.AddError("--at: 1 to 1000.");
            }
        });
        Option<string[]> models = new("--models") { Description = "Models that take part, by comma, side by side; settings can be pinned as in ease:lambda=500.", HelpName = "MODEL,...", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        Option<string> weights = new("--weights") { Description = "Events: how much each kind counts; auto learns it.", HelpName = "auto|view=,cart=,buy=", DefaultValueFactory = _ => "auto" };
        Option<double> minutes = new("--limit-minutes") { Description = "After so long no new candidate is begun, and the report says so.", HelpName = "N", DefaultValueFactory = _ => 60 };
        Verb verb = new("recommend", "Measures recommenders: model, settings and blend are chosen on a part cut from train, then measured once on test.")
        {
            Examples =
            [
                "marketloop evaluate recommend --train gowalla/train.txt.gz --test gowalla/test.txt.gz --at 20 --json",
                "marketloop evaluate recommend --train train.txt --test test.txt --models ease:lambda=500,graph-filter,rp3beta",
                "marketloop evaluate recommend --format online-retail online-retail.csv.gz --split-at 2011-11-01 --at 20 --json",
            ],
        };
        verb.Arguments.Add(file);
        foreach (Option option in (Option[])[train, test, format, splitAt, at, models, weights, minutes])
        {
            verb.Options.Add(option);
        }

        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            string? trainPath = parsed.GetValue(train) ?? parsed.GetValue(file);
            string chosen = parsed.GetValue(format) ?? (parsed.GetValue(train) is null ? OnlineRetailImporter.FormatName : Lists);
            string learned = Existing(parsed.GetValue(train) is null ? "FILE" : "--train", trainPath);
            if (!RankingEvaluator.Formats.Contains(chosen, StringComparer.Ordinal))
            {
                DateTimeOffset split = parsed.GetValue(splitAt) ?? DateTimeOffset.Parse(OnlineRetailSplit, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
                RecommendationText.Show(await EvaluateShopAsync(chosen, learned, split, parsed.GetValue(at), screen, cancellationToken), screen);
                return ExitCode.Ok;
            }

            RankingRequest request = new()
            {
                Format = chosen,
                Train = learned,
                Test = parsed.GetValue(test) is { } later ? Existing("--test", later) : null,
                At = parsed.GetValue(at),
                Models = [.. parsed.GetRequiredValue(models).SelectMany(names => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
                Weights = parsed.GetRequiredValue(weights),
                Limit = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
            };
            RecommendationText.Show(
                await ProgressView.RunAsync(screen, "evaluate", steps => RankingEvaluator.EvaluateAsync(request, TimeProvider.System, new Relay<string>(text => steps.Report(new Step(text))), cancellationToken)),
                screen);
            return ExitCode.Ok;
        });
    }

    private static string Existing(string what, string? path) =>
        path is null ? throw new UsageException($"{what}: a file is needed.")
        : File.Exists(path) || Directory.Exists(path) ? path
        : throw new UsageException($"{what}: {path} is not there.");

    private static Task<RecommendationReport> EvaluateShopAsync(string format, string path, DateTimeOffset split, int at, Screen screen, CancellationToken cancellationToken) =>
        ProgressView.RunAsync(screen, "evaluate", async steps =>
        {
            List<Interaction> interactions = await ReadAsync(format, path, steps, cancellationToken);
            Relay<string> progress = new(text => steps.Report(new Step(text)));
            return RecommendationEvaluator.Evaluate(interactions, split, at, progress, cancellationToken);
        });

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
}
