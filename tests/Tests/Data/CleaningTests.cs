using System.Globalization;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>Cleaning rules, their order, and a report that adds up.</summary>
public sealed class CleaningTests
{
    private const string Header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    [Fact]
    public async Task A_generated_dirty_sample_gives_the_report_counted_while_it_was_made()
    {
        DirtySample sample = new(seed: 20110101, count: 2_000);
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportReport report = await shop.ImportAsync(sample.Text);

        Assert.Equal(2_000, report.RowsRead);
        Assert.Equal(sample.Seen, Columns(report.Seen));
        Assert.Equal(sample.Dropped, Columns(report.Dropped));
        Assert.All(sample.Dropped, rows => Assert.True(rows > 0, "every rule has work in the sample"));
        Assert.Equal(report.RowsRead, report.Clean!.Rows + Columns(report.Dropped).Sum());
        Assert.Equal(new CleanTotals(sample.Clean, sample.Customers, sample.Products, sample.Orders, Cents(sample.Gross)), report.Clean);
        Assert.Equal(Cents(sample.Cancelled), report.CancellationsOfKnownCustomers);
        Assert.Equal(Cents(sample.Gross + sample.Cancelled), report.Net);
        Assert.Equal(new RowsAndValue(sample.ChargeRows, Cents(sample.ChargeValue)), report.NonProduct);
        Assert.Equal(sample.Refunds, report.Refunds!.Matched + report.Refunds.Unmatched);
        Assert.Equal(sample.Orders + sample.Refunds, report.EventsStored);
        Assert.Null(report.Seen!.Unreadable);
    }

