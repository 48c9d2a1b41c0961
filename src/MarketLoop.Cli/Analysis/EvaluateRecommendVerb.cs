using System.CommandLine;
using System.Globalization;
using MarketLoop.Analysis.Evaluation.Ranking;
using MarketLoop.Analysis.Preference;
using MarketLoop.Cli.Access;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;

namespace MarketLoop.Cli.Analysis;

/// <summary>Recommenders against files of published protocols, and against shop histories split by time.</summary>
internal sealed class EvaluateRecommendVerb
{
    private const string Lists = "lists";
    private const string OnlineRetailSplit = "2011-11-01"; // the split of the published figures

    private readonly Argument<string?> file = new("FILE") { Description = "File or folder of a format that is one; plain or gzipped.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> train = new("--train") { Description = "What is learned from.", HelpName = "FILE" };
    private readonly Option<string?> test = new("--test") { Description = "What came later; measured once, after every choice.", HelpName = "FILE" };
    private readonly Option<string?> format = new("--format") { Description = $"Format of the files; {Lists} (a line per user: user item item ...) with --train, else {OnlineRetailImporter.FormatName}.", HelpName = "FORMAT" };
    private readonly Option<string?> data = new("--data") { Description = "A shop's own history instead of files: the data folder, while no server runs on it.", HelpName = "DIR" };
    private readonly Option<DateTimeOffset?> splitAt = SharedOptions.Moment("--split-at", $"Shop histories: first moment of the test part; everything before is learned from. {OnlineRetailSplit} for {OnlineRetailImporter.FormatName}, else the last tenth of the history by default.");
    private readonly Option<PreferenceAim> aim = new("--aim") { Description = "Shop histories: what the lists are for.", HelpName = "taste|next|basket|reorder", DefaultValueFactory = _ => PreferenceAim.Taste };
    private readonly Option<int> at = new("--at") { Description = "Length of the lists.", HelpName = "N", DefaultValueFactory = _ => 20 };
    private readonly Option<string[]> models = new("--models") { Description = "Models that take part, by comma, side by side; settings can be pinned as in ease:lambda=500.", HelpName = "MODEL,...", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
    private readonly Option<string> weights = new("--weights") { Description = "Events: how much each kind counts; auto learns it.", HelpName = "auto|view=,cart=,buy=", DefaultValueFactory = _ => "auto" };
    private readonly Option<double> minutes = new("--limit-minutes") { Description = "After so long no new candidate is begun, and the report says so.", HelpName = "N", DefaultValueFactory = _ => 60 };

    public static Verb Create() => new EvaluateRecommendVerb().Build();

    private Verb Build()
    {
        format.AcceptOnlyFromAmong([.. RankingEvaluator.Formats, .. ShopImporters.Formats]);
        at.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 1 or > 1000)
            {
                result.AddError("--at: 1 to 1000.");
            }
        });
        Verb verb = new("recommend", "Measures recommenders: model, settings and blend are chosen on a part cut from train, then measured once on test.")
        {
            Examples =
            [
                "marketloop evaluate recommend --train gowalla/train.txt.gz --test gowalla/test.txt.gz --at 20 --json",
                "marketloop evaluate recommend --train train.txt --test test.txt --models ease:lambda=500,graph-filter,rp3beta",
                "marketloop evaluate recommend --format online-retail online-retail.csv.gz --split-at 2011-11-01 --at 20 --json",
                "marketloop evaluate recommend --data shop --aim basket",
            ],
        };
        verb.Arguments.Add(file);
        foreach (Option option in (Option[])[train, test, format, data, splitAt, aim, at, models, weights, minutes])
        {
            verb.Options.Add(option);
        }

        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            RecommendationText.Show(await ProgressView.RunAsync(screen, "evaluate", steps => EvaluateAsync(parsed, steps, cancellationToken)), screen);
            return ExitCode.Ok;
        });
    }

    private async Task<RankingReport> EvaluateAsync(ParseResult parsed, IProgress<Step> steps, CancellationToken cancellationToken)
    {
        string chosen = parsed.GetValue(format) ?? (parsed.GetValue(train) is null ? OnlineRetailImporter.FormatName : Lists);
        Relay<string> progress = new(text => steps.Report(new Step(text)));
        if (parsed.GetValue(data) is { } folder)
        {
            (List<Interaction> interactions, HashSet<ProductId> charges) = await ReadStoreAsync(folder, cancellationToken);
            ShopRequest own = RequestOf(parsed, "history") with { SplitAt = parsed.GetValue(splitAt), Charges = charges };
            return RankingEvaluator.EvaluateShop(interactions, own, TimeProvider.System, progress, cancellationToken);
        }

        string learned = Existing(parsed.GetValue(train) is null ? "FILE" : "--train", parsed.GetValue(train) ?? parsed.GetValue(file));
        if (!RankingEvaluator.Formats.Contains(chosen, StringComparer.Ordinal))
        {
            DateTimeOffset? published = chosen is OnlineRetailImporter.FormatName ? DateTimeOffset.Parse(OnlineRetailSplit, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : null;
            ShopRequest shop = RequestOf(parsed, chosen) with { SplitAt = parsed.GetValue(splitAt) ?? published, KeepsCharges = true };
            return RankingEvaluator.EvaluateShop(await ReadFileAsync(chosen, learned, steps, cancellationToken), shop, TimeProvider.System, progress, cancellationToken);
        }

        RankingRequest request = new()
        {
            Format = chosen,
            Train = learned,
            Test = parsed.GetValue(test) is { } later ? Existing("--test", later) : null,
            At = parsed.GetValue(at),
            Models = Named(parsed),
            Weights = parsed.GetRequiredValue(weights),
            Limit = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
        };
        return await RankingEvaluator.EvaluateAsync(request, TimeProvider.System, progress, cancellationToken);
    }

    private ShopRequest RequestOf(ParseResult parsed, string name) => new()
    {
        Format = name,
        Aim = parsed.GetValue(aim),
        At = parsed.GetValue(at),
        Models = Named(parsed),
        Limit = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
    };

    private string[] Named(ParseResult parsed) =>
        [.. parsed.GetRequiredValue(models).SelectMany(names => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static string Existing(string what, string? path) =>
        path is null ? throw new UsageException($"{what}: a file is needed.")
        : File.Exists(path) || Directory.Exists(path) ? path
        : throw new UsageException($"{what}: {path} is not there.");

    private static async Task<(List<Interaction> Interactions, HashSet<ProductId> Charges)> ReadStoreAsync(string folder, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"--data: {folder} is not there.");
        }

        await using EmbeddedShop shop = await EmbeddedShop.OpenAsync(folder, TimeProvider.System, QuietLogging.CreateFactory(), cancellationToken);
        List<Interaction> interactions = await shop.Log.ReadInteractionsAsync(LogRange.Everything, cancellationToken).ToListAsync(cancellationToken);
        return (interactions, [.. shop.Catalog.Current.Values.Where(product => !product.IsMerchandise).Select(product => product.Id)]);
    }

    // The same cleaning as an import, into a folder that is thrown away: what is measured is what the loop would learn from.
    private static async Task<List<Interaction>> ReadFileAsync(string format, string path, IProgress<Step> steps, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"marketloop-evaluate-{Environment.ProcessId}");
        try
        {
            await using EmbeddedShop shop = await EmbeddedShop.OpenAsync(folder, TimeProvider.System, QuietLogging.CreateFactory(), cancellationToken);
            IShopImporter importer = ShopImporters.Find(format, ImportTarget.For(shop, TimeProvider.System)) ?? throw new ImportFormatException($"There is no format '{format}'.");
            await using FileStream content = File.OpenRead(path);
            Relay<ImportProgress> progress = new(step => steps.Report(new Step($"reading {Path.GetFileName(path)}", step.Share)));
            await importer.ImportAsync(content, new SourceId(format), progress, cancellationToken);
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
