using MarketLoop.Data.Consent;
using MarketLoop.Decision.Planning;
using MarketLoop.Decision.Promoting;
using MarketLoop.Domain;
using MarketLoop.Tests.Fakes;
using Xunit;

namespace MarketLoop.Tests.Decision;

public sealed class PlannerTests
{
    private static readonly CustomerId One = Make.Customer(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Customers_of_a_shop_without_consent_are_considered_and_refused()
    {
        using DecisionRoom room = new();
        CustomerInsight[] insights = [.. Enumerable.Range(0, 4338).Select(i => Make.Insight(Make.Customer(i), Make.Day0, probability: 0.9))];

        Plan plan = await room.Planner.DecideAsync(insights, Make.Day0, Token);

        Assert.Empty(plan.Treatments);
        Assert.Equal(4338, plan.Considered);
        Assert.Equal(0, plan.Contactable);
        Assert.Equal(new Dictionary<RefusalReason, int> { [RefusalReason.NoConsent] = 4338 }, plan.Refusals);
    }

    [Fact]
    public async Task Consent_without_address_is_another_refusal_and_browsers_are_not_considered()
    {
        using DecisionRoom room = new();
        room.Profiles.Add(One, email: null);

        Plan plan = await room.Planner.DecideAsync([Make.Insight(One, Make.Day0), Make.Insight(CustomerId.Anonymous("b"), Make.Day0)], Make.Day0, Token);

        Assert.Equal(1, plan.Considered);
        Assert.Equal([RefusalReason.NoAddress], plan.Refusals.Keys);
    }

    [Fact]
    public async Task Whoever_did_nothing_but_give_something_back_is_not_considered_until_the_first_act()
    {
        using DecisionRoom room = new();
        CustomerId buyer = Make.Customer(2);
        await room.HappenAsync(
            Make.Act(InteractionKind.OrderRefunded, One, "refund", Make.Day0, revenue: 20, products: "p"),
            Make.Act(InteractionKind.OrderCompleted, buyer, "order", Make.Day0, revenue: 20, products: "p"));

        Plan before = await room.Planner.DecideAsync(await room.InterpretAsync(Make.Day0.AddDays(1)), Make.Day0.AddDays(1), Token);
        await room.HappenAsync(Make.Act(InteractionKind.ProductViewed, One, "view", Make.Day0.AddDays(1), products: "p"));
        Plan after = await room.Planner.DecideAsync(await room.InterpretAsync(Make.Day0.AddDays(2)), Make.Day0.AddDays(2), Token);

        Assert.Equal((1, 2), (before.Considered, after.Considered));
        Assert.Equal(1, before.Refusals[RefusalReason.NoConsent]);
    }

    [Fact]
    public async Task A_rule_that_names_an_audience_writes_to_its_members_alone()
    {
        using DecisionRoom room = new(audience: new AudienceOptions { Audience = "tea lovers" });
        CustomerId other = Make.Customer(2);
        CustomerInsight[] insights = [Make.Insight(One, Make.Day0, probability: 0.9), Make.Insight(other, Make.Day0, probability: 0.9)];
        room.Profiles.Add(One);
        room.Profiles.Add(other);

        Plan nobody = await room.Planner.DecideAsync(insights, Make.Day0, Token);
        room.Members.Publish("tea lovers", new HashSet<CustomerId> { One });
        Plan members = await room.Planner.DecideAsync(insights, Make.Day0, Token);

        Assert.Equal(new Dictionary<RefusalReason, int> { [RefusalReason.OutsideAudience] = 2 }, nobody.Refusals);
        Assert.Equal([One], members.Treatments.Select(treatment => treatment.Customer));
    }

    [Fact]
    public async Task A_customer_at_risk_whom_a_coupon_moves_gets_one()
    {
        using DecisionRoom room = new();
        room.Profiles.Add(One);

        Plan plan = await room.Planner.DecideAsync([Make.Insight(One, Make.Day0, recencyDays: 60, probability: 0.05, ifTreated: 0.15)], Make.Day0, Token);

        Treatment treatment = Assert.Single(plan.Treatments);
        Assert.Equal((TreatmentKind.Promotion, PromotionRule.Name, 0.1), (treatment.Kind, treatment.Placement, treatment.Offer?.Discount));
        Assert.Contains("10.0", treatment.Reason.English, StringComparison.Ordinal);
        Assert.Contains("10.0", treatment.Reason.Chinese, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60, 3, 0.05, 0.055)] // moves too little
    [InlineData(60, 3, 0.50, 0.60)] // moves, but the discount on all who buy anyway costs more
    [InlineData(10, 3, 0.05, 0.15)] // not at risk
    [InlineData(60, 0, 0.05, 0.15)] // never bought
    public async Task A_coupon_that_does_not_pay_is_not_sent(double recency, int orders, double without, double with)
    {
        using DecisionRoom room = new(audience: new AudienceOptions { IsEnabled = false });
        room.Profiles.Add(One);

        Plan plan = await room.Planner.DecideAsync([Make.Insight(One, Make.Day0, recency, orders, without, with)], Make.Day0, Token);

        Assert.Empty(plan.Treatments);
        Assert.Equal([RefusalReason.LowResponse], plan.Refusals.Keys);
    }

    [Fact]
    public async Task Before_coupons_were_measured_a_drawn_share_of_those_at_risk_gets_one()
    {
        using DecisionRoom room = new(promotion: new PromotionOptions { ExplorationShare = 0.2 }, audience: new AudienceOptions { IsEnabled = false });
        CustomerInsight[] insights = [.. Enumerable.Range(0, 1000).Select(i => Make.Insight(Make.Customer(i), Make.Day0, recencyDays: 60, probability: 0.1))];
        Array.ForEach(insights, i => room.Profiles.Add(i.Customer));

        Plan plan = await room.Planner.DecideAsync(insights, Make.Day0, Token);

        Assert.InRange(plan.Treatments.Count, 150, 250);
        Assert.All(plan.Treatments, t => Assert.Equal("win-back+exploration", t.Policy));
    }

    [Theory]
    [InlineData(0.3, 1)]
    [InlineData(0.05, 0)]
    public async Task News_go_to_likely_buyers_only(double probability, int expected)
    {
        using DecisionRoom room = new();
        room.Profiles.Add(One);

        Plan plan = await room.Planner.DecideAsync([Make.Insight(One, Make.Day0, probability: probability)], Make.Day0, Token);

        Assert.Equal(expected, plan.Treatments.Count);
        Assert.All(plan.Treatments, t => Assert.Equal((TreatmentKind.Announcement, AudienceRule.Name, (Offer?)null), (t.Kind, t.Placement, t.Offer)));
    }

    [Fact]
    public async Task Without_a_response_model_nobody_is_written_to()
    {
        using DecisionRoom room = new();
        room.Profiles.Add(One);

        Plan plan = await room.Planner.DecideAsync([Make.Insight(One, Make.Day0)], Make.Day0, Token);

        Assert.Equal([RefusalReason.ColdStart], plan.Refusals.Keys);
    }

    [Fact]
    public async Task Eligible_control_customers_are_decided_like_treated_ones()
    {
        using DecisionRoom room = new(controlShare: 0.3);
        CustomerInsight[] insights = [.. Enumerable.Range(0, 600).Select(i => Make.Insight(Make.Customer(i), Make.Day0, probability: 0.9))];
        Array.ForEach(insights, i => room.Profiles.Add(i.Customer));

        Plan plan = await room.Planner.DecideAsync(insights, Make.Day0, Token);

        Assert.Equal(600, plan.Treatments.Count);
        Assert.InRange(plan.Treatments.Count(t => t.Arm == Arm.Control), 140, 220);
    }

    [Fact]
    public async Task The_same_turn_decided_twice_is_the_same_treatments()
    {
        using DecisionRoom first = new(), second = new();
        first.Profiles.Add(One);
        second.Profiles.Add(One);
        CustomerInsight insight = Make.Insight(One, Make.Day0, probability: 0.9);

        Plan once = await first.Planner.DecideAsync([insight], Make.Day0, Token);
        Plan afterRestart = await second.Planner.DecideAsync([insight], Make.Day0.AddHours(3), Token);

        Assert.Equal(once.Treatments.Select(t => t.Id), afterRestart.Treatments.Select(t => t.Id));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(13, 0)]
    [InlineData(15, 1)]
    public async Task A_rule_rests_after_it_wrote(int daysLater, int expected)
    {
        using DecisionRoom room = new();
        room.Profiles.Add(One);
        Treatment earlier = Make.Mail("t", One);
        await room.Log.AppendAsync([earlier, Make.Delivered(earlier, Make.Day0)], Token);

        Plan plan = await room.Planner.DecideAsync([Make.Insight(One, Make.Day0, probability: 0.9)], Make.Day0.AddDays(daysLater), Token);

        Assert.Equal(expected, plan.Treatments.Count);
    }

    [Fact]
    public async Task Whoever_heard_often_enough_is_refused_until_the_window_has_moved_on()
    {
        using DecisionRoom room = new(cap: new FrequencyCapOptions { MaximumMessages = 1 });
        room.Profiles.Add(One);
        Treatment coupon = Make.Mail("t", One) with { Placement = PromotionRule.Name };
        await room.Log.AppendAsync([coupon, Make.Delivered(coupon, Make.Day0)], Token);

        Plan soon = await room.Planner.DecideAsync([Make.Insight(One, Make.Day0, probability: 0.9)], Make.Day0.AddDays(6), Token);
        Plan later = await room.Planner.DecideAsync([], Make.Day0.AddDays(8), Token);

        Assert.Equal([RefusalReason.OverFrequencyCap], soon.Refusals.Keys);
        Assert.Single(later.Treatments);
    }
}
