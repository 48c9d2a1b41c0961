using System.Text.Json;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.Importing;
using MarketLoop.Data.Shop;
using MarketLoop.Server.Api.Data;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What the data page shows.</summary>
internal sealed record DataPageModel(DataStatus Status, int Products, IReadOnlyList<ImportReport> Imports, IReadOnlyList<RefusedKey> RefusedKeys);

/// <summary>Reads the data page.</summary>
internal sealed class DataPageReader(DataStatusReader status, ICatalogStore catalog, IShopStore store, IntakeStateReader intake)
{
    private const int MostImports = 10;
    private const int MostRefusedKeys = 20;

    public async Task<DataPageModel> ReadAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> reports = await store.ListImportReportsAsync(MostImports, cancellationToken);
        return new DataPageModel(
            await status.ReadAsync(cancellationToken),
            catalog.Current.Count,
            [.. reports.Select(Parse).OfType<ImportReport>()],
            [.. intake.Read().RefusedKeys.Take(MostRefusedKeys)]);
    }

    private static ImportReport? Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<ImportReport>(json, ImportReport.Json);
        }
        catch (JsonException)
        {
            return null;   // a report of another version's shape: the others are shown
        }
    }
}
