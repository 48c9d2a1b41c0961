using MarketLoop.Decision.Placements;
using MarketLoop.Decision.Planning;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using MarketLoop.Tests.Fakes;
using Xunit;

namespace MarketLoop.Tests.Decision;

/// <summary>What the stages of a list do, each with its negative control.</summary>
public sealed class ListStageTests
{
    private static readonly CustomerId Alice = CustomerId.Known("alice");
    private static readonly Placement Plain = new() { Name = "plain", Diversity = 0 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_pages_are_disjoint_and_together_are_one_long_list()
    {
        using DecisionRoom room = Range(130);
        await SellAsync(room, 40);
        foreach (Placement placement in (Placement[])[Plain, Plain with { Diversity = 0.3, MostPerCategory = 3 }])
        {
            List<ProductId> paged = [];
            for (int page = 0; page < 10; page++)
            {
                RankedList list = await room.Recommender.RecommendAsync(new ListRequest { Placement = placement, Customer = Alice, Count = 10, Offset = page * 10 }, Token);
                Assert.Equal(10, list.Items.Count);
                Assert.Null(list.Shortfall);
                paged.AddRange(list.Items.Select(item => item.Product));
            }

            Assert.Equal(100, paged.Distinct().Count());
        }
    }

    [Fact]
    public async Task A_list_is_short_only_with_a_reason()
    {
        using DecisionRoom room = Range(3);

        RankedList whole = await Ask(room, Plain, 3);
        RankedList few = await Ask(room, Plain, 10);
        RankedList none = await Ask(room, Plain with { OnlyBrands = ["nobody's"] }, 10);
        using DecisionRoom empty = new();
        RankedList nothing = await Ask(empty, Plain, 10);

        Assert.Null(whole.Shortfall);
        Assert.StartsWith("3 of 10", few.Shortfall?.English, StringComparison.Ordinal);
        Assert.Empty(none.Items);
        Assert.NotNull(none.Shortfall);
        Assert.Equal("the catalogue has no products", nothing.Shortfall?.English);
    }

    [Fact]
    public async Task Pinned_products_stand_first_and_in_order_but_never_when_sold_out_bought_or_unknown()
    {
        using DecisionRoom room = Range(12);
        room.Catalog.Add("sold-out", stock: 0);
        await room.HappenAsync(Make.Act(InteractionKind.OrderCompleted, Alice, "own", Make.Day0, 10, "own", null, "p003"));
        Placement pins = Plain with { Pinned = [new("p009"), new("sold-out"), new("p003"), new("vanished"), new("p001")] };

        RankedList list = await Ask(room, pins, 4);
        RankedList plain = await Ask(room, Plain, 4);

        Assert.Equal("p009 p001 p010 p000", Ids(list));
        Assert.Equal([RecommendationSource.Pinned, RecommendationSource.Pinned, RecommendationSource.Category, RecommendationSource.Catalogue], list.Items.Select(item => item.Source));
        Assert.Equal("p010 p000 p001 p002", Ids(plain));
    }

    [Fact]
    public async Task Banned_brands_and_prices_outside_the_band_are_nowhere_also_not_in_the_shared_list()
    {
        using DecisionRoom room = new();
        room.Catalog.Add("good", brand: "Acme", price: 10).Add("banned", brand: "Acme", price: 10).Add("cheap", brand: "Acme", price: 1)
            .Add("dear", brand: "Acme", price: 100).Add("foreign", brand: "Other", price: 10).Add("disliked", brand: "ACME Junior", price: 10);
        Placement rules = Plain with { Banned = [new("banned")], LowestPrice = 5, HighestPrice = 50, OnlyBrands = ["acme", "acme junior"], WithoutBrands = ["acme junior"] };

        ListRequest request = new() { Placement = rules, Customer = Alice, Count = 10, Explains = true };
        RankedList personal = await room.Recommender.RecommendAsync(request, Token);

        Assert.Equal("good", Ids(personal));
        Assert.Equal("good", Ids(room.Recommender.RecommendShared(request)));
        Assert.Equal(6, (await Ask(room, Plain, 10)).Items.Count);
        Assert.Equal(RemovalCause.Banned, await room.Recommender.CheckAsync(request, new ProductId("banned"), Token));
        Assert.Equal(RemovalCause.Price, await room.Recommender.CheckAsync(request, new ProductId("dear"), Token));
        Assert.Equal(RemovalCause.Brand, await room.Recommender.CheckAsync(request, new ProductId("foreign"), Token));
        Assert.Equal(RemovalCause.Unknown, await room.Recommender.CheckAsync(request, new ProductId("vanished"), Token));
        Assert.Equal(RemovalCause.None, await room.Recommender.CheckAsync(request, new ProductId("good"), Token));
    }

    [Fact]
    public async Task Caps_hold_on_every_page_and_in_whatever_exploration_shows()
    {
        using DecisionRoom room = new(exploration: new MarketLoop.Decision.Exploration.ExplorationOptions { SwapProbability = 0.5 });
        for (int i = 0; i < 60; i++)
        {
            room.Catalog.Add($"p{i:D3}", category: i < 40 ? "tea" : $"c{i % 10}", brand: $"b{i % 30}");
        }

        await room.Placements.SaveAsync(Plain with { Name = "home", MostPerCategory = 2, MostPerBrand = 1 }, "test", Token);
        RankedList uncapped = await Ask(room, Plain, 10);

        Assert.Equal(10, uncapped.Items.Count(item => IsTea(room, item.Product)));
        for (int i = 0; i < 200; i++)
        {
            SlotDecision slot = await room.Slots.DecideAsync(new SlotRequest { Placement = "home", Customer = Alice, Mode = LoopMode.Running, RequestId = $"r{i}" }, Token);
            Assert.Equal(10, slot.Items.Count);
            Assert.True(slot.Items.Count(item => IsTea(room, item.Product)) <= 2);
            Assert.True(slot.Items.CountBy(item => room.Catalog.Current[item.Product].Brand ?? "").All(brand => brand.Value == 1));
        }
    }

    [Fact]
    public async Task Diversity_novelty_and_margin_move_the_list_and_scores_are_the_sums_of_their_parts()
    {
        using DecisionRoom room = new();
        for (int i = 0; i < 20; i++)
        {
            room.Catalog.Add(new Product
            {
                Id = new ProductId($"p{i:D3}"),
                Name = new LocalizedText($"Product {i}", null),
                Category = i < 10 ? "tea" : "tools",
                Brand = "b" + i,
                Price = 10,
                Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["margin"] = i == 9 ? "0.9" : "0.1" },
            });
        }

        await SellAsync(room, 20);
        RankedList plain = await Explain(room, Plain);
        RankedList mixed = await Explain(room, Plain with { Diversity = 1 });
        RankedList novel = await Explain(room, Plain with { Novelty = 1 });
        RankedList earning = await Explain(room, Plain with { MarginWeight = 1 });

        Assert.Equal("p000", plain.Items[0].Product.Value);
        Assert.All(plain.Items.Take(5), item => Assert.True(string.CompareOrdinal(item.Product.Value, "p010") < 0));
        Assert.Equal("tools", room.Catalog.Current[mixed.Items[1].Product].Category);
        Assert.NotEqual("p000", novel.Items[0].Product.Value);
        Assert.Equal("p009", earning.Items[0].Product.Value);
        foreach (RankedList list in (RankedList[])[plain, mixed, novel, earning])
        {
            Assert.Equal(["sources", "admission", "diversity", "caps"], list.Stages?.Select(stage => stage.Stage));
            Assert.All(list.Items, item => Assert.Equal(item.Score, item.Parts!.Sum(part => part.Value), 12));
        }
    }

