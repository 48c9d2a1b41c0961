using System.Globalization;
using System.Text;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>Public clickstreams and GA4's export, in the layouts in which they are published and in those of the shared data sets.</summary>
public sealed class ImportClickstreamTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Retailrocket_as_published_is_read_with_one_order_for_each_transaction()
    {
        const string Text = """
            timestamp,visitorid,event,itemid,transactionid
            1433221332117,257597,view,355908,
            1433224214164,992329,addtocart,248676,
            1433222276276,599528,transaction,356475,4000
            1433222276276,599528,transaction,15335,4000
            1433222276276,599528,transaction,15335,4000
            1433222276276,599528,wishlist,1,
            1433222276276,,view,1,
            """;
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportReport report = await shop.ImportAsync(Text, RowImporter.Retailrocket);
        List<Interaction> stored = await shop.ReadAsync();

        Assert.Equal((7, 3, 1), (report.RowsRead, report.EventsStored, report.RowsJoined));
        Assert.Equal([(RowFaults.Duplicate, 1L), (RowFaults.UnknownEvent, 1), (RowFaults.WithoutCustomer, 1)], report.Rejected!.Select(pair => (pair.Key, pair.Value)));
        Interaction order = stored.Single(item => item.Kind == InteractionKind.OrderCompleted);
        Assert.Equal(("4000", "599528"), (order.OrderId, order.AnonymousId));
        Assert.Equal(["356475", "15335"], order.Lines.Select(line => line.Product.Value));
        Assert.Equal(new DateTimeOffset(2015, 6, 2, 5, 2, 12, 117, TimeSpan.Zero), stored[0].OccurredAt);
        Assert.Equal(["6", "7", "8"], shop.RejectedLines(report)[1..].Select(line => line.Split(',')[^2]));
        AssertAddsUp(report);
    }

    [Fact]
    public async Task Rees46_is_read_with_brand_and_category_for_the_catalogue()
    {
        const string Text = """
            event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session
            2019-10-01 00:00:00 UTC,view,44600062,2103807459595387724,,shiseido,35.79,541312140,72d76fde
            2019-10-01 00:00:01 UTC,cart,1004856,2053013555631882655,electronics.smartphone,samsung,130.76,513605607,6c0e2269
            2019-10-01 00:02:14 UTC,purchase,1004856,2053013555631882655,electronics.smartphone,samsung,130.76,543272936,8187d148
            2019-10-01 00:02:14 UTC,purchase,1005115,2053013555631882655,electronics.smartphone,apple,1000,543272936,8187d148
            2019-10-01 00:03:00 UTC,remove_from_cart,1004856,1,,,0,513605607,6c0e2269
            2019-10-01 00:04:00 UTC,purchase,1,1,,,0,513605607,6c0e2269
            yesterday,view,1,1,,,1,513605607,6c0e2269
            """;
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportReport report = await shop.ImportAsync(Text, RowImporter.Rees46);
        List<Interaction> stored = await shop.ReadAsync();

        Assert.Equal((7, 4, 1), (report.RowsRead, report.EventsStored, report.RowsJoined));
        Assert.Equal([(RowFaults.NonPositivePrice, 1L), (RowFaults.Unreadable, 1)], report.Rejected!.Select(pair => (pair.Key, pair.Value)));
        Interaction order = stored.Single(item => item.Kind == InteractionKind.OrderCompleted);
        Assert.Equal((1130.76m, "8187d148", "543272936"), (order.Revenue, order.SessionId, order.UserId));
        Product phone = shop.Shop.Catalog.Current[new ProductId("1004856")];
        Assert.Equal(("electronics.smartphone", "samsung", 130.76m), (phone.Category, phone.Brand, phone.Price));
        AssertAddsUp(report);
    }

    [Fact]
    public async Task Yoochoose_clicks_and_buys_have_no_header_and_are_told_apart_by_their_columns()
    {
        const string Clicks = "1,2014-04-07T10:51:09.277Z,214536502,0\n1,2014-04-07T10:54:09.868Z,214536500,S\n";
        const string Buys = "420374,2014-04-06T18:44:58.314Z,214537888,12462,1\n420374,2014-04-06T18:44:58.325Z,214537850,10471,2\n281626,2014-04-06T09:40:13.032Z,214535653,0,0\n";
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportReport clicks = await shop.ImportAsync(Clicks, RowImporter.Yoochoose);
        ImportReport buys = await shop.ImportAsync(Buys, RowImporter.Yoochoose);
        List<Interaction> stored = await shop.ReadAsync();

        Assert.Equal((2, 2), (clicks.RowsRead, clicks.EventsStored));
        Assert.Equal((3, 2, 1), (buys.RowsRead, buys.EventsStored, buys.RowsJoined));
        Assert.Equal([12462m + (2 * 10471m), null], stored.Where(item => item.Kind == InteractionKind.OrderCompleted).OrderByDescending(item => item.Revenue ?? 0).Select(item => item.Revenue));
        Assert.Equal(new DateTimeOffset(2014, 4, 7, 10, 51, 9, 277, TimeSpan.Zero), stored.First(item => item.Kind == InteractionKind.ProductViewed).OccurredAt);
    }

    [Fact]
    public async Task Ga4_rows_become_the_tracking_calls_that_they_are()
    {
        const string Text = """
            {"event_date":"20240501","event_timestamp":"1714557600123456","event_name":"purchase","event_params":[{"key":"ga_session_id","value":{"int_value":"17145"}},{"key":"currency","value":{"string_value":"EUR"}},{"key":"value","value":{"double_value":30.5}}],"user_id":"u1","user_pseudo_id":"p1","ecommerce":{"transaction_id":"t-9","purchase_revenue":30.5},"items":[{"item_id":"sku-1","item_name":"Tea","item_brand":"(not set)","item_category":"Drinks","price":10.25,"quantity":"2"},{"item_id":"sku-2","item_name":"Cup","price":10,"quantity":"1"}]}
            {"event_timestamp":1714557601000000,"event_name":"view_item","user_pseudo_id":"p1","items":[{"item_id":"sku-1","item_name":"Tea"}]}
            {"event_timestamp":"1714557602000000","event_name":"page_view","user_pseudo_id":"p2","event_params":[{"key":"page_location","value":{"string_value":"https://shop.example/"}}]}
            {"event_timestamp":"soon","event_name":"page_view","user_pseudo_id":"p2"}
            {"event_name":"page_view"
            {"event_timestamp":"1714557603000000","event_name":"purchase","user_pseudo_id":"p3","event_params":[{"key":"currency","value":{"string_value":"USD"}}],"ecommerce":{"purchase_revenue":5}}
            {"event_timestamp":"1714557603000000","event_name":"page_view"}
            """;
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportReport report = await shop.ImportAsync(Text, RowImporter.Ga4Jsonl);
        ImportReport again = await shop.ImportAsync(Text, RowImporter.Ga4Jsonl);
        List<Interaction> stored = await shop.ReadAsync();

        Assert.Equal((7, 3, 0), (report.RowsRead, report.EventsStored, report.EventsDuplicate));
        Assert.Equal((0, 3), (again.EventsStored, again.EventsDuplicate));
        Assert.Equal(["malformed_json", "missing_id", "unknown_currency", "unreadable"], report.Rejected!.Keys);
        Interaction order = stored[0];
        Assert.Equal((30.5m, "t-9", "u1", "p1", "17145", "EUR"), (order.Revenue, order.OrderId, order.UserId, order.AnonymousId, order.SessionId, order.Currency));
        Assert.Equal([("sku-1", 2, 10.25m), ("sku-2", 1, 10m)], order.Lines.Select(line => (line.Product.Value, line.Quantity, line.UnitPrice ?? 0)));
        Assert.Equal(new DateTimeOffset(2024, 5, 1, 10, 0, 0, TimeSpan.Zero).AddTicks(1_234_560), order.OccurredAt);
        Assert.Equal([InteractionKind.ProductViewed, InteractionKind.PageViewed], stored[1..].Select(item => item.Kind));
        Product tea = shop.Shop.Catalog.Current[new ProductId("sku-1")];
        Assert.Equal(("Tea", "Drinks", null), (tea.Name.English, tea.Category, tea.Brand));
        AssertAddsUp(report);
    }

    [Theory]
    [InlineData(RowImporter.Retailrocket, 97_381, 94_890, "recommend", "retailrocket", "train_events.csv.gz")]
    [InlineData(RowImporter.Yoochoose, 70_278, 70_277, "recommend", "yoochoose-100k", "yoochoose-clicks-100k_train_full.txt.gz")]
    public async Task The_shared_files_are_read_whole_and_once(string format, long rows, long events, params string[] file)
    {
        string path = SharedData.Require(file);
        await using ImportShop shop = await ImportShop.OpenAsync();
        IShopImporter importer = ShopImporters.Find(format, shop.Target)!; // a format that is known

        ImportReport first = await ImportAsync();
        ImportReport second = await ImportAsync();

        Assert.Equal((rows, events), (first.RowsRead, first.EventsStored));
        Assert.Equal((0, first.EventsStored + first.EventsDuplicate), (second.EventsStored, second.EventsDuplicate));
        Assert.Equal(events, (await shop.Shop.Log.GetStatusAsync(Cancelled)).Events);
        AssertAddsUp(first);

        async Task<ImportReport> ImportAsync()
        {
            await using FileStream stream = File.OpenRead(path);
            return await importer.ImportAsync(stream, ImportShop.Till, null, Cancelled);
        }
    }

    [Fact]
    public async Task An_order_whose_rows_lie_far_apart_loses_no_line_and_an_order_is_stored_whole_in_one_pass()
    {
        StringBuilder text = new("timestamp,visitorid,event,itemid,transactionid\n1433222276276,7,transaction,1,4000\n");
        for (int row = 0; row < OrderWindow.OpenRows + 10; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{1433222276277 + row},v{row % 500},view,{row % 97},\n");
        }

        text.Append("1433299999999,7,transaction,2,4000\n");
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportReport report = await shop.ImportAsync(text.ToString(), RowImporter.Retailrocket);
        ImportReport again = await shop.ImportAsync(text.ToString(), RowImporter.Retailrocket);

        List<Interaction> parts = [.. (await shop.ReadAsync()).Where(item => item.Kind == InteractionKind.OrderCompleted)];
        Assert.Equal(["1", "2"], parts.Select(part => Assert.Single(part.Lines).Product.Value));
        Assert.Equal(["4000", "4000"], parts.Select(part => part.OrderId));
        Assert.Equal(report.RowsRead, report.EventsStored);
        Assert.Equal((0, report.EventsStored), (again.EventsStored, again.EventsDuplicate));
    }

    internal static void AssertAddsUp(ImportReport report) =>
        Assert.Equal(report.RowsRead, report.EventsStored + report.EventsDuplicate + (report.RowsJoined ?? 0) + report.Rejected!.Values.Sum());
}
