using MarketLoop.Analysis.Features;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Analysis;

public sealed class FeatureBookTests
{
    private static readonly CustomerId Ann = CustomerId.Known("ann");

    [Fact]
    public void Features_count_what_happened_and_no_more()
    {
        FeatureBook book = Book(
            Shopping.View("ann", Shopping.Day(1.4), "tea", price: 10m),
            Shopping.View("ann", Shopping.Day(1.5), "mug", price: 20m),
            Shopping.Act(InteractionKind.ProductsSearched, "ann", Shopping.Day(2.4)),
            Shopping.Order("ann", Shopping.Day(3.4), 30m, "tea"),
            Shopping.Act(InteractionKind.OrderRefunded, "ann", Shopping.Day(5)) with { Revenue = 6m },
            Shopping.Act(InteractionKind.EmailOpened, "ann", Shopping.Day(9)));

        book.AdvanceTo(Shopping.Day(15.4));
        CustomerFeatures features = Features(book);

        Assert.Equal(12.0, features.RecencyDays, 9);
        Assert.Equal(12.0, features.IdleDays, 9);
        Assert.Equal(14.0, features.TenureDays, 9);
        Assert.Equal(1, features.Orders);
        Assert.Equal(24m, features.Monetary);
        Assert.Equal(30m, features.AverageOrderValue);
        Assert.Equal(0.2, features.RefundShare, 9);
        Assert.Equal(3, features.ActiveDays);
        Assert.Equal(1.0, features.ViewsPerWeek, 9);
        Assert.Equal(0.5, features.SearchesPerWeek, 9);
        Assert.Equal(0.5, features.PurchasesPerWeek, 9);
        Assert.Equal(9, features.PreferredHour);
    }

    [Fact]
    public void Events_at_or_after_the_moment_change_nothing_until_it_passes_them()
    {
        List<Interaction> past = History(seed: 1, days: 30);
        List<Interaction> future = [.. History(seed: 2, days: 30).Select(i => Later(i, 30))];
        FeatureBook without = Book([.. past]);
        FeatureBook with = Book([.. past, .. future]);

        without.AdvanceTo(Shopping.Day(30));
        with.AdvanceTo(Shopping.Day(30));

        AssertSame(without, with);
        with.AdvanceTo(Shopping.Day(60));
        Assert.NotEqual(Features(without, "c1"), Features(with, "c1"));
    }

    [Fact]
    public void Order_of_arrival_changes_not_a_bit()
    {
        List<Interaction> history = History(seed: 3, days: 40);
        Interaction[] shuffled = [.. history];
        new Random(4).Shuffle(shuffled);
        FeatureBook inOrder = Book([.. history]);
        FeatureBook late = new(TimeZoneInfo.Utc);
        late.AdvanceTo(Shopping.Day(40)); // every event now arrives after its time
        foreach (Interaction interaction in shuffled)
        {
            late.Add(interaction);
        }

        inOrder.AdvanceTo(Shopping.Day(40));

        AssertSame(inOrder, late);
    }

    [Fact]
    public void A_book_of_few_led_through_a_history_says_of_them_what_the_whole_one_says()
    {
        List<Interaction> told = History(seed: 9, days: 40);
        Dictionary<string, CustomerId> owners = told.Where(act => act is { UserId: not null, AnonymousId: not null }).DistinctBy(act => act.AnonymousId).ToDictionary(act => act.AnonymousId!, act => act.Customer); // filtered
        List<Interaction> history = [.. told.Select(act => act.UserId is null && owners.TryGetValue(act.AnonymousId!, out CustomerId owner) ? act with { Customer = owner } : act)]; // as the log resolves them
        HashSet<CustomerId> few = [.. ((string[])["c1", "c7", "c12"]).Select(CustomerId.Known)];
        FeatureBook whole = Book([.. history]);
        FeatureBook part = new(TimeZoneInfo.Utc, few);
        BookFeed feed = new(part, history);

        foreach (double day in (double[])[10, 25.5, 40])
        {
            whole.AdvanceTo(Shopping.Day(day));
            feed.AdvanceTo(Shopping.Day(day));
            PriceScale prices = whole.Products.PriceScale([]);
            PriceScale samePrices = part.Products.PriceScale([]);
            Assert.All(few, customer =>
            {
                Assert.Equal(whole.Compute(customer, prices), part.Compute(customer, samePrices));
                Assert.Equal(whole.History(customer), part.History(customer));
            });
        }

        Assert.Equal(few.Order(Comparer<CustomerId>.Create((one, other) => string.CompareOrdinal(one.ToString(), other.ToString()))), part.Customers.Where(customer => !customer.IsAnonymous));
    }

