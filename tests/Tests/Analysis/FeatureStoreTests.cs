using MarketLoop.Analysis.Features;
using MarketLoop.Domain;
using MarketLoop.Tests.Fakes;
using Xunit;

namespace MarketLoop.Tests.Analysis;

public sealed class FeatureStoreTests
{
    private static readonly CustomerId Ann = CustomerId.Known("ann");

    [Fact]
    public void Acts_with_no_more_than_thirty_minutes_between_them_are_one_visit()
    {
        CustomerFeatures features = Features(
            At(0, InteractionKind.ProductViewed), At(30, InteractionKind.ProductAdded), At(60, InteractionKind.OrderCompleted),
            At(91, InteractionKind.ProductViewed),
            At(200, InteractionKind.ProductViewed), At(201, InteractionKind.ProductAdded));

        Assert.Equal(3, features.Sessions);
        Assert.Equal(2 / 3.0, features.CartRate, 9);
        Assert.Equal(0.5, features.CheckoutRate, 9);
        Assert.Equal(1 / 3.0, features.OrderRate, 9);
    }

    [Fact]
    public void A_late_act_joins_two_visits()
    {
        Assert.Equal(2, Features(At(0, InteractionKind.ProductViewed), At(50, InteractionKind.ProductViewed)).Sessions);
        Assert.Equal(1, Features(At(0, InteractionKind.ProductViewed), At(50, InteractionKind.ProductViewed), At(25, InteractionKind.ProductViewed)).Sessions);
    }

