using System.Globalization;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Importing;

namespace MarketLoop.Cli.Data;

/// <summary>A dry run: what the first rows of a file would become.</summary>
internal static class ImportPreviewText
{
    public static async Task<int> ShowAsync(string format, string[] paths, Func<string, Task<ColumnMapping?>> map, Screen screen, CancellationToken cancellationToken)
    {
        List<ImportPreview> previews = [];
        foreach (string path in paths)
        {
            try
            {
                ColumnMapping? mapping = await map(path);
                await using FileStream file = File.OpenRead(path);
                previews.Add(await RowImporter.PreviewAsync(format, file, mapping, TimeProvider.System.GetUtcNow(), cancellationToken));
            }
            catch (Exception e) when (e is ImportFormatException or IOException or UnauthorizedAccessException)
            {
                screen.Error($"{path}: {e.Message}");
            }
        }

        foreach (ImportPreview preview in previews)
        {
            Write(preview, screen);
        }

        return previews.Count == paths.Length ? ExitCode.Ok : previews.Count > 0 ? ExitCode.Partial : ExitCode.Failure;
    }

    private static void Write(ImportPreview preview, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(preview);
            return;
        }

        screen.Line($"columns: {string.Join(", ", preview.Headers)}");
        screen.Line($"{"line",6}  {"event",-18}{"customer",-20}{"order",-20}{"product",-16}{"pieces",8}{"price",12}  time");
        foreach (PreviewRow row in preview.Rows)
        {
            string read = string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Line,6}  {Cut(row.Event, 17),-18}{Cut(row.Customer, 19),-20}{Cut(row.Order, 19),-20}{Cut(row.Product, 15),-16}{row.Quantity,8}{row.Price,12:0.00##}  {row.At:yyyy-MM-dd HH:mm:ss}");
            screen.Line(row.Fault is null ? read : string.Create(CultureInfo.InvariantCulture, $"{row.Line,6}  kept out: {row.Fault}"));
        }
    }

    private static string Cut(string? text, int length) => text is null ? "" : text.Length <= length ? text : text[..(length - 1)] + "…";
}