    [Fact]
    public void Whom_the_log_joined_by_merge_alias_or_key_is_one_customer_and_a_sign_in_still_waits_for_its_time()
    {
        CustomerId bob = CustomerId.Known("bob");
        FeatureBook book = Book(
            Shopping.Order("ann", Shopping.Day(1), 10m, "tea") with { Customer = bob },
            Shopping.View(null, Shopping.Day(2), "tea", "aliased") with { Customer = bob },
            Shopping.Order("x", Shopping.Day(3), 5m, "mug") with { UserId = null, Customer = bob },
            Shopping.View(null, Shopping.Day(4), "tea", "b1") with { Customer = bob },
            Shopping.View("ann", Shopping.Day(20), "tea", "b1") with { Customer = bob });

        book.AdvanceTo(Shopping.Day(10));
        Assert.Equal([CustomerId.Anonymous("b1"), bob], book.Customers);
        Assert.Equal((2, 15m), (Features(book, "bob").Orders, Features(book, "bob").Monetary));
        Assert.Equal(bob, book.Resolve(CustomerId.Known("ann")));

        book.AdvanceTo(Shopping.Day(30));
        Assert.Equal([bob], book.Customers);
        Assert.Equal(bob, book.Resolve(CustomerId.Anonymous("b1")));
    }

    [Fact]
    public void A_browser_that_signs_in_leaves_the_same_customer_as_one_known_all_along()
    {
        Interaction[] acts = [Shopping.View(null, Shopping.Day(1), "tea", "b1", 5m), Shopping.View(null, Shopping.Day(2), "mug", "b1", 9m)];
        Interaction signIn = Shopping.Act(InteractionKind.Identified, "ann", Shopping.Day(3), "b1");
        Interaction order = Shopping.Order("ann", Shopping.Day(4), 9m, "mug");
        FeatureBook merged = Book([.. acts, signIn, order]);
        FeatureBook known = Book([.. acts.Select(a => a with { UserId = "ann", Customer = Ann }), signIn, order]);

        merged.AdvanceTo(Shopping.Day(10));
        known.AdvanceTo(Shopping.Day(10));

        Assert.Equal(Features(known), Features(merged));
        Assert.Equal(known.History(Ann), merged.History(Ann));
        Assert.Equal(1, merged.Count);
        Assert.Equal(Ann, merged.Resolve(CustomerId.Anonymous("b1")));
        Assert.Equal(Features(merged), merged.Compute(CustomerId.Anonymous("b1"), merged.Products.PriceScale([])));
    }

    [Fact]
    public void A_browser_belongs_to_the_first_user_and_a_late_proof_asks_for_a_new_book()
    {
        FeatureBook book = new(TimeZoneInfo.Utc);
        book.AdvanceTo(Shopping.Day(10));
        book.Add(Shopping.View(null, Shopping.Day(1), "tea", "b1"));
        book.Add(Shopping.Act(InteractionKind.Identified, "bob", Shopping.Day(3), "b1"));

        Assert.False(book.NeedsRebuild);
        book.Add(Shopping.Act(InteractionKind.Identified, "ann", Shopping.Day(2), "b1"));

        Assert.True(book.NeedsRebuild);
        Assert.Equal(Ann, book.Resolve(CustomerId.Anonymous("b1")));
    }