    [Fact]
    public async Task Importing_twice_stores_nothing_twice_and_gives_the_same_report()
    {
        DirtySample sample = new(seed: 7, count: 500);
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportReport first = await shop.ImportAsync(sample.Text);
        ImportReport second = await shop.ImportAsync(sample.Text);

        Assert.Equal((0, first.EventsStored), (second.EventsStored, second.EventsDuplicate));
        Assert.Equal(first.EventsStored, (await shop.ReadAsync()).Count);
        Assert.Equal(first with { EventsStored = 0, EventsDuplicate = first.EventsStored }, second);
        Assert.Equal(2, (await shop.Shop.Store.ListImportReportsAsync(10, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task Rows_fall_under_the_first_rule_that_they_break()
    {
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportReport report = await shop.ImportAsync(Header + """
            1,20001,A,2,2011-01-01 10:00:00,1.5,100,France
            1,20001,A,2,2011-01-01 10:00:00,1.5,100,France
            C2,20001,A,-1,2011-01-01 10:00:00,0,,France
            C3,20001,A,-1,2011-01-01 10:00:00,0,100,France
            4,20001,A,0,2011-01-01 10:00:00,0,100,France
            5,20001,A,1,2011-01-01 10:00:00,0,100,France
            6,20001,A,1,soon,1,100,France
            7,20001,A,one,2011-01-01 10:00:00,1,100,France
            8,20001,A,1
            """);

        Assert.Equal([1, 2, 2, 3, 4], Columns(report.Seen));
        Assert.Equal([1, 2, 1, 1, 1], Columns(report.Dropped));
        Assert.Equal(2, report.Dropped!.Unreadable);
        Assert.Equal(1, report.Clean!.Rows);
        string[] rejected = shop.RejectedLines(report);
        Assert.Equal("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country,line,reason", rejected[0]);
        Assert.Equal(
            ["duplicate", "without_customer", "cancellation", "non_positive_quantity", "non_positive_price", "unreadable", "unreadable", "without_customer"],
            rejected[1..].Select(line => line[(line.LastIndexOf(',') + 1)..]));
        Assert.StartsWith("C2,20001,A,-1,2011-01-01 10:00:00,0,,France,4,", rejected[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_invoice_with_two_times_is_one_order_at_the_first()
    {
        await using ImportShop shop = await ImportShop.OpenAsync();

        await shop.ImportAsync(Header + """
            536,20001,A,2,2011-01-01 10:01:00,1.105,17850.0,France
            536,POST,POSTAGE,1,2011-01-01 10:00:00,18,17850.0,France
            537,20001,A,1,2011-01-01 10:00:00,1,17850,France
            536,20002,B,1,2011-01-01 10:01:00,2,17850,France
            """);
        List<Interaction> stored = await shop.ReadAsync();

        Interaction order = stored.Single(item => item.OrderId is "536");
        Assert.Equal(2, stored.Count);
        Assert.Equal(new DateTimeOffset(2011, 1, 1, 10, 0, 0, TimeSpan.Zero), order.OccurredAt);
        Assert.Equal((22.21m, "17850", "Order Completed"), (order.Revenue, order.UserId, order.Name));
        Assert.Equal([true, false, true], order.Lines.Select(line => line.IsMerchandise));
        Assert.Equal("""{"country":"France"}""", order.PropertiesJson);
    }

    [Fact]
    public async Task Cancellations_become_refunds_of_the_newest_earlier_order_with_such_a_line_each_line_once()
    {
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportReport report = await shop.ImportAsync(Header + """
            1,20001,A,2,2011-01-01 10:00:00,1.5,100,France
            2,20001,A,2,2011-01-02 10:00:00,1.5,100,France
            3,20001,A,2,2011-01-09 10:00:00,1.5,100,France
            C4,20001,A,-2,2011-01-03 10:00:00,1.5,100,France
            C5,20001,A,-2,2011-01-04 10:00:00,1.5,100,France
            C6,20001,A,-2,2011-01-05 10:00:00,1.5,100,France
            C7,20001,A,-1,2011-01-05 10:00:00,1.5,100,France
            C8,20001,A,-2,2011-01-05 10:00:00,1.5,200,France
            """);
        List<Interaction> refunds = [.. (await shop.ReadAsync()).Where(item => item.Kind == InteractionKind.OrderRefunded)];

        Assert.Equal(new RefundMatches(2, 3), report.Refunds);
        Assert.Equal(["2", "1", null, null, null], refunds.Select(refund => refund.OrderId));
        Assert.All(refunds, refund => Assert.True(refund.Revenue > 0 && refund.Lines[0].Quantity > 0));
        Assert.Equal((9.00m, -13.50m, -4.50m), (report.Clean!.Gross, report.CancellationsOfKnownCustomers, report.Net));
    }

    [Fact]
    public async Task Cancellations_in_a_later_file_find_the_orders_of_an_earlier_one()
    {
        await using ImportShop shop = await ImportShop.OpenAsync();

        await shop.ImportAsync(Header + "1,20001,A,2,2011-01-01 10:00:00,1.5,100,France\n");
        ImportReport report = await shop.ImportAsync(Header + "C4,20001,A,-2,2011-01-03 10:00:00,1.5,100,France\n");

        Assert.Equal(new RefundMatches(1, 0), report.Refunds);
    }

    [Fact]
    public async Task Products_get_their_commonest_name_and_newest_price_but_what_the_shop_sent_stays()
    {
        await using ImportShop shop = await ImportShop.OpenAsync();
        Product own = new() { Id = new ProductId("20002"), Name = new LocalizedText("Own name", "自己的名字"), Price = 7m };
        await shop.Shop.Catalog.UpsertAsync([own], TestContext.Current.CancellationToken);

        await shop.ImportAsync(Header + """
            1,20001,MUG,2,2011-01-01 10:00:00,1.5,100,France
            2,20001,MUG,2,2011-01-03 10:00:00,2.5,100,France
            3,20001,mug?,2,2011-01-02 10:00:00,3.5,100,France
            3,20002,OTHER,2,2011-01-02 10:00:00,3.5,100,France
            3,M,Manual,2,2011-01-02 10:00:00,3.5,100,France
            """);
        IReadOnlyDictionary<ProductId, Product> catalog = shop.Shop.Catalog.Current;

        Assert.Equal(("MUG", 2.5m, true), (catalog[new ProductId("20001")].Name.English, catalog[new ProductId("20001")].Price, catalog[new ProductId("20001")].IsMerchandise));
        Assert.Equal(("Own name", 7m), (catalog[own.Id].Name.English, catalog[own.Id].Price));
        Assert.False(catalog[new ProductId("M")].IsMerchandise);
    }

    private static decimal Cents(decimal amount) => decimal.Round(amount, 2);

    private static long[] Columns(FaultCounts? counts) => counts is null
        ? []
        : [counts.Duplicates, counts.WithoutCustomer, counts.Cancellations, counts.NonPositiveQuantity, counts.NonPositivePrice];
}
