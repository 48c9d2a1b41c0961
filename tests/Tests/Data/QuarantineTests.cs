using System.Text;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Importing;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>What was refused is listed, set right, and replayed: twice without harm.</summary>
public sealed class QuarantineTests
{
    private const string Header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_of_an_import_is_mended_and_stored_once_however_often_it_is_replayed()
    {
        await using ImportShop shop = await ImportShop.OpenAsync();
        await shop.ImportAsync(Header + "1,20001,\"A, red\",2,2011-01-01 10:00:00,1.5,100,France\n1,20002,B,1,2011-01-01 10:00:00,2,,France\n");
        Quarantine quarantine = Quarantine.Of(shop.Shop, shop.Target);
        QuarantineFile file = Assert.Single(await quarantine.ListFilesAsync(Cancelled));
        QuarantinedRow row = Assert.Single(await quarantine.ListAsync(file.Name, null, 10, onlyWaiting: true, Cancelled));
        string mended = row.Content.Replace("\"CustomerID\":\"\"", "\"CustomerID\":\"100\"", StringComparison.Ordinal);

        ReplayVerdict asItIs = (await quarantine.ReplayAsync(row.Id, null, Cancelled))!;
        ReplayVerdict first = (await quarantine.ReplayAsync(row.Id, mended, Cancelled))!;
        ReplayVerdict second = (await quarantine.ReplayAsync(row.Id, mended, Cancelled))!;
        ReplayVerdict other = (await quarantine.ReplayAsync(row.Id, mended.Replace("100", "101", StringComparison.Ordinal), Cancelled))!;

        Assert.Equal((1, 1, "online-retail", "till"), (file.Rows, file.Waiting, file.Format, file.Source));
        Assert.Equal((3, "without_customer"), (row.Line, row.Code));
        Assert.Equal(new ReplayVerdict(false, false, "without_customer"), asItIs);
        Assert.Equal(new ReplayVerdict(true, false, null), first);
        Assert.Equal([new ReplayVerdict(false, true, null), new ReplayVerdict(false, true, null)], [second, other]);
        List<Interaction> orders = await shop.ReadAsync();
        Assert.Equal(["1", "1"], orders.Select(order => order.OrderId));
        Assert.Equal(5m, orders.Sum(order => order.Revenue));
        Assert.Empty(await quarantine.ListAsync(file.Name, null, 10, onlyWaiting: true, Cancelled));
        Assert.Equal(0, Assert.Single(await quarantine.ListFilesAsync(Cancelled)).Waiting);
    }

    [Fact]
    public async Task An_event_from_the_door_is_mended_and_keeps_its_own_id()
    {
        await using ImportShop shop = await ImportShop.OpenAsync();
        using EventQuarantine kept = new(shop.Shop.Folder.Quarantine, new IntakeOptions());
        SegmentIntake intake = new(shop.Shop.Log, kept, new IntakeOptions());
        const string Batch = """{"batch":[{"type":"track","event":"Product Viewed","userId":"u","messageId":"m1","properties":{"product_id":"p","price":-1}},{"type":"track","userId":"u"}]}""";
        await intake.AcceptAsync(new SourceId("web"), Encoding.UTF8.GetBytes(Batch), IntakeRoute.Batch, shop.Target.Time.GetUtcNow(), Cancelled);
        Quarantine quarantine = Quarantine.Of(shop.Shop, shop.Target);
        QuarantineFile listed = Assert.Single(await quarantine.ListFilesAsync(Cancelled));
        string file = listed.Name;
        long waiting = await shop.Shop.CountQuarantinedAsync(Cancelled);
        IReadOnlyList<QuarantinedRow> rows = await quarantine.ListAsync(file, null, 10, onlyWaiting: true, Cancelled);

        ReplayVerdict first = (await quarantine.ReplayAsync(rows[0].Id, rows[0].Content.Replace("-1", "1", StringComparison.Ordinal), Cancelled))!;
        ReplayVerdict again = (await quarantine.ReplayAsync(rows[0].Id, rows[0].Content.Replace("-1", "2", StringComparison.Ordinal), Cancelled))!;
        bool isDiscarded = await quarantine.DiscardAsync(rows[1].Id, Cancelled);

        Assert.Equal(["negative_price", "missing_event"], rows.Select(row => row.Code));
        Assert.Equal((true, false, true), (first.IsStored, again.IsStored, again.IsKnown));
        Interaction stored = Assert.Single(await shop.ReadAsync());
        Assert.Equal(("m1", "web", 1m), (stored.MessageId, stored.Source.Value, stored.Lines[0].UnitPrice));
        Assert.Equal(shop.Target.Time.GetUtcNow(), listed.Newest); // the shop's clock, not the disk's
        Assert.Equal((2, 0), (waiting, await shop.Shop.CountQuarantinedAsync(Cancelled)));
        Assert.True(isDiscarded);
        Assert.False(await quarantine.DiscardAsync(rows[0].Id, Cancelled));
        Assert.Equal([QuarantineState.Replayed, QuarantineState.Discarded], (await quarantine.ListAsync(file, null, 10, onlyWaiting: false, Cancelled)).Select(row => row.State));
    }