    [Fact]
    public void Hours_and_weekdays_are_counted_in_the_shops_zone()
    {
        FeatureBook book = new(TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
        book.Add(Shopping.View("ann", new DateTimeOffset(2026, 1, 4, 20, 30, 0, TimeSpan.Zero), "tea")); // Monday 04:30 in Shanghai
        book.AdvanceTo(Shopping.Day(10));

        CustomerFeatures features = Features(book);

        Assert.Equal(4, features.PreferredHour);
        Assert.Equal(DayOfWeek.Monday, features.PreferredWeekday);
    }

    [Fact]
    public void Interests_follow_the_newer_taste()
    {
        FeatureBook book = Book(
            Shopping.View("ann", Shopping.Day(0), "tea"),
            Shopping.View("ann", Shopping.Day(0.1), "tea"),
            Shopping.View("ann", Shopping.Day(90), "mug"));
        book.AdvanceTo(Shopping.Day(91));

        IReadOnlyList<Interest> interests = book.Interests(Ann, new InterestOptions(), id => id.Value + "s");

        Assert.Equal(["mugs", "teas"], interests.Select(i => i.Category));
        Assert.Equal(1.0, interests.Sum(i => i.Weight), 9);
    }

    [Fact]
    public void Price_level_is_the_percentile_among_the_products_seen()
    {
        FeatureBook book = Book(
            Shopping.View("ann", Shopping.Day(1), "dear", price: 100m),
            Shopping.View("bob", Shopping.Day(1), "cheap", price: 1m),
            Shopping.View("bob", Shopping.Day(2), "fair", price: 10m));
        book.AdvanceTo(Shopping.Day(3));

        Assert.Equal(5 / 6.0, Features(book).PriceLevel, 9);
        Assert.Equal(2 / 6.0, Features(book, "bob").PriceLevel, 9);
    }

    [Fact]
    public void A_book_does_not_go_back()
    {
        FeatureBook book = Book();
        book.AdvanceTo(Shopping.Day(2));

        Assert.Throws<ArgumentOutOfRangeException>(() => book.AdvanceTo(Shopping.Day(1)));
    }

    private static FeatureBook Book(params Interaction[] interactions)
    {
        FeatureBook book = new(TimeZoneInfo.Utc);
        foreach (Interaction interaction in interactions)
        {
            book.Add(interaction);
        }

        return book;
    }

    private static CustomerFeatures Features(FeatureBook book, string user = "ann")
    {
        CustomerFeatures? features = book.Compute(CustomerId.Known(user), book.Products.PriceScale([]));
        Assert.NotNull(features);
        return features;
    }

    private static void AssertSame(FeatureBook expected, FeatureBook actual)
    {
        Assert.Equal(expected.Customers, actual.Customers);
        PriceScale prices = expected.Products.PriceScale([]);
        PriceScale samePrices = actual.Products.PriceScale([]);
        foreach (CustomerId customer in expected.Customers)
        {
            Assert.Equal(expected.Compute(customer, prices), actual.Compute(customer, samePrices));
            Assert.Equal(expected.History(customer), actual.History(customer));
            Assert.Equal(
                expected.Interests(customer, new InterestOptions(), id => id.Value),
                actual.Interests(customer, new InterestOptions(), id => id.Value));
            Assert.Equal(
                expected.Tags(customer, new InterestOptions(), id => "brand of " + id.Value, prices),
                actual.Tags(customer, new InterestOptions(), id => "brand of " + id.Value, samePrices));
        }
    }

    private static Interaction Later(Interaction interaction, double days) =>
        interaction with { OccurredAt = interaction.OccurredAt.AddDays(days), MessageId = "later-" + interaction.MessageId };

    internal static List<Interaction> History(int seed, int days)
    {
        Random random = new(seed);
        List<Interaction> history = [];
        for (int i = 0; i < 600; i++)
        {
            string user = $"c{random.Next(20)}";
            string product = $"p{random.Next(30)}";
            DateTimeOffset at = Shopping.Day(random.NextDouble() * days);
            Interaction act = random.Next(8) switch
            {
                0 => Shopping.Order(user, at, 7.77m + random.Next(100), product) with { Coupon = i % 3 == 0 ? "SPRING" : null },
                1 => Shopping.Act(InteractionKind.ProductsSearched, user, at) with { SearchTerm = i % 2 == 0 ? "绿茶" : "Tea  Pot" },
                2 => Shopping.View(null, at, product, "browser-" + user),
                3 when i % 7 == 0 => Shopping.Act(InteractionKind.Identified, user, at, "browser-" + user),
                4 => Shopping.Act(InteractionKind.PromotionViewed, user, at),
                5 => Shopping.Act(InteractionKind.PromotionClicked, null, at, "browser-" + user),
                6 => Shopping.View(user, at, product) with { Kind = InteractionKind.ProductAdded, Source = new SourceId(i % 2 == 0 ? "app" : "web") },
                _ => Shopping.View(user, at, product, price: 1 + random.Next(50)),
            };
            history.Add(act with { SessionId = i % 4 == 0 ? $"{user}-{(int)(at - Shopping.Day(0)).TotalDays}" : null, PropertiesJson = i % 5 == 0 ? """{"$device":"mobile"}""" : null });
        }

        return [.. history.OrderBy(i => i.OccurredAt)];
    }
}
