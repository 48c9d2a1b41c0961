using System.Text.Json.Nodes;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.IntakeShop;

namespace MarketLoop.Tests.Data;

/// <summary>What events become: kinds, lines, money, ids.</summary>
public sealed class IntakeMeaningTests
{
    [Theory]
    [InlineData("Product Viewed", InteractionKind.ProductViewed)]
    [InlineData("product_viewed", InteractionKind.ProductViewed)]
    [InlineData("view_item", InteractionKind.ProductViewed)]
    [InlineData("Product Added", InteractionKind.ProductAdded)]
    [InlineData("add_to_cart", InteractionKind.ProductAdded)]
    [InlineData("Product Removed", InteractionKind.ProductRemoved)]
    [InlineData("remove_from_cart", InteractionKind.ProductRemoved)]
    [InlineData("Product List Viewed", InteractionKind.ProductListViewed)]
    [InlineData("view_item_list", InteractionKind.ProductListViewed)]
    [InlineData("Products Searched", InteractionKind.ProductsSearched)]
    [InlineData("search", InteractionKind.ProductsSearched)]
    [InlineData("view_search_results", InteractionKind.ProductsSearched)]
    [InlineData("Order Completed", InteractionKind.OrderCompleted)]
    [InlineData("purchase", InteractionKind.OrderCompleted)]
    [InlineData("Order Updated", InteractionKind.Custom)]
    [InlineData("Order Refunded", InteractionKind.OrderRefunded)]
    [InlineData("Order Cancelled", InteractionKind.OrderRefunded)]
    [InlineData("refund", InteractionKind.OrderRefunded)]
    [InlineData("Coupon Applied", InteractionKind.CouponApplied)]
    [InlineData("Product Reviewed", InteractionKind.ProductReviewed)]
    [InlineData("Promotion Viewed", InteractionKind.PromotionViewed)]
    [InlineData("view_promotion", InteractionKind.PromotionViewed)]
    [InlineData("Promotion Clicked", InteractionKind.PromotionClicked)]
    [InlineData("select_promotion", InteractionKind.PromotionClicked)]
    [InlineData("Email Opened", InteractionKind.EmailOpened)]
    [InlineData("Email Link Clicked", InteractionKind.EmailLinkClicked)]
    [InlineData("Consent Updated", InteractionKind.ConsentUpdated)]
    [InlineData("Segment Consent Preference Updated", InteractionKind.ConsentUpdated)]
    [InlineData("Wishlist Shared", InteractionKind.Custom)]
    public void Names_of_both_specifications_have_their_meaning(string name, InteractionKind kind) => Assert.Equal(kind, EventNames.KindOf(name));

    [Theory]
    [InlineData("identify", InteractionKind.Identified)]
    [InlineData("page", InteractionKind.PageViewed)]
    [InlineData("screen", InteractionKind.PageViewed)]
    [InlineData("group", InteractionKind.Custom)]
    [InlineData("alias", InteractionKind.Custom)]
    public async Task Calls_without_event_name_are_named_by_their_type(string type, InteractionKind kind)
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();

        Interaction stored = await shop.StoreAsync(new JsonObject { ["type"] = type, ["userId"] = 17, ["traits"] = new JsonObject { ["marketing_email"] = true }, ["properties"] = new JsonObject { ["path"] = "/" } });

