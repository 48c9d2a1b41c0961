using System.CommandLine;
using System.Globalization;
using MarketLoop.Analysis.Intent;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;

namespace MarketLoop.Cli.Analysis;

/// <summary>The classification pipeline against any table with a target of two values.</summary>
internal static class EvaluateIntentVerb
{
    private const int ColumnsShown = 10;

    public static Verb Create()
    {
        Argument<string> file = new("FILE") { Description = "Delimited table with a header, plain or gzipped." };
        Option<string?> target = new("--target") { Description = "Column to predict; the last by default.", HelpName = "COLUMN" };
        Option<string?> positive = new("--positive") { Description = "Value of the target that counts as positive, all others being negative.", HelpName = "VALUE" };
        Option<string[]> drop = new("--drop") { Description = "Columns to leave out, by comma.", HelpName = "COLUMN,...", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        Option<int> folds = new("--folds") { Description = "Number of stratified folds.", HelpName = "N", DefaultValueFactory = _ => 10 };
        Option<string?> foldsFile = new("--folds-file") { Description = "Table of given folds instead: a line for each row, a column for each sorting.", HelpName = "FILE" };
        Option<int> seed = new("--seed") { Description = "Seed of all randomness.", HelpName = "N", DefaultValueFactory = _ => 1 };
        Option<double?> falsePositive = new("--cost-false-positive") { Description = "Cost of taking a negative row for a positive one; with the other cost it sets the threshold, else the best F1 does.", HelpName = "COST" };
        Option<double?> falseNegative = new("--cost-false-negative") { Description = "Cost of missing a positive row.", HelpName = "COST" };
        Option<double?> minutes = new("--limit-minutes") { Description = "After so long the remaining folds try quick candidates only, and the report says so.", HelpName = "N" };
        Verb verb = new("intent", "Measures the classification pipeline by cross-validation: every choice is made inside each training part.")
        {
            Examples =
            [
                "marketloop evaluate intent online_shoppers_intention.csv.gz --folds-file folds.csv --json",
                "marketloop evaluate intent churn.csv --target Churn --positive Yes --drop customerID",
            ],
        };
        verb.Arguments.Add(file);
        foreach (Option option in (Option[])[target, positive, drop, folds, foldsFile, seed, falsePositive, falseNegative, minutes])
        {
            verb.Options.Add(option);
        }

        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            IntentOptions options = new()
            {
                Target = parsed.GetValue(target),
                Positive = parsed.GetValue(positive),
                Drop = [.. parsed.GetRequiredValue(drop).SelectMany(names => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
                Folds = parsed.GetValue(folds),
                Seed = parsed.GetValue(seed),
                CostFalsePositive = parsed.GetValue(falsePositive),
                CostFalseNegative = parsed.GetValue(falseNegative),
                Limit = parsed.GetValue(minutes) is { } limit ? TimeSpan.FromMinutes(limit) : null,
            };
            IntentReport report = await ProgressView.RunAsync(screen, "evaluate", async steps =>
            {
                TextTable table = await ReadAsync("FILE", parsed.GetRequiredValue(file), cancellationToken);
                if (parsed.GetValue(foldsFile) is { } path)
                {
                    options = options with { FoldColumns = FoldFile.Read(await ReadAsync("--folds-file", path, cancellationToken), table.Rows) };
                }

                Relay<(string Text, double Share)> progress = new(step => steps.Report(new Step(step.Text, step.Share)));
                return await Task.Run(() => IntentEvaluator.Evaluate(table, options, TimeProvider.System, progress, cancellationToken), cancellationToken);
            });
            if (screen.IsJson)
            {
                screen.Json(report);
            }
            else
            {
                Show(report, screen);
            }

            return ExitCode.Ok;
        });
    }

    private static async Task<TextTable> ReadAsync(string what, string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new UsageException($"{what}: {path} is not there.");
        }

        try
        {
            await using FileStream stream = File.OpenRead(path);
            return await TableFile.ReadAsync(stream, progress: null, cancellationToken);
        }
        catch (ImportFormatException unreadable)
        {
            throw new MarketLoopException($"{path}: {unreadable.Message}", isTransient: false, unreadable);
        }
    }

    private static void Show(IntentReport report, Screen screen)
    {
        screen.Line($"{report.Rows:N0} rows, {report.Positives:N0} with {report.Target} = {report.Positive}; {report.Folds} folds, {report.FoldColumns.Count} {(report.FoldColumns.Count == 1 ? "sorting" : "sortings")}");
        screen.Line($"  {"",-12}{"auc",9}{"avg prec",10}{"log-loss",10}{"brier",9}{"f1",8}{"best f1",9}{"accuracy",10}");
        Row("auto", report.Auto);
        foreach ((string name, IntentQuality quality) in report.Models.OrderByDescending(model => model.Value.Auc))
        {
            Row(name, quality);
        }

        IntentBootstrap bootstrap = report.Bootstrap;
        screen.Line(string.Create(CultureInfo.InvariantCulture, $"auto against {bootstrap.AucAgainst}: auc {bootstrap.Auc.Difference:+0.0000;-0.0000} ({bootstrap.Auc.Low:+0.0000;-0.0000} to {bootstrap.Auc.High:+0.0000;-0.0000}), better in {bootstrap.Auc.ShareBetter:P1} of {bootstrap.Samples:N0} draws"));
        screen.Line(string.Create(CultureInfo.InvariantCulture, $"auto against {bootstrap.LogLossAgainst}: log-loss {bootstrap.LogLoss.Difference:+0.0000;-0.0000} ({bootstrap.LogLoss.Low:+0.0000;-0.0000} to {bootstrap.LogLoss.High:+0.0000;-0.0000}), better in {bootstrap.LogLoss.ShareBetter:P1}"));
        screen.Line("what it rests on (log-loss lost when a column is shuffled):");
        foreach (ColumnImportance column in report.Importance.Take(ColumnsShown))
        {
            screen.Line(string.Create(CultureInfo.InvariantCulture, $"  {column.Column,-28}{column.LogLossIncrease,9:+0.0000;-0.0000}"));
        }

        foreach (DroppedColumn dropped in report.Dropped)
        {
            screen.Line($"left out: {dropped.Name} ({dropped.Reason})");
        }

        if (report.LimitReached)
        {
            screen.Note("The time limit was reached: the last training parts tried quick candidates only.");
        }

        void Row(string name, IntentQuality q) => screen.Line(string.Create(
            CultureInfo.InvariantCulture, $"  {name,-12}{q.Auc,9:0.0000}{q.AveragePrecision,10:0.0000}{q.LogLoss,10:0.0000}{q.Brier,9:0.0000}{q.F1,8:0.000}{q.BestF1,9:0.000}{q.Accuracy,10:0.000}"));
    }
}