    [Fact]
    public async Task A_mapped_table_and_a_feed_are_read_again_by_their_own_rules()
    {
        await using ImportShop shop = await ImportShop.OpenAsync();
        ColumnMapping mapping = new() { Customer = "who", Product = "what", Time = "when", Event = "act" };
        await ShopImporters.Find(RowImporter.Csv, shop.Target, mapping)!.ImportAsync(new MemoryStream("who,what,when,act\nu,p,soon,view\n"u8.ToArray()), new SourceId("table"), null, Cancelled);
        await shop.ImportAsync("id,title,price\n9,Tea,cheap\n", ProductImporter.GoogleMerchant);
        Quarantine quarantine = Quarantine.Of(shop.Shop, shop.Target);
        List<QuarantinedRow> rows = [];
        foreach (QuarantineFile file in (await quarantine.ListFilesAsync(Cancelled)).OrderBy(file => file.Format, StringComparer.Ordinal))
        {
            rows.AddRange(await quarantine.ListAsync(file.Name, null, 10, onlyWaiting: true, Cancelled));
        }

        ReplayVerdict table = (await quarantine.ReplayAsync(rows[0].Id, rows[0].Content.Replace("soon", "2025-05-01", StringComparison.Ordinal), Cancelled))!;
        ReplayVerdict feed = (await quarantine.ReplayAsync(rows[1].Id, rows[1].Content.Replace("cheap", "3 EUR", StringComparison.Ordinal), Cancelled))!;

        ReplayVerdict feedAgain = (await quarantine.ReplayAsync(rows[1].Id, rows[1].Content.Replace("cheap", "3 EUR", StringComparison.Ordinal), Cancelled))!;

        Assert.Equal(["unreadable", "invalid_price"], rows.Select(row => row.Code));
        Assert.Equal(new ReplayVerdict(false, true, null), feedAgain);
        Assert.True(table.IsStored && feed.IsStored);
        Assert.Equal(InteractionKind.ProductViewed, Assert.Single(await shop.ReadAsync()).Kind);
        Assert.Equal(3m, shop.Shop.Catalog.Current[new ProductId("9")].Price);
    }

    [Theory]
    [InlineData("events-20260301.jsonl:1")]
    [InlineData("../marketloop.json:1")]
    [InlineData("nothing")]
    public async Task A_row_that_is_not_there_is_not_found(string id)
    {
        await using ImportShop shop = await ImportShop.OpenAsync();
        Quarantine quarantine = Quarantine.Of(shop.Shop, shop.Target);

        Assert.Null(await quarantine.FindAsync(id, Cancelled));
        Assert.Null(await quarantine.ReplayAsync(id, "{}", Cancelled));
        Assert.False(await quarantine.DiscardAsync(id, Cancelled));
    }
}
