using MarketLoop.Decision.Exploration;
using MarketLoop.Decision.Planning;
using MarketLoop.Domain;
using MarketLoop.Tests.Fakes;
using Xunit;

namespace MarketLoop.Tests.Decision;

/// <summary>Places that somebody pays for: where they stand, for whom, and that the rest of the list stays honest.</summary>
public sealed class PaidPlacementTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("home", "AD p00 p01 p02")]
    [InlineData("home:3", "p00 p01 AD p02")]
    [InlineData("HOME:4", "p00 p01 p02 AD")]
    [InlineData("home:5", "p00 p01 p02 p03")]
    [InlineData("home:0", "p00 p01 p02 p03")]
    [InlineData("cart", "p00 p01 p02 p03")]
    [InlineData(null, "p00 p01 p02 p03")]
    public async Task A_campaign_stands_where_its_position_says_and_pays_for_one_place(string? position, string expected)
    {
        using DecisionRoom room = await MakeRoomAsync(Ad("ad", position, "gone", "p20", "p21"));

        SlotDecision treated = await room.Slots.DecideAsync(Ask(Make.Customer(1)), Token);
        SlotDecision unknown = await room.Slots.DecideAsync(Ask(null), Token);

        Assert.All([treated, unknown], decision =>
        {
            Assert.Equal(expected, string.Join(' ', decision.Items.Select(item => item.Campaign is null ? item.Product.Value : "AD")));
            Assert.Equal(Enumerable.Range(0, 4), decision.Items.Select(item => item.Position));
            Assert.All(decision.Items.Where(item => item.Campaign is not null), item => Assert.Equal((new ProductId("p20"), new CampaignId("ad"), 1.0), (item.Product, item.Campaign, item.Propensity)));
        });
    }

    [Theory]
    [InlineData(-1, 1, true)]
    [InlineData(-2, 0, false)] // its end is no part of it
    [InlineData(1, 2, false)]
    public async Task A_campaign_pays_within_its_period(int fromDay, int untilDay, bool isShown)
    {
        using DecisionRoom room = await MakeRoomAsync(Ad("ad", "home", "p20") with { From = Make.Day0.AddDays(fromDay), Until = Make.Day0.AddDays(untilDay) });

        SlotDecision decision = await room.Slots.DecideAsync(Ask(Make.Customer(1)), Token);

        Assert.Equal(isShown, decision.Items.Any(item => item.Campaign is not null));
    }

    [Fact]
    public async Task A_campaign_with_an_audience_is_for_its_members_alone_and_only_where_the_answer_may_be_personal()
    {
        using DecisionRoom room = await MakeRoomAsync(Ad("ad", "home", "p20") with { Audience = "regulars" });

        SlotDecision unsaved = await room.Slots.DecideAsync(Ask(Make.Customer(1)), Token);
        room.Members.Publish("regulars", new HashSet<CustomerId> { Make.Customer(1) });
        SlotDecision member = await room.Slots.DecideAsync(Ask(Make.Customer(1)), Token);
        SlotDecision other = await room.Slots.DecideAsync(Ask(Make.Customer(2)), Token);
        SlotDecision unknown = await room.Slots.DecideAsync(Ask(null), Token);
        room.Profiles.Profiles[Make.Customer(1)] = new CustomerProfile { Customer = Make.Customer(1), ConsentsToPersonalisation = false };
        SlotDecision optedOut = await room.Slots.DecideAsync(Ask(Make.Customer(1)), Token);

        Assert.Contains(member.Items, item => item.Campaign is not null);
        Assert.All([unsaved, other, unknown, optedOut], decision => Assert.DoesNotContain(decision.Items, item => item.Campaign is not null));
    }

    [Fact]
    public async Task At_most_one_place_in_four_is_paid_and_two_campaigns_do_not_share_one()
    {
        using DecisionRoom room = await MakeRoomAsync(Ad("a", "home", "p20"), Ad("b", "home", "p20", "p21"), Ad("c", "home", "p22"));

        SlotDecision eight = await room.Slots.DecideAsync(Ask(Make.Customer(1)) with { Count = 8 }, Token);
        SlotDecision one = await room.Slots.DecideAsync(Ask(Make.Customer(1)) with { Count = 1 }, Token);

        Assert.Equal("p20 p21 p00 p01 p02 p03 p04 p05", string.Join(' ', eight.Items.Select(item => item.Product.Value)));
        Assert.Equal("p20", Assert.Single(one.Items).Product.Value);
    }

    [Theory]
    [InlineData(true, false, LoopMode.Running, true)]
    [InlineData(false, false, LoopMode.Running, false)]
    [InlineData(null, true, LoopMode.Running, false)]
    [InlineData(null, false, LoopMode.Running, true)]
    [InlineData(true, false, LoopMode.Observe, false)]
    public async Task Whoever_refused_advertising_or_sends_privacy_control_sees_none(bool? consents, bool sendsSignal, LoopMode mode, bool isShown)
    {
        using DecisionRoom room = await MakeRoomAsync(Ad("ad", "home", "p20"));
        room.Profiles.Profiles[Make.Customer(1)] = new CustomerProfile { Customer = Make.Customer(1), ConsentsToAdvertising = consents };

        SlotDecision decision = await room.Slots.DecideAsync(Ask(Make.Customer(1)) with { SendsPrivacyControl = sendsSignal, Mode = mode }, Token);

        Assert.Equal(isShown, decision.Items.Any(item => item.Campaign is not null));
        Assert.Equal(4, decision.Items.Count);
    }

    [Fact]
    public async Task Beside_a_paid_place_every_candidate_is_shown_as_often_as_its_propensity_says()
    {
        using DecisionRoom room = await MakeRoomAsync(new ExplorationOptions { SwapProbability = 0.4, PoolSize = 8 }, Ad("ad", "home:2", "p01"));
        Dictionary<ProductId, double> sums = [];
        const int requests = 20_000;

        for (int i = 0; i < requests; i++)
        {
            Treatment treatment = Assert.IsType<Treatment>((await room.Slots.DecideAsync(Ask(Make.Customer(i)), Token)).Treatment);
            Assert.Equal((11, new ProductId("p01")), (treatment.CandidateCount, treatment.Items[1].Product));
            Assert.Equal(4, treatment.Items.Select(item => item.Product).Distinct().Count());
            foreach (ShownItem item in treatment.Items)
            {
                sums[item.Product] = sums.GetValueOrDefault(item.Product) + (1 / item.Propensity);
            }
        }

        Assert.Equal(12, sums.Count); // eleven candidates for the free places, and the paid one
        Assert.All(sums.Values, sum => Assert.InRange(sum / requests, 0.9, 1.1));
    }

    private static Campaign Ad(string id, string? position, params string[] products) => new()
    {
        Id = new CampaignId(id),
        Name = new LocalizedText(id, null),
        Kind = CampaignKind.Advertising,
        Type = "banner",
        Position = position,
        Products = [.. products.Select(product => new ProductId(product))],
    };

    private static SlotRequest Ask(CustomerId? customer) =>
        new() { Placement = "home", Customer = customer, IsPersonalised = customer is not null, Count = 4, RequestId = "r", Mode = LoopMode.Running };

    private static Task<DecisionRoom> MakeRoomAsync(params Campaign[] campaigns) => MakeRoomAsync(new ExplorationOptions { SwapProbability = 0 }, campaigns);

    private static async Task<DecisionRoom> MakeRoomAsync(ExplorationOptions exploration, params Campaign[] campaigns)
    {
        DecisionRoom room = new(exploration: exploration);
        for (int i = 0; i < 30; i++)
        {
            room.Catalog.Add($"p{i:D2}");
        }

        await room.Campaigns.UpsertAsync(campaigns, Token);
        return room;
    }
}
