using MarketLoop.Decision.Exploration;
using MarketLoop.Decision.Planning;
using MarketLoop.Domain;
using MarketLoop.Tests.Fakes;
using Xunit;

namespace MarketLoop.Tests.Decision;

public sealed class SlotPlannerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Asking_again_with_the_same_request_id_gives_the_same_treatment()
    {
        using DecisionRoom room = MakeRoom(0);

        SlotDecision first = await room.Slots.DecideAsync(Ask(Make.Customer(1), "r1"), Token);
        room.Clock.Advance(TimeSpan.FromSeconds(5));
        SlotDecision again = await room.Slots.DecideAsync(Ask(Make.Customer(1), "r1"), Token);
        SlotDecision other = await room.Slots.DecideAsync(Ask(Make.Customer(1), "r2"), Token);

        Assert.Equal(first.Treatment?.Id, again.Treatment?.Id);
        Assert.NotEqual(first.Treatment?.Id, other.Treatment?.Id);
    }

    [Fact]
    public async Task Over_many_requests_every_candidate_is_shown_as_often_as_its_propensity_says()
    {
        using DecisionRoom room = MakeRoom(0, new ExplorationOptions { SwapProbability = 0.4, PoolSize = 8 });
        Dictionary<ProductId, double> sums = [];
        const int requests = 20_000;

        for (int i = 0; i < requests; i++)
        {
            SlotDecision decision = await room.Slots.DecideAsync(Ask(Make.Customer(i), "r"), Token);
            Treatment treatment = Assert.IsType<Treatment>(decision.Treatment);
            Assert.Equal(12, treatment.CandidateCount);
            foreach (ShownItem item in treatment.Items)
            {
                sums[item.Product] = sums.GetValueOrDefault(item.Product) + (1 / item.Propensity);
            }
        }

        Assert.Equal(12, sums.Count);
        Assert.All(sums.Values, sum => Assert.InRange(sum / requests, 0.9, 1.1));
    }

    [Fact]
    public async Task Control_customers_get_the_popular_list_unexplored_and_are_measured()
    {
        using DecisionRoom room = MakeRoom(0.5);
        List<SlotDecision> decisions = [];
        for (int i = 0; i < 200; i++)
        {
            decisions.Add(await room.Slots.DecideAsync(Ask(Make.Customer(i), "r"), Token));
        }

        List<SlotDecision> control = decisions.FindAll(d => d.Treatment?.Arm == Arm.Control);

        Assert.InRange(control.Count, 70, 130);
        Assert.All(control, d =>
        {
            Assert.Equal("p00 p01 p02 p03", string.Join(' ', d.Items.Select(i => i.Product.Value)));
            Assert.All(d.Items, i => Assert.Equal(1, i.Propensity));
            Assert.False(d.IsPersonalised);
        });
    }

    [Theory]
    [InlineData(false, LoopMode.Running, true)]
    [InlineData(true, LoopMode.Observe, true)]
    [InlineData(true, LoopMode.Running, false)]
    public async Task Whoever_must_not_be_known_gets_the_popular_list_and_is_not_measured(bool isVerified, LoopMode mode, bool mayPersonalise)
    {
        using DecisionRoom room = MakeRoom(0);
        room.Profiles.Add(Make.Customer(1), personal: mayPersonalise);

        SlotDecision decision = await room.Slots.DecideAsync(Ask(Make.Customer(1), "r") with { IsPersonalised = isVerified, Mode = mode }, Token);

        Assert.Equal("p00 p01 p02 p03", string.Join(' ', decision.Items.Select(i => i.Product.Value)));
        Assert.False(decision.IsPersonalised);
        Assert.Null(decision.Treatment);
    }

    [Fact]
    public async Task A_stopped_loop_answers_empty()
    {
        using DecisionRoom room = MakeRoom(0);

        SlotDecision decision = await room.Slots.DecideAsync(Ask(Make.Customer(1), "r") with { Mode = LoopMode.Stopped }, Token);

        Assert.Equal(new SlotDecision([], false, null), decision with { Items = [] });
        Assert.Empty(decision.Items);
    }

    [Theory]
    [InlineData("", 5)]
    [InlineData("home", 0)]
    [InlineData("home", 51)]
    public async Task A_request_without_placement_or_with_a_wild_count_is_the_callers_mistake(string placement, int count)
    {
        using DecisionRoom room = MakeRoom(0);

        await Assert.ThrowsAsync<ArgumentException>(() => room.Slots.DecideAsync(Ask(Make.Customer(1), "r") with { Placement = placement, Count = count }, Token));
    }

    private static SlotRequest Ask(CustomerId customer, string request) =>
        new() { Placement = "home", Customer = customer, Count = 4, RequestId = request, Mode = LoopMode.Running };

    private static DecisionRoom MakeRoom(double share, ExplorationOptions? exploration = null)
    {
        DecisionRoom room = new(share, exploration: exploration);
        for (int i = 0; i < 30; i++)
        {
            room.Catalog.Add($"p{i:D2}");
        }

        return room;
    }
}
