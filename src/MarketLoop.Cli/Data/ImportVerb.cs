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
        Argument<string> format = new("FORMAT") { Description = "What the files are; csv is any table of orders or events, told by --mapping or --columns.", HelpName = "FORMAT" };
        format.AcceptOnlyFromAmong([.. ShopImporters.Formats, RowImporter.Csv, .. ShopImporters.CatalogFormats]);
        Argument<string[]> files = new("FILE") { Description = "Files, plain or gzipped.", Arity = ArgumentArity.OneOrMore };
        Option<string> data = SharedOptions.Data();
        Option<string?> source = new("--source") { Description = "Source that the events are stored under; default: the format's name.", HelpName = "NAME" };
        Option<string?> columns = new("--columns") { Description = "For csv: what the columns mean; default: guessed from their names.", HelpName = "customer=C,time=T,..." };
        Option<string?> mapping = new("--mapping") { Description = "For csv: a file that says what the columns mean, lines of customer=C or JSON.", HelpName = "FILE" };
        Option<bool> dryRun = new("--dry-run") { Description = "Show what the first ten rows would become; store nothing." };
        Verb verb = new("import", "Imports files into a shop, cleaned, with a report that adds up. The same file twice is stored once; an interrupted import goes on where it stopped.")
        {
            Examples =
            [
                "marketloop import online-retail online-retail.csv.gz --data shop --json",
                "marketloop import segment-jsonl events-1.jsonl events-2.jsonl.gz --data shop --source web",
                "marketloop import rees46 2019-Oct.csv.gz --data shop",
                "marketloop import csv orders.csv --mapping orders.mapping --dry-run",
                "marketloop import csv orders.csv --columns \"customer=Buyer,product=SKU,time=Date,price=Price\"",
                "marketloop import google-merchant feed.xml --data shop",
            ],
        };
        verb.Arguments.Add(format);
        verb.Arguments.Add(files);
        verb.Options.Add(data);
        verb.Options.Add(source);
        verb.Options.Add(mapping);
        verb.Options.Add(columns);
        verb.Options.Add(dryRun);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            string[] paths = parsed.GetRequiredValue(files);
            if (paths.FirstOrDefault(path => !File.Exists(path)) is { } missing)
            {
                throw new UsageException($"FILE: {missing} is not there.");
            }

            string wanted = parsed.GetRequiredValue(format);
            bool isTable = string.Equals(wanted, RowImporter.Csv, StringComparison.Ordinal);
            Task<ColumnMapping?> MapAsync(string path) => ReadMappingAsync(isTable, parsed.GetValue(columns), parsed.GetValue(mapping), path, cancellationToken);
            if (parsed.GetValue(dryRun))
            {
                return await ImportPreviewText.ShowAsync(wanted, paths, MapAsync, screen, cancellationToken);
            }

            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: true, cancellationToken);
            List<ImportReport> reports = [];
            foreach (string path in paths)
            {
                if (await ImportAsync(shop, new ImportOrder(wanted, path, parsed.GetValue(source), await MapAsync(path)), screen, cancellationToken) is { } report)
                {
                    reports.Add(report);
                }
            }

            Show(reports, paths.Length, screen);
            return reports.Count == paths.Length ? ExitCode.Ok : reports.Count > 0 ? ExitCode.Partial : ExitCode.Failure;
        });
    }

    private static async Task<ColumnMapping?> ReadMappingAsync(bool isTable, string? columns, string? mappingFile, string file, CancellationToken cancellationToken)
    {
        if (!isTable && (columns ?? mappingFile) is not null)
        {
            throw new UsageException("--mapping and --columns are for the format csv.");
        }

        return isTable ? await ColumnNames.ReadAsync(columns, mappingFile, file, cancellationToken) : null;
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