    [Fact]
    public async Task A_placement_that_allows_it_offers_again_what_was_bought_and_no_other_does()
    {
        using DecisionRoom room = Range(20);
        await room.HappenAsync(
            Make.Act(InteractionKind.OrderCompleted, Alice, "o1", Make.Day0, 10, "o1", null, "p015"),
            Make.Act(InteractionKind.OrderCompleted, Alice, "o2", Make.Day0.AddDays(1), 10, "o2", null, "p015", "p012"));

        RankedList again = await Ask(room, room.Placements.Find("reorder"), 5);
        RankedList home = await Ask(room, room.Placements.Find("home"), 20);

        Assert.StartsWith("p015 p012", Ids(again), StringComparison.Ordinal);
        Assert.All(again.Items.Take(2), item => Assert.Equal(RecommendationSource.Reorder, item.Source));
        Assert.DoesNotContain(home.Items, item => item.Product.Value is "p015" or "p012");
    }

    [Fact]
    public async Task A_session_without_an_id_and_a_cart_steer_by_what_is_bought_together()
    {
        using DecisionRoom room = Range(40);
        List<LineItem[]> orders = [];
        for (int i = 0; i < 20; i++)
        {
            orders.Add([new LineItem(new ProductId("p020")), new LineItem(new ProductId("p030"))]);
            orders.Add([new LineItem(new ProductId("p021")), new LineItem(new ProductId($"p{i:D3}"))]);
        }

        await room.Together.RenewAsync(Orders(orders), Token);
        RankedList session = await room.Recommender.RecommendAsync(new ListRequest { Placement = Plain, Session = [new("p020")], Count = 3 }, Token);
        RankedList cart = await room.Recommender.RecommendAsync(new ListRequest { Placement = Plain, Beside = [new("p020")], Count = 3 }, Token);
        RankedList partners = room.Recommender.FindPartners(new ListRequest { Placement = Plain, Beside = [new("p020")], Count = 3 });
        RankedList unknown = room.Recommender.FindPartners(new ListRequest { Placement = Plain, Beside = [new("p039")], Count = 3 });

        Assert.Equal("p030", session.Items[0].Product.Value);
        Assert.Equal(("p030", "often bought with Product p020"), (cart.Items[0].Product.Value, cart.Items[0].Reason.English));
        Assert.DoesNotContain(cart.Items, item => item.Product.Value is "p020");
        Assert.Equal("p030", Ids(partners));
        Assert.Empty(unknown.Items);
        Assert.NotNull(unknown.Shortfall);
    }

