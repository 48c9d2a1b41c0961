using MarketLoop.Decision.Planning;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using MarketLoop.Tests.Fakes;
using Xunit;

namespace MarketLoop.Tests.Decision;

public sealed class RecommenderTests
{
    private static readonly CustomerId Alice = CustomerId.Known("alice");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Empty_catalogue_and_unknown_customer_give_an_empty_list()
    {
        using DecisionRoom room = new();

        RankedList list = await room.Recommender.RecommendAsync(CustomerId.Anonymous("nobody"), 10, Token);
        SlotDecision slot = await room.Slots.DecideAsync(new SlotRequest { Placement = "home", Customer = Alice, Mode = LoopMode.Running }, Token);

        Assert.Empty(list.Items);
        Assert.Empty(slot.Items);
        Assert.Null(slot.Treatment);
    }

    [Fact]
    public async Task A_shop_without_events_shows_its_range()
    {
        using DecisionRoom room = new();
        room.Catalog.Add("b").Add("a").Add("gone", stock: 0).Add("POST", isMerchandise: false);

        RankedList list = await room.Recommender.RecommendAsync(Alice, 10, Token);

        Assert.Equal("a b", string.Join(' ', list.Items.Select(i => i.Product.Value)));
        Assert.All(list.Items, i => Assert.Equal(RecommendationSource.Catalogue, i.Source));
    }

    [Fact]
    public async Task Without_models_popular_products_are_shown_but_nothing_bought_out_of_stock_or_no_merchandise()
    {
        using DecisionRoom room = new();
        room.Catalog.Add("hit").Add("second").Add("mine").Add("gone", stock: 0).Add("POST", isMerchandise: false);
        for (int i = 0; i < 6; i++)
        {
            string[] basket = i < 4 ? ["hit", "mine", "gone", "POST"] : ["second"];
            await room.HappenAsync(Make.Act(InteractionKind.OrderCompleted, Make.Customer(i), "o" + i, Make.Day0, 40, "o" + i, null, basket));
        }

        await room.InterpretAsync(Make.Day0.AddDays(1));
        await room.HappenAsync(Make.Act(InteractionKind.OrderCompleted, Alice, "own", Make.Day0.AddDays(1), 10, "own", null, "mine"));
        RankedList list = await room.Recommender.RecommendAsync(Alice, 10, Token);

        Assert.Equal("hit second", string.Join(' ', list.Items.Select(i => i.Product.Value)));
        Assert.Equal("本店热门", list.Items[0].Reason.Chinese);
        Assert.Equal("popular", list.Policy);
    }

    [Fact]
    public async Task The_product_on_the_page_is_not_recommended_beside_itself()
    {
        using DecisionRoom room = new();
        room.Catalog.Add("a").Add("b");

        RankedList list = await room.Recommender.RecommendAsync(room.Beside(Alice, "a", 5), Token);

        Assert.Equal("b", string.Join(' ', list.Items.Select(i => i.Product.Value)));
    }

    [Fact]
    public async Task A_purchase_of_a_second_ago_is_gone_from_the_next_answer_without_another_read()
    {
        using DecisionRoom room = new();
        room.Catalog.Add("a").Add("b");
        await room.Recommender.RecommendAsync(Alice, 5, Token);
        int reads = room.Log.TimelineReads;

        await room.HappenAsync(Make.Act(InteractionKind.OrderCompleted, Alice, "now", Make.Day0, 10, "o", null, "a"));
        RankedList list = await room.Recommender.RecommendAsync(Alice, 5, Token);

        Assert.Equal("b", string.Join(' ', list.Items.Select(i => i.Product.Value)));
        Assert.Equal(reads, room.Log.TimelineReads);
    }

