using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>The real file, held against the figures that were counted independently.</summary>
public sealed class ImportOnlineRetailTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_published_file_gives_the_published_figures_and_nothing_twice()
    {
        string path = SharedData.Require("online-retail", "online-retail.csv.gz");
        await using ImportShop shop = await ImportShop.OpenAsync();
        OnlineRetailImporter importer = new(shop.Target);

        ImportReport first = await ImportAsync();
        ImportReport second = await ImportAsync();

        Assert.Equal(541_909, first.RowsRead);
        Assert.Equal(new FaultCounts { Duplicates = 5_268, WithoutCustomer = 135_080, Cancellations = 9_288, NonPositiveQuantity = 10_624, NonPositivePrice = 2_517 }, first.Seen);
        Assert.Equal(new FaultCounts { Duplicates = 5_268, WithoutCustomer = 135_037, Cancellations = 8_872, NonPositiveQuantity = 0, NonPositivePrice = 40 }, first.Dropped);
        Assert.Equal(new CleanTotals(392_692, 4_338, 3_665, 18_532, 8_887_208.89m), first.Clean);
        Assert.Equal((-608_689.47m, 8_278_519.42m), (first.CancellationsOfKnownCustomers, first.Net));
        Assert.Equal(new RowsAndValue(1_542, 149_981.25m), first.NonProduct);
        Assert.Equal(8_872, first.Refunds!.Matched + first.Refunds.Unmatched);
        Assert.Equal(18_532 + 8_872, first.EventsStored);
        Assert.Equal((0, first.EventsStored), (second.EventsStored, second.EventsDuplicate));
        Assert.Equal(first.Refunds, second.Refunds);
        Assert.Equal(first.RejectedFile, second.RejectedFile);
        Assert.Equal(1 + 5_268 + 135_037 + 8_872 + 40, shop.RejectedLines(first).Length);
        await AssertLogAsync(shop, first);

        async Task<ImportReport> ImportAsync()
        {
            await using FileStream file = File.OpenRead(path);
            return await importer.ImportAsync(file, ImportShop.Till, null, Cancelled);
        }
    }

    private static async Task AssertLogAsync(ImportShop shop, ImportReport report)
    {
        List<Interaction> stored = await shop.ReadAsync();
        List<Interaction> orders = [.. stored.Where(item => item.Kind == InteractionKind.OrderCompleted)];
        List<Interaction> refunds = [.. stored.Where(item => item.Kind == InteractionKind.OrderRefunded)];
        Assert.Equal(18_532, orders.Count);
        Assert.Equal(8_887_208.894m, orders.Sum(order => order.Revenue));
        Assert.Equal(608_689.47m, refunds.Sum(refund => refund.Revenue));
        Assert.Equal(392_692, orders.Sum(order => order.Lines.Count));
        Assert.Equal(4_338, orders.Select(order => order.Customer).Distinct().Count());
        Assert.Equal(1_542, orders.SelectMany(order => order.Lines).Count(line => !line.IsMerchandise));
        Assert.Equal(report.Refunds!.Matched, refunds.Count(refund => refund.OrderId is not null));
        Assert.Equal(new DateTimeOffset(2010, 12, 1, 8, 26, 0, TimeSpan.Zero), report.FirstEvent);
        Assert.Equal(stored[^1].OccurredAt, report.LastEvent);
        Product postage = shop.Shop.Catalog.Current[new ProductId("POST")];
        Assert.Equal((false, "POSTAGE"), (postage.IsMerchandise, postage.Name.English));
        Assert.Equal("WHITE HANGING HEART T-LIGHT HOLDER", shop.Shop.Catalog.Current[new ProductId("85123A")].Name.English);
    }
}
