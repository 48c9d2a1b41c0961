using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MarketLoop.Cli.Access;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;

namespace MarketLoop.Cli.Data;

/// <summary>Brings files in.</summary>
internal static class ImportVerb
{
    public static Command Create()
    {
        Argument<string> format = new("FORMAT") { Description = "online-retail, segment-jsonl, or csv (any table, with --columns)." };
        format.AcceptOnlyFromAmong([.. ShopImporters.Formats, MappedCsvImporter.FormatName]);
        Argument<string[]> files = new("FILE") { Description = "Files, plain or gzipped.", Arity = ArgumentArity.OneOrMore };
        Option<string> data = SharedOptions.Data();
        Option<string?> source = new("--source") { Description = "Source that the events are stored under; default: the format's name.", HelpName = "NAME" };
        Option<string?> columns = new("--columns") { Description = "For csv: what the columns mean; default: guessed from their names.", HelpName = "customer=C,time=T,..." };
        Verb verb = new("import", "Imports files into a shop, cleaned, with a report that adds up. The same file twice is stored once.")
        {
            Examples =
            [
                "marketloop import online-retail online-retail.csv.gz --data shop --json",
                "marketloop import segment-jsonl events-1.jsonl events-2.jsonl.gz --data shop --source web",
                "marketloop import csv orders.csv --columns \"customer=Buyer,product=SKU,time=Date,price=Price\"",
            ],
        };
        verb.Arguments.Add(format);
        verb.Arguments.Add(files);
        verb.Options.Add(data);
        verb.Options.Add(source);
        verb.Options.Add(columns);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            string[] paths = parsed.GetRequiredValue(files);
            if (paths.FirstOrDefault(path => !File.Exists(path)) is { } missing)
            {
                throw new UsageException($"FILE: {missing} is not there.");
            }

            string wanted = parsed.GetRequiredValue(format);
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: true, cancellationToken);
            List<ImportReport> reports = [];
            foreach (string path in paths)
            {
                ColumnMapping? mapping = string.Equals(wanted, MappedCsvImporter.FormatName, StringComparison.Ordinal) ? await CsvColumns.ReadAsync(parsed.GetValue(columns), path, cancellationToken) : null;
                if (await ImportAsync(shop, new ImportOrder(wanted, path, parsed.GetValue(source), mapping), screen, cancellationToken) is { } report)
                {
                    reports.Add(report);
                }
            }

            Show(reports, paths.Length, screen);
            return reports.Count == paths.Length ? ExitCode.Ok : reports.Count > 0 ? ExitCode.Partial : ExitCode.Failure;
        });
    }

    private static async Task<ImportReport?> ImportAsync(IShopAccess shop, ImportOrder order, Screen screen, CancellationToken cancellationToken)
    {
        try
        {
            return await ProgressView.RunAsync(screen, Path.GetFileName(order.File), steps => shop.ImportAsync(
                order,
                new Relay<ImportProgress>(step => steps.Report(new Step($"{(string.Equals(step.Phase, "store", StringComparison.Ordinal) ? "storing" : "reading")}, {step.RowsRead.ToString("N0", CultureInfo.InvariantCulture)} rows", step.Share))),
                cancellationToken));
        }
        catch (Exception e) when (e is ImportFormatException or MarketLoopException or IOException or UnauthorizedAccessException)
        {
            screen.Error($"{order.File}: {e.Message}");
            return null;
        }
    }

    private static void Show(List<ImportReport> reports, int files, Screen screen)
    {
        if (screen.IsJson)
        {
            JsonSerializerOptions options = new(ImportReport.Json) { WriteIndented = true };
            if (files == 1 && reports.Count == 1)
            {
                screen.Line(JsonSerializer.Serialize(reports[0], options));
            }
            else
            {
                screen.Line(JsonSerializer.Serialize(reports, options));
            }

            return;
        }

        foreach (ImportReport report in reports)
        {
            ImportText.Write(report, screen);
        }
    }
}