        Assert.Equal((kind, type, "17"), (stored.Kind, stored.Name, stored.UserId));
        Assert.Equal(type is "identify" or "group" ? """{"marketing_email":true}""" : """{"path":"/"}""", stored.PropertiesJson);
    }

    [Theory]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", "mobile")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 Chrome/120.0 Safari/537.36", "tablet")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0", "desktop")]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1; Mobile)", null)]
    [InlineData("node-fetch/1.0", null)]
    public async Task Of_a_user_agent_only_the_kind_of_device_is_kept(string agent, string? kind)
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();

        Interaction stored = await shop.StoreAsync(new JsonObject { ["type"] = "page", ["userId"] = "ann", ["properties"] = new JsonObject { ["path"] = "/" }, ["context"] = new JsonObject { ["userAgent"] = agent } });

        Assert.Equal(kind is null ? """{"path":"/"}""" : $$"""{"path":"/","$device":"{{kind}}"}""", stored.PropertiesJson);
    }

    [Fact]
    public async Task An_order_in_segments_words_is_read_whole()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        JsonObject order = Track("Order Completed", new JsonObject
        {
            ["order_id"] = "o1",
            ["revenue"] = "1,299.505",
            ["currency"] = "cny",
            ["coupon"] = "SPRING",
            ["products"] = new JsonArray(
                new JsonObject { ["product_id"] = 507, ["sku"] = "x", ["price"] = 19.999, ["quantity"] = "2", ["name"] = "茶" },
                new JsonObject { ["sku"] = "sku-2", ["price"] = "12,50 €" },
                new JsonObject { ["name"] = "no id" }),
        });
        order["anonymousId"] = "browser";
        order["context"] = new JsonObject { ["sessionId"] = "s1" };

        Interaction stored = await shop.StoreAsync(order);

        Assert.Equal((InteractionKind.OrderCompleted, "o1", 1299.505m, "CNY"), (stored.Kind, stored.OrderId, stored.Revenue, stored.Currency));
        Assert.Equal([new LineItem(new ProductId("507"), 2, 19.999m), new LineItem(new ProductId("sku-2"), 1, 12.5m)], stored.Lines);
        Assert.Equal(("ann", "browser", "s1"), (stored.UserId, stored.AnonymousId, stored.SessionId));
        Assert.Equal(CustomerId.Known("ann"), stored.Customer);
        Assert.Contains("SPRING", stored.PropertiesJson, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_purchase_in_ga4s_words_is_read_whole_also_when_nested()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        JsonObject ecommerce = new()
        {
            ["transaction_id"] = "T1",
            ["value"] = 30.03,
            ["currency"] = "USD",
            ["items"] = new JsonArray(new JsonObject { ["item_id"] = "p1", ["price"] = 10.01, ["quantity"] = 3 }),
        };

        Interaction stored = await shop.StoreAsync(Track("purchase", new JsonObject { ["ecommerce"] = ecommerce }));

        Assert.Equal((InteractionKind.OrderCompleted, "T1", 30.03m, "USD"), (stored.Kind, stored.OrderId, stored.Revenue, stored.Currency));
        Assert.Equal([new LineItem(new ProductId("p1"), 3, 10.01m)], stored.Lines);
    }

    [Fact]
    public async Task Revenue_is_summed_from_the_lines_when_nobody_names_it_and_refunds_are_positive()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        JsonArray Products(int quantity) => [new JsonObject { ["product_id"] = "p", ["price"] = 2.5, ["quantity"] = quantity }];

        await shop.SendBatchAsync(
            Track("Order Completed", new JsonObject { ["products"] = Products(2) }, "order"),
            Track("Order Refunded", new JsonObject { ["order_id"] = "order", ["total"] = -5, ["products"] = Products(-2) }, "refund"));
        List<Interaction> stored = await shop.ReadAsync();

        Assert.Equal([5m, 5m], stored.Select(item => item.Revenue));
        Assert.Equal(["order", "order"], stored.Select(item => item.OrderId));
        Assert.All(stored, item => Assert.Equal(2, item.Lines[0].Quantity));
    }

    [Fact]
    public async Task A_treatments_token_and_a_search_term_are_taken_out()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();

        await shop.SendBatchAsync(
            Track("Promotion Clicked", new JsonObject { ["treatment_token"] = "tok", ["product_id"] = "p9", ["position"] = 2 }, "a"),
            Track("Products Searched", new JsonObject { ["query"] = "绿茶" }, "b"));
        List<Interaction> stored = await shop.ReadAsync();

        Assert.Equal(("tok", "p9"), (stored[0].TreatmentToken, stored[0].Lines[0].Product.Value));
        Assert.Equal("绿茶", stored[1].SearchTerm);
    }

    [Fact]
    public async Task An_event_without_meaning_to_us_is_kept_whatever_its_price_field_says()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();

        Interaction stored = await shop.StoreAsync(Track("Survey Answered", new JsonObject { ["price"] = "too high", ["quantity"] = -3 }));

        Assert.Equal(InteractionKind.Custom, stored.Kind);
        Assert.Empty(stored.Lines);
        Assert.Contains("too high", stored.PropertiesJson, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_call_takes_its_type_from_the_route()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();

        IntakeVerdict verdict = await shop.SendAsync("""{"userId":"u1","traits":{"email":"a@example.org"}}""", IntakeRoute.Identify);

        Assert.Equal(1, verdict.Accepted);
        Assert.Equal(InteractionKind.Identified, Assert.Single(await shop.ReadAsync()).Kind);
    }

    [Theory]
    [InlineData("12.50", "12.50")]
    [InlineData("12,50", "12.50")]
    [InlineData("1,299", "1299")]
    [InlineData("1.299,00", "1299.00")]
    [InlineData("1,299.00", "1299.00")]
    [InlineData("£ 5", "5")]
    [InlineData("-£5", "-5")]
    [InlineData("£-5", "-5")]
    [InlineData("5 EUR", "5")]
    [InlineData("¥99", "99")]
    [InlineData("1 299,5", "1299.5")]
    public void Amounts_are_read_as_people_write_them(string text, string expected)
    {
        Assert.True(WrittenAmount.TryParse(text, out decimal amount));
        Assert.Equal(decimal.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), amount);
    }

    [Theory]
    [InlineData("")]
    [InlineData("free")]
    [InlineData("1-2")]
    [InlineData("1.2.3,4,5")]
    [InlineData("--5")]
    public void What_is_no_amount_is_not_read(string text) => Assert.False(WrittenAmount.TryParse(text, out _));
}