    [Fact]
    public void The_senders_session_id_makes_a_visit_and_takes_in_the_order_that_the_server_told()
    {
        CustomerFeatures features = Features(
            At(0, InteractionKind.ProductViewed, "s1"), At(55, InteractionKind.ProductAdded, "s1"), At(57, InteractionKind.OrderCompleted),
            At(58, InteractionKind.ProductViewed, "s2"));

        Assert.Equal(2, features.Sessions);
        Assert.Equal((1.0, 0.5), (features.CheckoutRate, features.OrderRate));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Visits_are_the_same_in_any_order_and_as_by_the_plain_rule(int seed)
    {
        Random random = new(seed);
        Interaction[] acts = [.. Enumerable.Range(0, 200).Select(_ => At(random.Next(9_000), InteractionKind.ProductViewed))];
        int[] minutes = [.. acts.Select(a => (int)(a.OccurredAt - Shopping.Day(0)).TotalMinutes).Order()];
        int expected = 1 + Enumerable.Range(1, minutes.Length - 1).Count(i => minutes[i] - minutes[i - 1] > 30);

        random.Shuffle(acts);

        Assert.Equal(expected, Features(acts).Sessions);
    }

    [Fact]
    public void Days_between_orders_give_a_cycle_and_the_next_order()
    {
        CustomerFeatures features = Features(
            Shopping.Order("ann", Shopping.Day(1), 10m, "tea"), Shopping.Order("ann", Shopping.Day(11), 10m, "tea"),
            Shopping.Order("ann", Shopping.Day(13), 10m, "tea"), Shopping.Order("ann", Shopping.Day(31), 10m, "tea"));

        Assert.Equal(10.0, features.MedianOrderGapDays);
        Assert.Equal(10.0, features.MeanOrderGapDays);
        Assert.Equal(10.0 - (100 - 31), features.NextOrderInDays);
        Assert.Null(Features(Shopping.Order("ann", Shopping.Day(1), 10m, "tea")).NextOrderInDays);
    }

    [Fact]
    public void Coupons_discounts_and_clicks_tell_how_promotions_work()
    {
        CustomerFeatures features = Features(
            Shopping.Order("ann", Shopping.Day(1), 10m, "tea") with { Coupon = "SPRING" },
            Shopping.Order("ann", Shopping.Day(2), 10m, "tea") with { PropertiesJson = """{"discount":"2.50"}""" },
            Shopping.Order("ann", Shopping.Day(3), 10m, "tea") with { PropertiesJson = """{"discount":0}""" },
            Shopping.Order("ann", Shopping.Day(4), 10m, "tea") with { PropertiesJson = """{"discount":[]}""" },
            At(1, InteractionKind.PromotionViewed), At(2, InteractionKind.PromotionViewed), At(3, InteractionKind.PromotionClicked), At(4, InteractionKind.EmailLinkClicked), At(5, InteractionKind.EmailLinkClicked));

        Assert.Equal(0.5, features.CouponShare);
        Assert.Equal(0.5, features.PromotionClickRate);
        Assert.Equal(Channel.Email, features.PreferredChannel);
    }

    [Fact]
    public void Device_and_source_of_most_acts_are_told()
    {
        CustomerFeatures features = Features(
            At(1, InteractionKind.ProductViewed) with { PropertiesJson = """{"$device":"tablet"}""" },
            At(2, InteractionKind.ProductViewed) with { Source = new SourceId("app") },
            At(3, InteractionKind.ProductViewed) with { Source = new SourceId("app"), PropertiesJson = """{"$device":"fridge"}""" });

        Assert.Equal(DeviceKind.Tablet, features.PreferredDevice);
        Assert.Equal(new SourceId("app"), features.PreferredSource);
    }

    [Theory]
    [InlineData("  Green   TEA ", "green tea")]
    [InlineData("ＧＲＥＥＮ　tea", "green tea")]
    [InlineData("绿茶　茶壶", "绿茶 茶壶")]
    [InlineData(" \t", null)]
    [InlineData(null, null)]
    public void Search_terms_come_in_one_spelling(string? term, string? expected) => Assert.Equal(expected, ActNotes.NormaliseTerm(term));

    [Fact]
    public void Half_a_letter_in_a_search_term_is_left_out() => Assert.Equal("茶 x", ActNotes.NormaliseTerm("茶" + (char)0xD83D + "x"));

    [Fact]
    public void Tags_name_brands_price_bands_and_terms_by_their_recent_share()
    {
        FeatureBook book = Book(
            Shopping.View("ann", Shopping.Day(0), "old", price: 1m), Shopping.View("ann", Shopping.Day(90), "new", price: 100m),
            Shopping.Act(InteractionKind.ProductsSearched, "ann", Shopping.Day(89)) with { SearchTerm = "绿茶" });

        IReadOnlyList<InterestTag> tags = book.Tags(Ann, new InterestOptions(), id => id.Value + " brand", book.Products.PriceScale([]));

        Assert.Equal(["Brand new brand", "Brand old brand", "PriceBand 4", "PriceBand 2", "SearchTerm 绿茶"], tags.Select(t => $"{t.Kind} {t.Value}"));
        Assert.Equal(1.0, tags.Where(t => t.Kind == InterestKind.Brand).Sum(t => t.Weight), 9);
    }

    [Theory]
    [InlineData("Asia/Shanghai")]
    [InlineData("America/New_York")]
    public void A_quick_clock_shows_the_zones_own_time(string name)
    {
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        ZoneClock clock = new(zone);
        Random random = new(5);
        long from = new DateTime(1985, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

        for (int i = 0; i < 20_000; i++)
        {
            long ticks = from + random.NextInt64(45L * 365 * TimeSpan.TicksPerDay);
            Assert.Equal(TimeZoneInfo.ConvertTime(new DateTimeOffset(ticks, TimeSpan.Zero), zone).Ticks, clock.ToLocal(ticks));
        }
    }

    [Fact]
    public async Task Columns_give_the_same_tallies_as_records()
    {
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");
        MemoryEventLog log = new();
        Interaction[] history = [.. FeatureBookTests.History(seed: 9, days: 60)];
        await log.AppendAsync(history, TestContext.Current.CancellationToken);
        FeatureBook book = new(zone);
        Array.ForEach(history, book.Add);
        book.AdvanceTo(Shopping.Day(90));

        IReadOnlyList<(CustomerId Customer, BehaviourTally Tally)> tallies = await ActivityScan.TallyAsync(log, zone, Shopping.Day(90), TestContext.Current.CancellationToken);

        Assert.Equal(book.Customers, tallies.Select(t => t.Customer).OrderBy(c => c.ToString(), StringComparer.Ordinal));
        Assert.All(tallies, t => Assert.Equal(book.FindState(t.Customer)?.Tally.ToString(), t.Tally.ToString()));
    }

    private static Interaction At(int minute, InteractionKind kind, string? session = null) =>
        Shopping.Act(kind, "ann", Shopping.Day(0).AddMinutes(minute)) with { SessionId = session, Lines = [new LineItem(new ProductId("tea"))] };

    private static CustomerFeatures Features(params Interaction[] acts)
    {
        FeatureBook book = Book(acts);
        CustomerFeatures? features = book.Compute(Ann, book.Products.PriceScale([]));
        Assert.NotNull(features);
        return features;
    }

    private static FeatureBook Book(params Interaction[] acts)
    {
        FeatureBook book = new(TimeZoneInfo.Utc);
        book.AdvanceTo(Shopping.Day(100));
        Array.ForEach(acts, book.Add);
        return book;
    }
}
