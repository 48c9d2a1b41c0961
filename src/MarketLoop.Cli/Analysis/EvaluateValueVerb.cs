using System.CommandLine;
using System.Globalization;
using MarketLoop.Analysis.Evaluation;
using MarketLoop.Analysis.Value;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;

namespace MarketLoop.Cli.Analysis;

/// <summary>Customer value against what came: learned up to a day, forecast after it.</summary>
internal static class EvaluateValueVerb
{
    public static Verb Create()
    {
        Argument<string> file = new("FILE") { Description = "The purchase log, plain or gzipped." };
        Option<string> format = new("--format") { Description = "Format of the file.", HelpName = "FORMAT", DefaultValueFactory = _ => CdnowFile.FormatName };
        format.AcceptOnlyFromAmong(CdnowFile.FormatName);
        Option<DateTimeOffset?> until = SharedOptions.Moment("--calibrate-until", "Last day that is learned from.");
        until.Required = true;
        Option<string?> chart = new("--chart") { Description = "Draws forecast against actual into this SVG file.", HelpName = "FILE" };
        Verb verb = new("value", "Fits BG/NBD and Gamma-Gamma to a purchase log and compares their forecast with what came.")
        {
            Examples =
            [
                "marketloop evaluate value CDNOW_sample.txt --format cdnow --calibrate-until 1997-09-30",
                "marketloop evaluate value CDNOW_master.txt.gz --format cdnow --calibrate-until 1997-09-30 --chart forecast.svg --json",
            ],
        };
        verb.Arguments.Add(file);
        foreach (Option option in (Option[])[format, until, chart])
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

            DateTimeOffset day = parsed.GetValue(until) ?? throw new UsageException("--calibrate-until: a date is needed.");
            ValueReport report = await ProgressView.RunAsync(screen, "value", steps => EvaluateAsync(path, DateOnly.FromDateTime(day.UtcDateTime), steps, cancellationToken));
            if (parsed.GetValue(chart) is { } picture)
            {
                await File.WriteAllTextAsync(picture, ForecastChart.ToSvg(report), cancellationToken);
            }

            Show(report, screen);
            return ExitCode.Ok;
        });
    }

    private static async Task<ValueReport> EvaluateAsync(string path, DateOnly until, IProgress<Step> steps, CancellationToken cancellationToken)
    {
        try
        {
            steps.Report(new Step($"reading {Path.GetFileName(path)}"));
            await using FileStream file = File.OpenRead(path);
            IReadOnlyList<DatedPurchase> purchases = await CdnowFile.ReadAsync(file, cancellationToken);
            return ValueEvaluator.Evaluate(purchases, until, new Relay<string>(text => steps.Report(new Step(text))), cancellationToken);
        }
        catch (ImportFormatException unreadable)
        {
            throw new MarketLoopException($"{path}: {unreadable.Message}", isTransient: false, unreadable);
        }
    }

    private static void Show(ValueReport report, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(report);
            return;
        }

        screen.Line(Text($"{report.Customers:N0} customers from {report.From:yyyy-MM-dd}, {report.RepeatCustomers:N0} of whom came back by {report.CalibratedUntil:yyyy-MM-dd}"));
        ShowModel("BG/NBD (weeks)", report.BgNbd, screen);
        if (report.GammaGamma is { } spend)
        {
            ShowModel("Gamma-Gamma", spend, screen);
        }

        if (report.Holdout is { } holdout)
        {
            ShowHoldout(report, holdout, screen);
        }

        screen.Line(Text($"value: {report.Value.ProbablyAlive:N0} probably still customers; {report.Value.MeanExpectedSpend:N2} a purchase; {report.Value.MeanYearValue:N2} each in the next year, {report.Value.TopTenthShare:P0} of it from the best tenth"));
        screen.Line("customers by recency, frequency and money:");
        foreach (RfmField field in report.Rfm)
        {
            screen.Line(Text($"  {field.Name.English,-20}{field.Customers,8:N0}{field.Share,7:P0}  bought {field.Orders:0.0} times, last {field.RecencyDays:0} days ago, {field.Monetary:N2} each"));
        }

        foreach (string note in report.Notes)
        {
            screen.Line($"note: {note}");
        }

        screen.Line(Text($"{report.Seconds:0.00} s"));
    }

    private static void ShowModel(string name, FittedModel model, Screen screen)
    {
        IEnumerable<string> parameters = model.Parameters.Select(pair => Text($"{pair.Key} {pair.Value:0.000}") + (model.StandardErrors[pair.Key] is { } error ? Text($" ({error:0.000})") : ""));
        screen.Line(Text($"{name}: {string.Join(", ", parameters)}; log-likelihood {model.LogLikelihood:0.00}{(model.HasConverged ? "" : "; did not converge")}"));
    }

    private static void ShowHoldout(ValueReport report, HoldoutError holdout, Screen screen)
    {
        screen.Line(Text($"{holdout.Weeks:0.#} weeks after: {holdout.Expected:N0} purchases expected, {holdout.Actual:N0} came"));
        screen.Line(Text($"  mean error of a customer's count {holdout.MeanAbsoluteError:0.000} (same rate as before {holdout.BaselineMeanAbsoluteError:0.000}), root mean square {holdout.RootMeanSquareError:0.000} ({holdout.BaselineRootMeanSquareError:0.000})"));
        screen.Line($"  {"came back",-12}{"customers",10}{"expected",10}{"came",10}");
        foreach (RepeatGroup group in holdout.ByRepeats)
        {
            screen.Line(Text($"  {group.Repeats,-12}{group.Customers,10:N0}{group.Expected,10:0.00}{group.Actual,10:0.00}"));
        }

        foreach (string line in ForecastChart.ToLines(report))
        {
            screen.Line(line);
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
