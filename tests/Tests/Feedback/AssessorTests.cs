using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Feedback.Attribution;
using MarketLoop.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace MarketLoop.Tests.Feedback;

public sealed class AssessorTests : IAsyncDisposable
{
    private static readonly CustomerId One = Make.Customer(1);

    private readonly MemoryEventLog log = new();
    private Assessor assessor;
    private long turnPosition;

    public AssessorTests() => assessor = NewProcess();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mail_of_day_1_is_credited_for_a_purchase_on_day_3()
    {
        await DeliverAsync(Make.Mail("mail", One, products: "a"), Day(1));
        await HappenAsync(Make.Act(InteractionKind.OrderCompleted, One, "o", Day(3), 25, "o1", null, "b"));

        Outcome outcome = Assert.Single(await TurnAsync(Day(4)));

        Assert.Equal(("mail", 1, 25m, 1, 25m, 0, false), (outcome.Treatment.Value, outcome.Orders, outcome.Revenue, outcome.CreditedOrders, outcome.CreditedRevenue, outcome.OrdersOfShownItems, outcome.IsFinal));
    }

    [Fact]
    public async Task An_outcome_is_revised_when_the_window_gains_something_and_final_when_it_closes()
    {
        await DeliverAsync(Make.Mail("mail", One, products: "a"), Day(1));

        IReadOnlyList<Outcome> nothing = await TurnAsync(Day(2));
        await HappenAsync(Make.Act(InteractionKind.OrderCompleted, One, "o1", Day(2), 10, "o1", null, "a"));
        Outcome first = Assert.Single(await TurnAsync(Day(3)));
        IReadOnlyList<Outcome> still = await TurnAsync(Day(4));
        await HappenAsync(Make.Act(InteractionKind.OrderCompleted, One, "o2", Day(5), 5, "o2", null, "z"));
        Outcome second = Assert.Single(await TurnAsync(Day(6)));
        Outcome final = Assert.Single(await TurnAsync(Day(9)));
        IReadOnlyList<Outcome> afterwards = await TurnAsync(Day(10));

        Assert.Empty(nothing);
        Assert.Empty(still);
        Assert.Empty(afterwards);
        Assert.Equal([(10m, 1, false), (15m, 1, false), (15m, 1, true)], new[] { first, second, final }.Select(o => (o.Revenue, o.OrdersOfShownItems, o.IsFinal)));
    }

    [Fact]
    public async Task A_treatment_that_nothing_followed_has_one_final_outcome_of_nothing_in_both_arms()
    {
        await DeliverAsync(Make.Mail("sent", One), Day(1));
        await DeliverAsync(Make.Mail("withheld", Make.Customer(2), Arm.Control), Day(1));

        IReadOnlyList<Outcome> outcomes = await TurnAsync(Day(9));

        Assert.Equal([("sent", Arm.Treated), ("withheld", Arm.Control)], outcomes.Select(o => (o.Treatment.Value, o.Arm)));
        Assert.All(outcomes, o => Assert.Equal((0, 0, 0m, true), (o.Clicks, o.Orders, o.Revenue, o.IsFinal)));
    }

    [Theory]
    [InlineData(6.99, 1)]
    [InlineData(7.01, 0)]
    public async Task The_window_ends_after_seven_days(double daysLater, int orders)
    {
        await DeliverAsync(Make.Mail("mail", One), Day(1));
        await HappenAsync(Make.Act(InteractionKind.OrderCompleted, One, "o", Day(1).AddDays(daysLater), 25, "o1"));

        Assert.Equal(orders, Assert.Single(await TurnAsync(Day(9))).Orders);
    }

    [Fact]
    public async Task A_refund_reverses_revenue_and_credit_also_long_after_the_window()
    {
        await DeliverAsync(Make.Mail("mail", One), Day(1));
        await HappenAsync(Make.Act(InteractionKind.OrderCompleted, One, "o", Day(2), 40, "o1"));
        await TurnAsync(Day(9));

        await HappenAsync(Make.Act(InteractionKind.OrderRefunded, One, "r1", Day(10), 15, "o1"));
        Outcome soon = Assert.Single(await TurnAsync(Day(11)));
        await HappenAsync(Make.Act(InteractionKind.OrderRefunded, One, "r2", Day(40), 25, "o1"));
        Outcome late = Assert.Single(await TurnAsync(Day(41)));

        Assert.Equal((25m, 25m), (soon.Revenue, soon.CreditedRevenue));
        Assert.Equal((0m, 0m, true), (late.Revenue, late.CreditedRevenue, late.IsFinal));
    }

    [Fact]
    public async Task The_last_touch_gets_the_credit_and_a_click_beats_a_view()
    {
        Treatment mail = Make.Mail("mail", One, products: "a");
        Treatment fitting = Make.Slot("fitting", One, products: "a");
        Treatment other = Make.Slot("other", One, products: "x");
        await DeliverAsync(mail, Day(1));
        await DeliverAsync(fitting, Day(2));
        await DeliverAsync(other, Day(3));
        await HappenAsync(Make.Act(InteractionKind.OrderCompleted, One, "o1", Day(3.5), 10, "o1", null, "a"));

        string byView = CreditedOf(await TurnAsync(Day(4)));
        await HappenAsync(
            Make.Act(InteractionKind.EmailLinkClicked, One, "k", Day(4), token: "m1.mail.x.y"),
            Make.Act(InteractionKind.OrderCompleted, One, "o2", Day(4.5), 20, "o2", null, "a"));
        IReadOnlyList<Outcome> afterClick = await TurnAsync(Day(5));

        Assert.Equal("fitting", byView);
        Outcome clicked = afterClick.Single(o => o.Treatment == mail.Id);
        Assert.Equal((1, 20m, 2, 30m), (clicked.Clicks, clicked.CreditedRevenue, clicked.Orders, clicked.Revenue));
    }

