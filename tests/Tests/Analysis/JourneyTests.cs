using MarketLoop.Analysis;
using MarketLoop.Analysis.Baskets;
using MarketLoop.Analysis.Evaluation;
using MarketLoop.Analysis.Journeys;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Value;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Journeys;
using MarketLoop.Domain;
using MarketLoop.Learning.Numerics;
using MarketLoop.Tests.Data;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Analysis;

public sealed class JourneyTests : IDisposable
{
    private static readonly string[] Steps = ["Product Viewed", "Product Added", "Order Completed"];
    private readonly StorageFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1, 1_000_000)]
    [InlineData(2, 37)]
    public async Task A_funnel_is_what_trying_every_beginning_gives(ulong seed, int mostActsInBatch)
    {
        await using EmbeddedShop shop = await FillAsync(RandomActs(400, 25, seed));
        JourneyReports reports = Reports(shop, mostActsInBatch);

        foreach (double days in (double[])[0.02, 0.2, 3, 300])
        {
            FunnelReport report = await reports.FunnelAsync(new FunnelRequest { Steps = Steps, WindowDays = days }, Token);

            int[] expected = await NaiveFunnelAsync(shop, TimeSpan.FromDays(days));
            Assert.Equal(expected, report.Steps.Select(step => step.People));
            Assert.Equal(expected[0] == 0 ? null : (double)expected[2] / expected[0], report.Steps[2].FromFirst);
        }
    }

    [Fact]
    public async Task A_later_beginning_may_finish_and_its_times_are_told()
    {
        await using EmbeddedShop shop = await FillAsync(
            Act("Product Viewed", "ann", 0), Act("Product Viewed", "ann", 2000), Act("Product Added", "ann", 2010), Act("Order Completed", "ann", 2040),
            Act("Product Added", "bob", 5), Act("Product Viewed", "bob", 6), Act("Order Completed", "bob", 7),
            Act("Product Viewed", "eve", 1), Act("Product Added", "eve", 1));

        FunnelReport report = await Reports(shop).FunnelAsync(new FunnelRequest { Steps = ["view_item", "add_to_cart", "purchase"], WindowDays = 1 }, Token);

        Assert.Equal([3, 2, 1], report.Steps.Select(step => step.People));
        Assert.Equal([null, 0, 1800.0], report.Steps.Select(step => step.MedianSeconds));
        Assert.Equal([1, 2 / 3.0, 0.5], report.Steps.Select(step => step.FromPrevious));
    }

    [Fact]
    public async Task A_browser_and_its_customer_are_one_person()
    {
        await using EmbeddedShop shop = await FillAsync(
            Act("Product Viewed", null, 0, browser: "b"), Act("Product Added", null, 1, browser: "b"), Act("Order Completed", "ann", 2, browser: "b"), Act("Product Viewed", null, 0, browser: "c"));

        FunnelReport report = await Reports(shop, mostActsInBatch: 2).FunnelAsync(new FunnelRequest { Steps = Steps }, Token);

        Assert.Equal([2, 1, 1], report.Steps.Select(step => step.People));
    }

    [Fact]
    public async Task Steps_can_be_narrowed_to_a_product_or_a_category()
    {
        await using EmbeddedShop shop = await FillAsync(
            Act("Product Viewed", "ann", 0, product: "p1"), Act("Order Completed", "ann", 5, product: "p1"), Act("Product Viewed", "bob", 0, product: "p2"), Act("Order Completed", "bob", 5, product: "p1"));
        await shop.Catalog.UpsertAsync([new Product { Id = new ProductId("p2"), Name = new LocalizedText("Tea", "茶"), Category = "Food > Tea" }], Token);
        JourneyReports reports = Reports(shop);

        Assert.Equal([1, 1], await CountAsync("Product Viewed[product=p1]", "Order Completed[product = p1]"));
        Assert.Equal([1, 1], await CountAsync("Product Viewed[category=Food]", "*"));
        Assert.Equal([1, 0], await CountAsync("Product Viewed[category=Food > Tea]", "Order Completed[category=Food]"));
        Assert.Equal([0, 0], await CountAsync("Product Viewed[category=Cups]", "*"));

        async Task<IEnumerable<int>> CountAsync(params string[] steps) =>
            (await reports.FunnelAsync(new FunnelRequest { Steps = steps }, Token)).Steps.Select(step => step.People);
    }

    [Fact]
    public async Task Segments_are_told_apart_by_the_newest_insight()
    {
        await using EmbeddedShop shop = await FillAsync(Act("Product Viewed", "ann", 0), Act("Order Completed", "ann", 5), Act("Product Viewed", "bob", 0), Act("Product Viewed", "eve", 0));
        CustomerInsight insight = Fakes.Make.Insight(CustomerId.Known("ann"), Start.AddDays(1));
        await shop.Log.AppendAsync(
            [insight with { Segment = 0, SegmentName = new LocalizedText("Loyal", "忠诚") }, insight with { Customer = CustomerId.Known("bob"), Segment = 2, SegmentName = new LocalizedText("New", "新客") }], Token);

        FunnelReport report = await Reports(shop).FunnelAsync(new FunnelRequest { Steps = ["Product Viewed", "Order Completed"], BySegment = true }, Token);

        Assert.Equal(["Loyal", "New", null], report.Segments.Select(segment => segment.Segment?.English));
        Assert.Equal([1, 1, 1], report.Segments.Select(segment => segment.Steps[0].People));
        Assert.Equal([1, 0, 0], report.Segments.Select(segment => segment.Steps[1].People));
        Assert.Equal(3, report.Steps[0].People);
    }

    [Theory]
    [InlineData(RetentionUnit.Day, "UTC")]
    [InlineData(RetentionUnit.Week, "Europe/London")]
    [InlineData(RetentionUnit.Month, "America/New_York")]
    public async Task A_retention_table_is_what_a_naive_count_gives(RetentionUnit unit, string zoneName)
    {
        await using EmbeddedShop shop = await FillAsync(RandomActs(500, 30, seed: 5));
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(zoneName);

        RetentionReport report = await Reports(shop, 100, zoneName).RetentionAsync(new RetentionRequest { Unit = unit, Periods = 4, First = "Product Viewed", Returning = "Order Completed" }, Token);

        List<Interaction> all = await shop.Log.ReadInteractionsAsync(LogRange.Everything, Token).ToListAsync(Token);
        int newest = all.Where(act => act.Kind is InteractionKind.ProductViewed or InteractionKind.OrderCompleted).Max(act => NumberOf(act.OccurredAt));
        SortedDictionary<int, int[]> expected = [];
        foreach (IGrouping<CustomerId, Interaction> person in all.GroupBy(act => act.Customer))
        {
            int[] first = [.. person.Where(act => act.Kind == InteractionKind.ProductViewed).Select(act => NumberOf(act.OccurredAt)).Order().Take(1)];
            if (first.Length > 0)
            {
                int[] counts = expected.TryGetValue(first[0], out int[]? known) ? known : expected[first[0]] = new int[5];
                counts[0]++;
                foreach (int since in person.Where(act => act.Kind == InteractionKind.OrderCompleted).Select(act => NumberOf(act.OccurredAt) - first[0]).Distinct().Where(since => since is > 0 and <= 4))
                {
                    counts[since]++;
                }
            }
        }

        Assert.Equal(expected.Values.Select(counts => counts[0]), report.Cohorts.Select(cohort => cohort.People));
        Assert.Equal(expected.Select(pair => string.Join(' ', pair.Value.Take(newest - pair.Key + 1))), report.Cohorts.Select(cohort => string.Join(' ', cohort.Returned)));
        Assert.Equal(1, report.Shares[0]);

        int NumberOf(DateTimeOffset moment)
        {
            DateTime local = TimeZoneInfo.ConvertTime(moment, zone).DateTime;
            return unit switch
            {
                RetentionUnit.Day => DateOnly.FromDateTime(local).DayNumber,
                RetentionUnit.Week => DateOnly.FromDateTime(local).DayNumber / 7,
                _ => (local.Year * 12) + local.Month - 1,
            };
        }
    }

    [Fact]
    public async Task Cohorts_before_the_period_are_left_out_but_known()
    {
        await using EmbeddedShop shop = await FillAsync(Act("Product Viewed", "old", 0), Act("Product Viewed", "old", 20_000), Act("Product Viewed", "new", 20_000), Act("Order Completed", "new", 20_000 + (7 * 1440)));

        RetentionReport report = await Reports(shop).RetentionAsync(new RetentionRequest { From = Start.AddDays(5) }, Token);

        RetentionCohort cohort = Assert.Single(report.Cohorts);
        Assert.Equal(1, cohort.People);
        Assert.Equal(DayOfWeek.Monday, cohort.Start.DayOfWeek);
        Assert.Equal([1, 1], cohort.Returned);
        Assert.Empty((await Reports(shop).RetentionAsync(new RetentionRequest { From = Start.AddYears(5) }, Token)).Cohorts);
    }

    [Fact]
    public async Task Paths_lead_from_an_event_through_its_visit()
    {
        await using EmbeddedShop shop = await FillAsync(
            Act("Page Opened", "ann", 0), Act("Product Viewed", "ann", 1), Act("Product Viewed", "ann", 2), Act("Product Added", "ann", 3), Act("Order Completed", "ann", 200),
            Act("Product Viewed", "bob", 0), Act("Product Added", "bob", 10), Act("Order Completed", "bob", 20), Act("Email Opened", "bob", 21));
        JourneyReports reports = Reports(shop);

        PathReport forward = await reports.PathsAsync(new PathRequest { From = "product_viewed", Depth = 3 }, Token);
        PathReport backward = await reports.PathsAsync(new PathRequest { To = "Order Completed", Depth = 1 }, Token);
        PathReport few = await reports.PathsAsync(new PathRequest { Events = 1, Depth = 1 }, Token);

        Assert.Equal(3, forward.Visits);
        Assert.Equal(2, forward.Followed);
        Assert.Equal(
            ["1 Product Viewed-Product Added 2", "2 Product Added-(end) 1", "2 Product Added-Order Completed 1", "3 Order Completed-(end) 1"],
            forward.Links.Select(link => $"{link.Step} {link.Source}-{link.Target} {link.Visits}"));
        Assert.Equal(["1 (start)-Order Completed 1", "1 Product Added-Order Completed 1"], backward.Links.Select(link => $"{link.Step} {link.Source}-{link.Target} {link.Visits}"));
        Assert.Equal(["1 (other)-(end) 1", "1 (other)-Product Viewed 1", "1 Product Viewed-(other) 1"], few.Links.Select(link => $"{link.Step} {link.Source}-{link.Target} {link.Visits}"));
        Assert.Empty((await reports.PathsAsync(new PathRequest { From = "Never Heard" }, Token)).Links);
    }

    [Fact]
    public async Task An_empty_shop_has_empty_reports()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        JourneyReports reports = Reports(shop);

        Assert.All((await reports.FunnelAsync(new FunnelRequest { Steps = Steps }, Token)).Steps, step => Assert.Equal((0, null, null), (step.People, step.FromFirst, step.MedianSeconds)));
        Assert.Empty((await reports.RetentionAsync(new RetentionRequest(), Token)).Cohorts);
        Assert.Empty((await reports.PathsAsync(new PathRequest(), Token)).Links);
        Assert.Empty((await new BasketReports(shop.Journeys, shop.Catalog).FindAsync(new BasketRequest(), Token)).Rules);
    }

    [Fact]
    public async Task Requests_that_make_no_sense_are_refused_with_their_fields()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        JourneyReports reports = Reports(shop);

        ArgumentException funnel = await Assert.ThrowsAsync<ArgumentException>(() => reports.FunnelAsync(new FunnelRequest { Steps = ["a[b=c]"], WindowDays = double.NaN }, Token));
        ArgumentException retention = await Assert.ThrowsAsync<ArgumentException>(() => reports.RetentionAsync(new RetentionRequest { Periods = 0, First = " " }, Token));
        ArgumentException paths = await Assert.ThrowsAsync<ArgumentException>(() => reports.PathsAsync(new PathRequest { From = "a", To = "b", Since = Start, Until = Start }, Token));

        Assert.All(["steps", "windowDays"], field => Assert.Contains(field, funnel.Message, StringComparison.Ordinal));
        Assert.All(["periods", "first"], field => Assert.Contains(field, retention.Message, StringComparison.Ordinal));
        Assert.All(["to", "until"], field => Assert.Contains(field, paths.Message, StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reports.FunnelAsync(new FunnelRequest { Steps = Steps }, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Basket_rules_come_from_merchandise_in_orders()
    {
        LineItem[] pair = [new(new ProductId("cup")), new(new ProductId("saucer")), new(new ProductId("POST"), IsMerchandise: false)];
        await using EmbeddedShop shop = await FillAsync([.. Enumerable.Range(0, 40).Select(i => Order($"m{i}", $"u{i}", 5, i, i < 10 ? pair : [new LineItem(new ProductId($"p{i % 4}"))]))]);

        BasketReport report = await new BasketReports(shop.Journeys, shop.Catalog).FindAsync(new BasketRequest { MinimumSupport = 0.1 }, Token);

        Assert.Equal(40, report.Orders);
        Assert.Equal(["cup saucer 4", "saucer cup 4"], report.Rules.Select(rule => $"{rule.If[0].Id} {rule.Then[0].Id} {rule.Lift}"));
        Assert.Null(report.Note);
    }

    [Fact]
    public async Task The_forecast_of_purchases_is_held_against_what_came_and_needs_six_weeks_and_somebody_who_came_back()
    {
        await using EmbeddedShop shop = await FillAsync([.. Enumerable.Range(0, 60).SelectMany(who => Enumerable.Range(0, 1 + (who % 4)).Select(order =>
            Act("Order Completed", $"u{who}", ((who % 20) + (order * 18)) * 1440)))]);
        ValueTracks tracks = new(Reader(shop, 1_000), Options.Create(new AnalysisOptions { TimeZone = "UTC" }));

        ValueReport? report = await tracks.ReadAsync(Token);

        Assert.NotNull(report);
        Assert.Equal(60, report.Customers);
        Assert.NotEmpty(report.Forecast);
        Assert.InRange(report.Forecast[^1].Actual, report.Calibration[^1].Actual + 1, 90);   // 15 x (0 + 1 + 2 + 3) repeats in all
        Assert.True(report.Forecast[^1].Expected > report.Calibration[^1].Expected);
    }

    [Fact]
    public async Task A_young_shop_has_no_forecast_to_hold_against_anything()
    {
        await using EmbeddedShop shop = await FillAsync(Act("Order Completed", "ann", 0), Act("Order Completed", "ann", 5 * 1440));
        ValueTracks tracks = new(Reader(shop, 1_000), Options.Create(new AnalysisOptions { TimeZone = "UTC" }));

        Assert.Null(await tracks.ReadAsync(Token));
        await shop.Log.AppendAsync([Act("Order Completed", "bob", 80 * 1440)], Token);
        Assert.NotNull(await tracks.ReadAsync(Token));
    }

    private static Interaction Act(string name, string? user, int minute, string? browser = null, string product = "p1") => View(Guid.NewGuid().ToString(), user, browser, minute, product: product) with
    {
        Name = name,
        Kind = MarketLoop.Data.Intake.EventNames.KindOf(name),
    };

    private static Interaction[] RandomActs(int acts, int people, ulong seed)
    {
        SeededRandom random = new(seed);
        return [.. Enumerable.Range(0, acts).Select(i =>
        {
            int who = random.NextInt32(people);
            string? user = who % 3 == 0 && random.NextInt32(4) > 0 ? null : $"u{who}";
            return Act(random.NextInt32(4) is var name && name < 3 ? Steps[name] : "Page Opened", user, (random.NextInt32(90) * 1440) + i, user is null || who % 3 == 0 ? $"b{who}" : null);
        })];
    }

    private static JourneyReports Reports(EmbeddedShop shop, int mostActsInBatch = 1_000, string zone = "UTC")
    {
        IOptions<AnalysisOptions> options = Options.Create(new AnalysisOptions { TimeZone = zone });
        Analyst analyst = new(shop.Log, shop.Store, shop.Catalog, new CurrentModels(), options, NullLogger<Analyst>.Instance);
        return new JourneyReports(Reader(shop, mostActsInBatch), shop.Log, shop.Catalog, analyst, options);
    }

    private static JourneyReader Reader(EmbeddedShop shop, int mostActsInBatch) => new(shop.Parts.Events, shop.Parts.Loader, shop.Parts.Links, shop.Parts.Shop, mostActsInBatch);

    private static async Task<int[]> NaiveFunnelAsync(EmbeddedShop shop, TimeSpan window)
    {
        List<Interaction> all = await shop.Log.ReadInteractionsAsync(LogRange.Everything, Token).ToListAsync(Token);
        int[] people = new int[Steps.Length];
        foreach (IGrouping<CustomerId, Interaction> person in all.GroupBy(act => act.Customer))
        {
            int best = person.Where(act => act.Name == Steps[0]).Select(Follow).DefaultIfEmpty(0).Max();
            for (int step = 0; step < best; step++)
            {
                people[step]++;
            }

            int Follow(Interaction beginning)
            {
                Interaction at = beginning;
                for (int step = 1; step < Steps.Length; step++)
                {
                    if (person.Where(act => act.Name == Steps[step] && act.OccurredAt > at.OccurredAt && act.OccurredAt - beginning.OccurredAt <= window).MinBy(act => act.OccurredAt) is not { } next)
                    {
                        return step;
                    }

                    at = next;
                }

                return Steps.Length;
            }
        }

        return people;
    }

    private async Task<EmbeddedShop> FillAsync(params Interaction[] acts)
    {
        EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync(acts, Token);
        return shop;
    }
}