    [Fact]
    public async Task What_a_browser_bought_is_known_after_its_sign_in()
    {
        using DecisionRoom room = new();
        room.Catalog.Add("a").Add("b");
        CustomerId browser = CustomerId.Anonymous("br");
        await room.Recommender.RecommendAsync(Alice, 5, Token);
        await room.HappenAsync(Make.Act(InteractionKind.OrderCompleted, browser, "m1", Make.Day0, 10, "o", null, "a"));

        await room.HappenAsync(Make.Act(InteractionKind.Identified, Alice, "m2", Make.Day0.AddMinutes(1)) with { AnonymousId = "br" });
        RankedList list = await room.Recommender.RecommendAsync(Alice, 5, Token);

        Assert.Equal("b", string.Join(' ', list.Items.Select(i => i.Product.Value)));
    }

    [Fact]
    public async Task What_a_linked_browser_does_without_saying_who_it_is_reaches_its_owner_at_once()
    {
        using DecisionRoom room = new();
        room.Catalog.Add("a").Add("b");
        await room.HappenAsync(Make.Act(InteractionKind.Identified, Alice, "m1", Make.Day0) with { AnonymousId = "br" });
        await room.Recommender.RecommendAsync(Alice, 5, Token);

        await room.HappenAsync(Make.Act(InteractionKind.OrderCompleted, CustomerId.Anonymous("br"), "m2", Make.Day0.AddMinutes(1), 10, "o", null, "a"));
        RankedList list = await room.Recommender.RecommendAsync(Alice, 5, Token);

        Assert.Equal("b", string.Join(' ', list.Items.Select(i => i.Product.Value)));
    }

    [Fact]
    public async Task The_cache_forgets_the_least_recently_used_customer()
    {
        using DecisionRoom room = new(cachedCustomers: 100);
        for (int i = 0; i < 150; i++)
        {
            await room.Recommender.RecommendAsync(Make.Customer(i), 1, Token);
        }

        await room.Recommender.RecommendAsync(Make.Customer(149), 1, Token);

        Assert.Equal(100, room.Activity.Count);
        Assert.Equal(150, room.Log.TimelineReads);
    }

    [Fact]
    public async Task Somebody_with_a_portrait_is_read_from_the_news_since_and_nothing_of_it_is_missed()
    {
        using DecisionRoom room = new();
        room.Catalog.Add("a").Add("b").Add("c").Add("d");
        CustomerId browser = CustomerId.Anonymous("br");
        await room.HappenAsync(Make.Act(InteractionKind.OrderCompleted, Alice, "m1", Make.Day0, 10, "o1", null, "a"));
        await room.InterpretAsync(Make.Day0.AddDays(1));

        await room.Log.AppendAsync([Make.Act(InteractionKind.OrderCompleted, Alice, "m2", Make.Day0.AddDays(2), 10, "o2", null, "b")], Token);   // an import: nobody is told
        await room.HappenAsync(Make.Act(InteractionKind.OrderCompleted, browser, "m3", Make.Day0.AddDays(2), 10, "o3", null, "c"));
        string first = await IdsAsync(room);
        await room.HappenAsync(Make.Act(InteractionKind.Identified, Alice, "m4", Make.Day0.AddDays(3)) with { AnonymousId = "br" });

        Assert.Equal("c d", first);
        Assert.Equal("d", await IdsAsync(room));
        Assert.Equal(0, room.Log.TimelineReads);
    }

    [Fact]
    public async Task A_purchase_that_arrives_after_the_portrait_of_its_time_was_drawn_still_counts()
    {
        using DecisionRoom room = new();
        room.Catalog.Add("a").Add("b").Add("c");
        await room.HappenAsync(Make.Act(InteractionKind.ProductViewed, Alice, "m1", Make.Day0, null, null, null, "a"));
        await room.InterpretAsync(Make.Day0.AddDays(1));
        string before = await IdsAsync(room);

        await room.HappenAsync(Make.Act(InteractionKind.OrderCompleted, Alice, "m2", Make.Day0.AddDays(1).AddSeconds(-2), 10, "o2", null, "a", "b"));

        Assert.Equal(3, before.Split(' ').Length);
        Assert.Equal("c", await IdsAsync(room));
    }

    private static async Task<string> IdsAsync(DecisionRoom room) =>
        string.Join(' ', (await room.Recommender.RecommendAsync(Alice, 5, Token)).Items.Select(item => item.Product.Value));
}
