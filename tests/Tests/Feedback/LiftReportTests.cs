using MarketLoop.Domain;
using MarketLoop.Feedback.Attribution;
using MarketLoop.Feedback.Lift;
using MarketLoop.Tests.Fakes;
using Microsoft.Extensions.Options;
using Xunit;

namespace MarketLoop.Tests.Feedback;

public sealed class LiftReportTests
{
    private static readonly TimeWindow Month = new(Make.Day0.AddDays(-1), Make.Day0.AddDays(30));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_planted_effect_is_found_with_its_size()
    {
        LiftSummary summary = await ComputeAsync(await SimulateAsync(seed: 1, customers: 2000, effect: 0.5));

        LiftFigure revenue = summary.Overall.Revenue;
        Assert.False(revenue.CoversZero);
        Assert.InRange(0.5, revenue.RelativeLow ?? double.NaN, revenue.RelativeHigh ?? double.NaN);
        Assert.Contains("more each", summary.Overall.Words.English, StringComparison.Ordinal);
        Assert.Contains("多消费", summary.Overall.Words.Chinese, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_effect_the_interval_covers_zero_in_at_least_93_of_100_seeds()
    {
        int covered = 0;
        for (int seed = 0; seed < 100; seed++)
        {
            LiftSummary summary = await ComputeAsync(await SimulateAsync(seed, customers: 400, effect: 0));
            covered += summary.Overall.Revenue.CoversZero ? 1 : 0;
        }

        Assert.InRange(covered, 93, 100);
    }

    [Fact]
    public async Task With_few_customers_the_words_say_that_it_is_too_early()
    {
        LiftSummary summary = await ComputeAsync(await SimulateAsync(seed: 3, customers: 40, effect: 2));

        Assert.StartsWith("Too early to say", summary.Overall.Words.English, StringComparison.Ordinal);
        Assert.StartsWith("数据尚不足", summary.Overall.Words.Chinese, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_log_gives_an_empty_report()
    {
        LiftSummary summary = await ComputeAsync(new MemoryEventLog());

        Assert.Empty(summary.Placements);
        Assert.Null(summary.Overall.Revenue.Difference);
        Assert.Equal((0, 0), (summary.Overall.TreatedCustomers, summary.Overall.ControlCustomers));
    }

    [Fact]
    public async Task Both_arms_count_from_first_exposure_on_and_refunds_are_taken_off()
    {
        MemoryEventLog log = new();
        await AddAsync(log, Make.Mail("t", Make.Customer(1)), Day(2));
        await AddAsync(log, Make.Mail("c", Make.Customer(2), Arm.Control), Day(2));
        foreach (int customer in new[] { 1, 2 })
        {
            CustomerId id = Make.Customer(customer);
            await log.AppendAsync(
            [
                Make.Act(InteractionKind.OrderCompleted, id, "before" + customer, Day(1), 100, "b" + customer),
                Make.Act(InteractionKind.OrderCompleted, id, "after" + customer, Day(3), 50, "a" + customer),
                Make.Act(InteractionKind.OrderRefunded, id, "refund-before" + customer, Day(4), 100, "b" + customer),
                Make.Act(InteractionKind.OrderRefunded, id, "refund-after" + customer, Day(20), 10 * customer, "a" + customer),
            ], Token);
        }

        LiftSummary summary = await ComputeAsync(log);

        Assert.Equal((40.0, 30.0, 1.0), (summary.Overall.Revenue.TreatedMean, summary.Overall.Revenue.ControlMean, summary.Overall.Orders.TreatedMean));
    }

    [Fact]
    public async Task A_row_for_each_placement_and_drafts_or_refusals_are_no_exposure()
    {
        MemoryEventLog log = new();
        await AddAsync(log, Make.Mail("m", Make.Customer(1), products: "a"), Day(1));
        await AddAsync(log, Make.Slot("s", Make.Customer(1), products: "a"), Day(1));
        await AddAsync(log, Make.Slot("c", Make.Customer(2), Arm.Control, products: "x"), Day(1));
        Treatment draft = Make.Mail("d", Make.Customer(3));
        await log.AppendAsync([draft, Make.Delivered(draft, Day(1)) with { Status = DeliveryStatus.Drafted }], Token);
        await log.AppendAsync(
        [
            Make.Act(InteractionKind.PromotionClicked, Make.Customer(1), "k", Day(2), token: "s1.s.x.y"),
            Make.Act(InteractionKind.OrderCompleted, Make.Customer(1), "o", Day(2), 30, "o", null, "a", "b", "z"),
        ], Token);

        LiftSummary summary = await ComputeAsync(log);

        Assert.Equal([(Channel.OnSite, "home"), (Channel.Email, "likely-buyers")], summary.Placements.Select(p => (p.Channel!.Value, p.Placement!)));
        LiftRow home = summary.Placements[0];
        Assert.Equal((1, 1, 10.0, 1.0, 30.0), (home.TreatedCustomers, home.ControlCustomers, home.ShownRevenue.TreatedMean, home.Clicks.TreatedMean, home.Revenue.TreatedMean));
        Assert.Equal((1, 0), (summary.Placements[1].TreatedCustomers, summary.Placements[1].ControlCustomers));
    }

    [Fact]
    public async Task A_browser_exposed_in_both_arms_is_counted_and_left_out()
    {
        MemoryEventLog log = new();
        await AddAsync(log, Make.Slot("s1", CustomerId.Anonymous("b"), Arm.Control), Day(1));
        await AddAsync(log, Make.Slot("s2", Make.Customer(1)), Day(2));
        await log.AppendAsync([Make.Act(InteractionKind.Identified, Make.Customer(1), "i", Day(2)) with { AnonymousId = "b" }], Token);

        LiftSummary summary = await ComputeAsync(log);

        Assert.Equal((0, 0, 1), (summary.Overall.TreatedCustomers, summary.Overall.ControlCustomers, summary.Overall.CrossedCustomers));
    }

    [Fact]
    public async Task The_same_log_gives_the_same_report_to_the_last_bit()
    {
        LiftSummary first = await ComputeAsync(await SimulateAsync(seed: 5, customers: 300, effect: 0.3));
        LiftSummary second = await ComputeAsync(await SimulateAsync(seed: 5, customers: 300, effect: 0.3));

        Assert.Equal(first.Overall, second.Overall);
        Assert.Equal(first.Placements, second.Placements);
    }

    private static async Task<MemoryEventLog> SimulateAsync(int seed, int customers, double effect)
    {
        Random random = new(seed);
        List<ILogRecord> records = [];
        for (int i = 0; i < customers; i++)
        {
            CustomerId customer = Make.Customer(i);
            Arm arm = random.NextDouble() < 0.3 ? Arm.Control : Arm.Treated;
            Treatment mail = Make.Mail("t" + i, customer, arm);
            DateTimeOffset at = Day(random.NextDouble() * 10);
            records.AddRange([mail with { DecidedAt = at }, Make.Delivered(mail, at)]);
            int orders = random.Next(4);
            for (int o = 0; o < orders; o++)
            {
                // skewed baskets, as shops have them
                decimal amount = decimal.Round((decimal)(20 * Math.Exp(random.NextDouble() * 2) * (arm == Arm.Treated ? 1 + effect : 1)), 2);
                records.Add(Make.Act(InteractionKind.OrderCompleted, customer, $"o{i}-{o}", at.AddDays(random.NextDouble() * 15), amount, $"o{i}-{o}"));
            }
        }

        MemoryEventLog log = new();
        await log.AppendAsync(records, Token);
        return log;
    }

    private static async Task AddAsync(MemoryEventLog log, Treatment treatment, DateTimeOffset at) =>
        await log.AppendAsync([treatment with { DecidedAt = at }, Make.Delivered(treatment, at)], Token);

    private static DateTimeOffset Day(double day) => Make.Day0.AddDays(day);

    private static async Task<LiftSummary> ComputeAsync(MemoryEventLog log)
    {
        using LiftReport report = new(log, Options.Create(new AttributionOptions()));
        LiftSummary summary = await report.ComputeAsync(Month, Token);
        await log.DisposeAsync();
        return summary;
    }
}