    [Fact]
    public async Task What_just_arrived_can_be_shown_at_once_and_is_among_what_exploration_tries()
    {
        using DecisionRoom room = Range(200);
        await SellAsync(room, 100);
        Assert.DoesNotContain((await AskWithPool(room)).Pool, item => item.Product.Value is "zz-new");

        room.Catalog.Arrive(new Product { Id = new ProductId("zz-new"), Name = new LocalizedText("New", null) });
        RankedList after = await AskWithPool(room);

        Assert.Contains(after.Pool, item => item.Product.Value is "zz-new");
        Assert.Equal("zz-new", (await Ask(room, Plain with { Algorithm = "arrival" }, 5)).Items[0].Product.Value);
    }

    [Fact]
    public async Task Somebody_with_100000_events_is_ranked_by_a_bounded_history_and_everything_bought_stays_away()
    {
        using DecisionRoom room = Range(2_000);
        List<Interaction> acts = [];
        for (int i = 0; i < 100_000; i++)
        {
            acts.Add(Make.Act(i % 50 == 0 ? InteractionKind.OrderCompleted : InteractionKind.ProductViewed, Alice, "m" + i, Make.Day0.AddMinutes(i), i % 50 == 0 ? 10 : null, "o" + i, null, $"p{i % 1_900:D3}"));
        }

        await room.HappenAsync([.. acts]);
        await room.InterpretAsync(Make.Day0.AddDays(100));
        HashSet<ProductId> bought = [.. acts.Where(act => act.Kind == InteractionKind.OrderCompleted).SelectMany(act => act.Lines).Select(line => line.Product)];

        RankedList list = await Ask(room, Plain, 200);

        Assert.Equal(200, list.Items.Count);
        Assert.DoesNotContain(list.Items, item => bought.Contains(item.Product));
    }

    [Fact]
    public async Task Two_customers_who_are_not_looked_at_get_the_same_list_whatever_they_did()
    {
        using DecisionRoom room = Range(30);
        await SellAsync(room, 10);
        CustomerId bob = CustomerId.Known("bob");
        room.Profiles.Add(Alice, personal: false).Add(bob, personal: false);
        await room.HappenAsync(Make.Act(InteractionKind.ProductViewed, Alice, "a", Make.Day0.AddDays(3), null, null, null, "p025"));
        SlotRequest request = new() { Placement = "home", Customer = Alice, Mode = LoopMode.Running };

        SlotDecision first = await room.Slots.DecideAsync(request, Token);
        SlotDecision second = await room.Slots.DecideAsync(request with { Customer = bob }, Token);

        Assert.False(first.IsPersonalised);
        Assert.Equal(first.Items, second.Items);
    }

    private static async Task SellAsync(DecisionRoom room, int products)
    {
        for (int i = 0; i < products; i++)
        {
            for (int n = i; n < products; n += 4)
            {
                await room.HappenAsync(Make.Act(InteractionKind.OrderCompleted, Make.Customer(n), $"o{i}-{n}", Make.Day0, 10, $"o{i}-{n}", null, $"p{i:D3}"));
            }
        }

        await room.InterpretAsync(Make.Day0.AddDays(1));
    }

    private static DecisionRoom Range(int products)
    {
        DecisionRoom room = new();
        for (int i = 0; i < products; i++)
        {
            room.Catalog.Add($"p{i:D3}", category: "c" + (i % 7));
        }

        return room;
    }

    private static Task<RankedList> Ask(DecisionRoom room, Placement placement, int count) =>
        room.Recommender.RecommendAsync(new ListRequest { Placement = placement, Customer = Alice, Count = count }, Token);

    private static Task<RankedList> AskWithPool(DecisionRoom room) =>
        room.Recommender.RecommendAsync(new ListRequest { Placement = Plain, Customer = Alice, Count = 10, PoolSize = 20 }, Token);

    private static Task<RankedList> Explain(DecisionRoom room, Placement placement) =>
        room.Recommender.RecommendAsync(new ListRequest { Placement = placement, Customer = Alice, Count = 10, Explains = true }, Token);

    private static string Ids(RankedList list) => string.Join(' ', list.Items.Select(item => item.Product.Value));

    private static bool IsTea(DecisionRoom room, ProductId product) => room.Catalog.Current[product].Category is "tea";

    private static async IAsyncEnumerable<IReadOnlyList<LineItem>> Orders(IEnumerable<LineItem[]> orders)
    {
        foreach (LineItem[] order in orders)
        {
            await Task.CompletedTask;
            yield return order;
        }
    }
}
