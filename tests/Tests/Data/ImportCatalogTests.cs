using MarketLoop.Data.Catalog;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>Product feeds in all their forms, with a verdict for each row, and the history of prices and stocks.</summary>
public sealed class ImportCatalogTests
{
    private const string Xml = """
        <?xml version="1.0" encoding="UTF-8"?>
        <rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">
          <channel>
            <title>Shop</title>
            <item>
              <g:id>TV_1</g:id>
              <title>Old title</title>
              <g:title>TV &amp; stand</g:title>
              <link>https://shop.example/tv</link>
              <g:image_link>https://shop.example/tv.png</g:image_link>
              <g:price>159.00 EUR</g:price>
              <g:availability>out_of_stock</g:availability>
              <g:brand>Acme</g:brand>
              <g:product_type>Home &gt; Screens &gt; TV</g:product_type>
              <g:color>black</g:color>
              <g:shipping><g:country>DE</g:country></g:shipping>
            </item>
            <item><g:id>TV_2</g:id><g:price>5 EUR</g:price></item>
          </channel>
        </rss>
        """;

    private static readonly ProductId Tv = new("TV_1");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_xml_feed_becomes_products_and_a_bad_one_gets_its_line_and_reason()
    {
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportReport report = await shop.ImportAsync(Xml, ProductImporter.GoogleMerchant);
        Product tv = shop.Shop.Catalog.Current[Tv];

        Assert.Equal((2, new CatalogChanges(1, 0, 0, 1)), (report.RowsRead, report.Catalog));
        Assert.Equal(("TV & stand", 159m, 0, "Acme", "Home > Screens > TV"), (tv.Name.English, tv.Price, tv.Stock, tv.Brand, tv.Category));
        Assert.Equal(("https://shop.example/tv", "https://shop.example/tv.png", "black"), (tv.Url, tv.ImageUrl, tv.Attributes!["color"]));
        Assert.Equal("missing_name", Assert.Single(report.Rejected!).Key);
        Assert.EndsWith(",18,missing_name", shop.RejectedLines(report)[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><rss><channel><item><id>1</id><title>&x;</title></item></channel></rss>")]
    [InlineData("<rss><channel><item><id>1</id><title>open</item>")]
    public async Task A_document_type_or_broken_xml_is_refused(string xml)
    {
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportFormatException refusal = await Assert.ThrowsAsync<ImportFormatException>(() => shop.ImportAsync(xml, ProductImporter.GoogleMerchant));

        Assert.Contains("XML cannot be read", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(shop.Shop.Catalog.Current);
    }

    [Theory]
    [InlineData('\t')]
    [InlineData(',')]
    public async Task A_feed_as_a_table_is_read_by_its_column_names(char separator)
    {
        string text = """
            id|title|price|sale price|sale price effective date|availability|link|quantity
            1|Tea|10.00 EUR|8.00 EUR|2026-02-01T00:00Z/2026-04-01T00:00Z|in stock|https://shop.example/1|5
            2|Cup|10.00 EUR|8.00 EUR|2025-02-01T00:00Z/2025-04-01T00:00Z|in stock||7
            3|Pot|-1 EUR|||in stock||
            4|Can|ten|||in stock||
            5|Jug|10 EUR|||in stock|javascript:alert(1)|
            6|Mug|10 USD|||in stock||
            7|Jar|10 EUR|||in stock||many
            1|Tea again|1 EUR|||in stock||
            |Nameless|1 EUR|||in stock||
            """.Replace('|', separator);
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportReport report = await shop.ImportAsync(text, ProductImporter.GoogleMerchant);
        IReadOnlyDictionary<ProductId, Product> products = shop.Shop.Catalog.Current;

        Assert.Equal([8m, 10m], products.OrderBy(pair => pair.Key.Value, StringComparer.Ordinal).Select(pair => pair.Value.Price));
        Assert.Equal([5, 7], products.OrderBy(pair => pair.Key.Value, StringComparer.Ordinal).Select(pair => pair.Value.Stock));
        Assert.Equal(
            ["4:invalid_price", "5:invalid_price", "6:invalid_address", "7:unknown_currency", "8:invalid_stock", "9:repeated_id", "10:missing_id"],
            shop.RejectedLines(report)[1..].Select(line => line.Split(',')[^2] + ":" + line.Split(',')[^1]));
    }

    [Fact]
    public async Task Json_lines_take_our_names_and_schema_orgs()
    {
        await using ImportShop shop = await ImportShop.OpenAsync();

        ImportReport report = await shop.ImportAsync(
            """
            {"id":"a","name":{"en":"Tea","zh":"茶"},"category":"drinks.tea","imageUrl":"/a.png","price":2.5,"stock":3,"attributes":{"origin":"Yunnan"},"isMerchandise":true}
            {"sku":"b","name":"Postage","price":"4,50","isMerchandise":false,"brand":{"name":"Post"}}
            [1,2]
            {"id":"c"
            """,
            ProductImporter.ProductsJsonl);
        Product tea = shop.Shop.Catalog.Current[new ProductId("a")];
        Product postage = shop.Shop.Catalog.Current[new ProductId("b")];

        Assert.Equal(("Tea", "茶", "/a.png", 2.5m, 3, "Yunnan"), (tea.Name.English, tea.Name.Chinese, tea.ImageUrl, tea.Price, tea.Stock, tea.Attributes!["origin"]));
        Assert.Equal((4.5m, false, "Post"), (postage.Price, postage.IsMerchandise, postage.Brand));
        Assert.Equal(2, report.Rejected!["not_a_product"]);
    }

    [Fact]
    public async Task Price_and_stock_can_be_read_as_of_any_moment_and_only_changes_are_kept()
    {
        using StorageFolder folder = new();
        await using MarketLoop.Data.Embedded.EmbeddedShop shop = await folder.OpenAsync();
        DateTimeOffset start = folder.Clock.GetUtcNow();
        foreach ((decimal price, int stock) in ((decimal, int)[])[(10, 5), (10, 5), (12, 5), (12, 4), (12, 4), (10, 4)])
        {
            await shop.Catalog.UpsertAsync([new Product { Id = Tv, Name = new LocalizedText("TV", null), Price = price, Stock = stock }], Cancelled);
            folder.Clock.Advance(TimeSpan.FromDays(1));
        }

        IReadOnlyList<ProductNote> history = await shop.Catalog.ReadHistoryAsync(Tv, Cancelled);

        Assert.Equal([(0, 10m, 5), (2, 12m, 5), (3, 12m, 4), (5, 10m, 4)], history.Select(note => ((note.At - start).Days, note.Price ?? 0, note.Stock ?? 0)));
        Assert.Equal(12m, (await shop.Catalog.FindAsOfAsync(Tv, start.AddDays(4.5), Cancelled))!.Price);
        Assert.Equal(5, (await shop.Catalog.FindAsOfAsync(Tv, start.AddDays(2), Cancelled))!.Stock);
        Assert.Null(await shop.Catalog.FindAsOfAsync(Tv, start.AddTicks(-1), Cancelled));
    }

    [Fact]
    public void The_tree_of_categories_counts_what_lies_below()
    {
        string?[] tags = ["Home > Kitchen > Cups", "Home > Kitchen", "Home", "electronics.phone", "Tea sets. Fine", null];
        IReadOnlyList<CategoryNode> tree = CategoryTree.Build(tags.Select((tag, index) => new Product { Id = new ProductId("p" + index), Name = new LocalizedText("x", null), Category = tag }));

        Assert.Equal(["Home:3", "Tea sets. Fine:1", "electronics:1"], tree.Select(node => $"{node.Name}:{node.Products}"));
        Assert.Equal(("Home > Kitchen", 2), (tree[0].Children[0].Path, tree[0].Children[0].Products));
        Assert.True(CategoryTree.IsWithin("Home > Kitchen > Cups", "Home > Kitchen"));
        Assert.False(CategoryTree.IsWithin("Home > Kitchenette", "Home > Kitchen"));
    }

    [Fact]
    public async Task Campaigns_are_kept_listed_by_kind_and_removed()
    {
        await using ImportShop shop = await ImportShop.OpenAsync();
        ICampaignStore campaigns = shop.Shop.Campaigns;
        Campaign spring = new()
        {
            Id = new CampaignId("spring"),
            Name = new LocalizedText("Spring", "春"),
            Kind = CampaignKind.Promotion,
            Type = "percent-off",
            Position = "home",
            Budget = 500m,
            From = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero),
            Until = new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero),
            Strength = 0.2,
            Products = [Tv],
        };
        await campaigns.UpsertAsync([spring, spring with { Id = new CampaignId("search"), Kind = CampaignKind.Advertising, Products = [] }], Cancelled);

        Assert.Equal(["search", "spring"], (await campaigns.ListAsync(null, null, 10, Cancelled)).Select(campaign => campaign.Id.Value));
        Assert.Equal(["spring"], (await campaigns.ListAsync("search", CampaignKind.Promotion, 10, Cancelled)).Select(campaign => campaign.Id.Value));
        Assert.Equivalent(spring, await campaigns.FindAsync(spring.Id, Cancelled));
        Assert.Equal((true, false), (spring.IsActiveAt(spring.From!.Value), spring.IsActiveAt(spring.Until!.Value)));
        Assert.True(await campaigns.RemoveAsync(spring.Id, Cancelled));
        Assert.False(await campaigns.RemoveAsync(spring.Id, Cancelled));
    }
}