    [Fact]
    public async Task A_withheld_mail_has_its_sums_but_never_credit_and_a_forged_click_counts_nothing()
    {
        await DeliverAsync(Make.Mail("withheld", One, Arm.Control), Day(1));
        await DeliverAsync(Make.Mail("others", Make.Customer(2)), Day(1));
        await HappenAsync(
            Make.Act(InteractionKind.EmailLinkClicked, One, "k", Day(2), token: "m1.others.x.y"),
            Make.Act(InteractionKind.OrderCompleted, One, "o", Day(2), 30, "o1"));

        Outcome outcome = Assert.Single(await TurnAsync(Day(3)));

        Assert.Equal((1, 30m, 0, 0m, 0), (outcome.Orders, outcome.Revenue, outcome.CreditedOrders, outcome.CreditedRevenue, outcome.Clicks));
    }

    [Fact]
    public async Task A_restart_tells_nothing_twice_and_forgets_nothing()
    {
        await DeliverAsync(Make.Mail("mail", One), Day(1));
        await HappenAsync(Make.Act(InteractionKind.OrderCompleted, One, "o1", Day(2), 10, "o1"));
        await TurnAsync(Day(3));

        Restart();
        IReadOnlyList<Outcome> nothingNew = await TurnAsync(Day(4));
        await HappenAsync(Make.Act(InteractionKind.OrderCompleted, One, "o2", Day(5), 10, "o2"));
        Restart();
        Outcome revised = Assert.Single(await TurnAsync(Day(6)));

        Assert.Empty(nothingNew);
        Assert.Equal(20m, revised.Revenue);
    }

    [Fact]
    public async Task An_order_that_arrives_days_late_revises_a_closed_window_once()
    {
        await DeliverAsync(Make.Mail("mail", One), Day(1));
        await TurnAsync(Day(9));
        await TurnAsync(Day(20));

        await HappenAsync(Make.Act(InteractionKind.OrderCompleted, One, "late", Day(2), 10, "o1"));
        Outcome revised = Assert.Single(await TurnAsync(Day(21)));
        IReadOnlyList<Outcome> afterwards = await TurnAsync(Day(22));

        Assert.Equal((10m, true), (revised.Revenue, revised.IsFinal));
        Assert.Empty(afterwards);
    }

    [Fact]
    public async Task What_a_browser_was_shown_counts_for_the_customer_who_signs_in()
    {
        CustomerId browser = CustomerId.Anonymous("b");
        await DeliverAsync(Make.Slot("slot", browser, products: "a"), Day(1));
        await TurnAsync(Day(1.5));
        await HappenAsync(
            Make.Act(InteractionKind.Identified, One, "i", Day(2)) with { AnonymousId = "b" },
            Make.Act(InteractionKind.OrderCompleted, One, "o", Day(2), 10, "o1", null, "a"));

        Outcome outcome = Assert.Single(await TurnAsync(Day(3)));

        Assert.Equal((1, 1), (outcome.OrdersOfShownItems, outcome.CreditedOrders));
    }

    [Fact]
    public async Task Credits_of_a_customer_sum_to_what_was_paid_at_most()
    {
        for (int i = 0; i < 8; i++)
        {
            await DeliverAsync(i % 2 == 0 ? Make.Mail("t" + i, One, products: "a") : Make.Slot("t" + i, One, products: "a"), Day(1 + (i * 0.5)));
            await HappenAsync(Make.Act(InteractionKind.OrderCompleted, One, "o" + i, Day(1.2 + (i * 0.5)), 10 + i, "o" + i, null, "a"));
        }

        IReadOnlyList<Outcome> outcomes = await TurnAsync(Day(20));

        Assert.Equal(log.All<Interaction>().Sum(i => i.Revenue ?? 0), outcomes.Sum(o => o.CreditedRevenue));
    }

    [Fact]
    public async Task Imported_history_without_treatments_is_not_read()
    {
        await HappenAsync([.. Enumerable.Range(0, 100).Select(i => Make.Act(InteractionKind.OrderRefunded, Make.Customer(i), "r" + i, Day(-300), 10, "o" + i))]);

        Assert.Empty(await TurnAsync(Day(1)));
        Assert.Equal(0, log.TimelineReads);
    }

    public async ValueTask DisposeAsync()
    {
        assessor.Dispose();
        await log.DisposeAsync();
    }

    private static string CreditedOf(IReadOnlyList<Outcome> outcomes) => Assert.Single(outcomes, o => o.CreditedOrders > 0).Treatment.Value;

    private static DateTimeOffset Day(double day) => Make.Day0.AddDays(day);

    private Assessor NewProcess() => new(log, Options.Create(new AttributionOptions()), NullLogger<Assessor>.Instance);

    private void Restart()
    {
        assessor.Dispose();
        assessor = NewProcess();
    }

    private async Task HappenAsync(params Interaction[] interactions) => await log.AppendAsync(interactions, Token);

    private async Task DeliverAsync(Treatment treatment, DateTimeOffset at) =>
        await log.AppendAsync([treatment with { DecidedAt = at, ExpiresAt = at.AddDays(2) }, Make.Delivered(treatment, at)], Token);

    private async Task<IReadOnlyList<Outcome>> TurnAsync(DateTimeOffset asOf)
    {
        LogRange range = new(turnPosition, log.Head, TimeWindow.Everything);
        turnPosition = log.Head;
        IReadOnlyList<Outcome> outcomes = await assessor.AssessAsync(range, asOf, Token);
        await log.AppendAsync(outcomes, Token);
        return outcomes;
    }
}
