using System.Text;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Importing;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>Archives of tracking calls, CSV files with a mapping, and files that are nothing of the kind.</summary>
public sealed class ImportFileTests
{
    private const string Events = """
        {"type":"track","event":"Product Viewed","messageId":"a","userId":"u1","timestamp":"2025-05-01T10:00:00Z","sentAt":"2025-05-01T13:00:00Z","properties":{"product_id":"p1"}}

        {"type":"identify","messageId":"b","userId":"u1","receivedAt":"2025-05-01T11:00:00Z","traits":{"email":"x"}}
        not json
        {"type":"track","event":"Product Viewed","messageId":"c","userId":"u1","timestamp":"9999-05-01T10:00:00Z"}
        {"type":"track","event":"purchase","anonymousId":"x","timestamp":"2025-05-02T10:00:00Z","properties":{"items":[{"item_id":"p1","price":2}]}}
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_archive_of_tracking_calls_is_imported_once_with_its_own_times(bool isPacked)
    {
        await using ImportShop shop = await ImportShop.OpenAsync();
        IShopImporter importer = ShopImporters.Find(RowImporter.SegmentJsonl, shop.Target)!; // a format that is known
        byte[] bytes = isPacked ? ImportShop.Pack(Events) : Encoding.UTF8.GetBytes(Events);

        ImportReport first = await importer.ImportAsync(new MemoryStream(bytes), ImportShop.Till, null, Cancelled);
        ImportReport second = await importer.ImportAsync(new MemoryStream(bytes), ImportShop.Till, null, Cancelled);
        List<Interaction> stored = await shop.ReadAsync();

        Assert.Equal((5, 3, 0), (first.RowsRead, first.EventsStored, first.EventsDuplicate));
        Assert.Equal((5, 0, 3), (second.RowsRead, second.EventsStored, second.EventsDuplicate));
        Assert.Equal([(FaultCodes.InvalidTimestamp, 1L), (FaultCodes.MalformedJson, 1L)], first.Rejected!.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal([10, 11, 10], stored.Select(item => item.OccurredAt.Hour));
        Assert.Equal(3, shop.RejectedLines(first).Length);
        Assert.Equal("not json,4,malformed_json", shop.RejectedLines(first)[1]);
    }

    [Fact]
    public async Task A_csv_of_orders_is_imported_by_its_mapping()
    {
        const string Text = "Buyer;Bestellung;Artikel;Titel;Gruppe;Stück;Preis;Wann\n7;o1;p1;茶;tea;2;1,50;03.05.2025 14:00\n7;o1;p2;Tasse;mugs;1;10,00;03.05.2025 14:00\n8;o2;p1;茶;tea;-1;1,50;03.05.2025 14:00\n";
        ColumnMapping mapping = new() { Customer = "buyer", Order = "Bestellung", Product = "Artikel", Name = "Titel", Category = "Gruppe", Quantity = "Stück", Price = "Preis", Time = "Wann", TimeFormat = "dd.MM.yyyy HH:mm" };
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportReport report = await ShopImporters.Find(RowImporter.Csv, shop.Target, mapping)!.ImportAsync(new MemoryStream(Encoding.UTF8.GetBytes(Text)), ImportShop.Till, null, Cancelled);
        Interaction order = Assert.Single(await shop.ReadAsync());

        Assert.Equal((3, 1, 1), (report.RowsRead, report.RowsJoined, report.Rejected!["non_positive_quantity"]));
        Assert.Equal((13m, "o1", "7"), (order.Revenue, order.OrderId, order.UserId));
        Assert.Equal(new DateTimeOffset(2025, 5, 3, 14, 0, 0, TimeSpan.Zero), order.OccurredAt);
        Assert.Equal(("茶", "tea", 1.5m), (shop.Shop.Catalog.Current[new ProductId("p1")].Name.English, shop.Shop.Catalog.Current[new ProductId("p1")].Category, shop.Shop.Catalog.Current[new ProductId("p1")].Price));
    }

    [Fact]
    public async Task A_csv_row_of_nobody_is_refused_and_one_that_shows_only_a_key_is_the_keys()
    {
        const string Text = "who,mail,card,what,when\nguest,,,p,2025-05-01\nWALK-IN,,,p,2025-05-02\nann,,,p,2025-05-03\n,Bob@Shop.example.net,,p,2025-05-04\nguest,,C 100-200,p,2025-05-05\n,none@none.com,,p,2025-05-06\n";
        ColumnMapping mapping = new() { Customer = "who", Email = "mail", Card = "card", Product = "what", Time = "when", Event = null };
        await using ImportShop shop = await ImportShop.OpenAsync();
        shop.Shop.Identity.Apply(new IdentityOptions { DeniedIds = { "walk-in" } });

        ImportReport report = await ShopImporters.Find(RowImporter.Csv, shop.Target, mapping)!.ImportAsync(new MemoryStream(Encoding.UTF8.GetBytes(Text)), ImportShop.Till, null, Cancelled);
        List<Interaction> stored = await shop.ReadAsync();

        Assert.Equal((6, 3), (report.RowsRead, report.Rejected!["without_customer"]));
        Assert.Equal(["ann", "key-email", "key-card"], stored.Select(act => act.UserId ?? act.AnonymousId![..act.AnonymousId!.LastIndexOf('-')])); // a row has one of the two
    }

    [Fact]
    public async Task A_csv_of_events_is_imported_by_its_mapping()
    {
        const string Text = "unix_time,user_id,item_id,event\n1433221332,257597,355908,view_item\n1433221333,257597,355908,add_to_cart\n1433221334,257597,355908,purchase\n1433221334,,355908,view_item\n";
        ColumnMapping mapping = new() { Customer = "user_id", Product = "item_id", Time = "unix_time", Event = "event" };
        await using ImportShop shop = await ImportShop.OpenAsync();
        IShopImporter importer = ShopImporters.Find(RowImporter.Csv, shop.Target, mapping)!; // csv with a mapping is known

        ImportReport first = await importer.ImportAsync(new MemoryStream(Encoding.UTF8.GetBytes(Text)), ImportShop.Till, null, Cancelled);
        ImportReport second = await importer.ImportAsync(new MemoryStream(ImportShop.Pack(Text)), ImportShop.Till, null, Cancelled);

        Assert.Equal((3, 1), (first.EventsStored, first.Rejected!["without_customer"]));
        Assert.Equal((0, 3), (second.EventsStored, second.EventsDuplicate));
        Assert.Equal(
            [InteractionKind.ProductViewed, InteractionKind.ProductAdded, InteractionKind.OrderCompleted],
            (await shop.ReadAsync()).Select(item => item.Kind));
    }

    [Fact]
    public async Task A_dry_run_shows_ten_mapped_rows_with_a_guessed_mapping_and_stores_nothing()
    {
        string text = "Customer ID,SKU,Title,Qty,Unit Price,Order Date,Order No\n" + string.Concat(Enumerable.Range(1, 30).Select(row => $"c{row},p{row},Thing,{row - 2},1.25,2025-01-01,o{row}\n"));

        ImportPreview preview = await RowImporter.PreviewAsync(RowImporter.Csv, new MemoryStream(Encoding.UTF8.GetBytes(text)), null, DateTimeOffset.UnixEpoch, Cancelled);

        Assert.Equal(("Customer ID", "SKU", "Title", "Qty"), (preview.Mapping.Customer, preview.Mapping.Product, preview.Mapping.Name, preview.Mapping.Quantity));
        Assert.Equal(("Unit Price", "Order Date", "Order No"), (preview.Mapping.Price, preview.Mapping.Time, preview.Mapping.Order));
        Assert.Equal(10, preview.Rows.Count);
        Assert.Equal(["non_positive_quantity", "non_positive_quantity", null], preview.Rows.Take(3).Select(row => row.Fault));
        Assert.Equal(("c3", "p3", 1, 1.25m), (preview.Rows[2].Customer, preview.Rows[2].Product, preview.Rows[2].Quantity, preview.Rows[2].Price));
    }

    [Fact]
    public async Task A_table_whose_columns_cannot_be_guessed_shows_their_names_and_no_rows()
    {
        ImportPreview preview = await RowImporter.PreviewAsync(
            RowImporter.Csv, new MemoryStream("who,at,bon\nk-1,2026-01-20,b-1\n"u8.ToArray()), null, DateTimeOffset.UnixEpoch, Cancelled);

        Assert.Equal(["who", "at", "bon"], preview.Headers);
        Assert.Empty(preview.Rows);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b,c\n1,2,3\n")]
    public async Task A_file_of_another_kind_is_refused_with_its_columns_named(string text)
    {
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportFormatException refusal = await Assert.ThrowsAsync<ImportFormatException>(() => shop.ImportAsync(text));

        Assert.Contains(text.Length == 0 ? "header" : "a, b, c", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await shop.ReadAsync());
    }

    [Fact]
    public async Task A_truncated_gzip_is_told_and_leaves_nothing_half_behind()
    {
        await using ImportShop shop = await ImportShop.OpenAsync();
        byte[] whole = ImportShop.Pack(new DirtySample(seed: 3, count: 2_000).Text);

        await Assert.ThrowsAsync<ImportFormatException>(() =>
            new OnlineRetailImporter(shop.Target).ImportAsync(new MemoryStream(whole[..(whole.Length / 2)]), ImportShop.Till, null, Cancelled));

        Assert.Empty(Directory.GetFiles(shop.Shop.Folder.Quarantine));
    }
}
