using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Targets;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Tests.Fakes;
using Xunit;

namespace MarketLoop.Tests.Analysis;

public sealed class TargetRowsTests
{
    private static readonly TargetOptions Ten = new() { HorizonDays = 10, ActiveWithinDays = 20 };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void A_column_that_looks_past_the_moment_is_refused_by_name()
    {
        RowColumn leak = new("ordersEver", (snapshot, _, customer, _) => snapshot.Interactions.Count(i => i.Customer == customer && i.Kind == InteractionKind.OrderCompleted));
        RowColumn honest = new("ordersSoFar", (snapshot, _, customer, moment) => snapshot.Interactions.Count(i => i.Customer == customer && i.Kind == InteractionKind.OrderCompleted && i.OccurredAt < moment));

        MarketLoopException refused = Assert.Throws<MarketLoopException>(() => TargetRows.Build(Shop(), RowTarget.Buys, Ten, [honest, leak], Cancelled));
        TargetRows accepted = TargetRows.Build(Shop(), RowTarget.Buys, Ten, [honest], Cancelled);

        Assert.Contains("The column ordersEver looks past the row's moment", refused.Message, StringComparison.Ordinal);
        Assert.Equal("ordersSoFar", accepted.Columns[^1]);
    }

    [Fact]
    public void A_book_that_is_ahead_of_the_row_is_refused()
    {
        FeatureBook book = new(TimeZoneInfo.Utc);
        book.Add(Shopping.Order("ann", Shopping.Day(5), 10m, "tea"));
        book.AdvanceTo(Shopping.Day(9));
        CustomerId ann = CustomerId.Known("ann");

        PointInTimeGuard.Check(ann, Shopping.Day(6), book.SeenUntil(ann));
        MarketLoopException refused = Assert.Throws<MarketLoopException>(() => PointInTimeGuard.Check(ann, Shopping.Day(5), book.SeenUntil(ann)));

        Assert.Contains("has counted an event of 2026-01-06", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_history_that_reaches_past_its_own_end_is_refused()
    {
        TrainingSnapshot leaky = new() { AsOf = Shopping.Day(50), Interactions = Shop().Interactions };

        Assert.Throws<MarketLoopException>(() => TargetRows.Build(leaky, RowTarget.Buys, Ten, null, Cancelled));
    }

    [Fact]
    public void Labels_say_what_followed_and_features_what_was_before()
    {
        TrainingSnapshot snapshot = new()
        {
            AsOf = Shopping.Day(40),
            Products = [Product("tea", "drinks"), Product("pot", "ware")],
            Interactions =
            [
                Shopping.Order("ann", Shopping.Day(1), 10m, "tea"), Shopping.Order("bob", Shopping.Day(2), 10m, "tea"),
                Shopping.Order("ann", Shopping.Day(32), 10m, "pot"), Shopping.Act(InteractionKind.OrderRefunded, "bob", Shopping.Day(33)) with { Revenue = 1m },
            ],
        };
        TargetOptions options = new() { HorizonDays = 10, ActiveWithinDays = 60 };

        Assert.Equal(["u:ann 1", "u:bob 0"], At30(RowTarget.Buys));
        Assert.Equal(["u:ann 0", "u:bob 1"], At30(RowTarget.Churns));
        Assert.Equal(["u:ann 0", "u:bob 1"], At30(RowTarget.Returns));
        Assert.Equal(["u:ann 1"], At30(RowTarget.NextCategory));
        TargetRows categories = TargetRows.Build(snapshot, RowTarget.NextCategory, options, null, Cancelled);
        Assert.Equal(["drinks", "ware", "other"], categories.Classes);
        Assert.Equal(1f, categories.Matrix[categories.Columns.ToList().IndexOf("interest:drinks")]);

        IEnumerable<string> At30(RowTarget target)
        {
            TargetRows rows = TargetRows.Build(snapshot, target, options, null, Cancelled);
            return Enumerable.Range(0, rows.Count).Where(i => rows.Moments[i] == Shopping.Day(30)).Select(i => $"{rows.Customers[i]} {rows.Labels[i]}");
        }
    }

    [Fact]
    public void A_mail_is_opened_by_its_own_token_or_by_an_opening_that_names_none()
    {
        Treatment[] mails = [Mail("m1", 1), Mail("m2", 5), Mail("m3", 9)];
        Interaction Opening(double day, string? mail) =>
            Shopping.Act(InteractionKind.EmailOpened, "ann", Shopping.Day(day)) with { TreatmentToken = mail is null ? null : $"1.{mail}.body.signature" };
        TrainingSnapshot snapshot = new()
        {
            AsOf = Shopping.Day(60),
            Interactions = [Shopping.Order("ann", Shopping.Day(0), 10m, "tea"), Opening(6, "m1"), Opening(12, null), Shopping.Order("bob", Shopping.Day(59), 10m, "tea")],
            Treatments = mails,
            Deliveries = [.. mails.Select(m => Make.Delivered(m, m.DecidedAt))],
        };

        TargetRows rows = TargetRows.Build(snapshot, RowTarget.OpensMail, new TargetOptions { HorizonDays = 6 }, null, Cancelled);

        Assert.Equal([1, 0, 1], rows.Labels);
    }

    [Theory]
    [InlineData(RowTarget.Buys)]
    [InlineData(RowTarget.Churns)]
    [InlineData(RowTarget.NextCategory)]
    public void The_same_history_gives_the_same_rows_and_later_sign_ins_are_no_leak(RowTarget target)
    {
        TargetRows first = TargetRows.Build(Shop(), target, Ten, null, Cancelled);
        TargetRows second = TargetRows.Build(Shop(), target, Ten, null, Cancelled);

        Assert.NotEmpty(first.Labels);
        Assert.Equal(first.Matrix, second.Matrix);
        Assert.Equal(first.Labels, second.Labels);
        Assert.Equal(first.Count * first.Columns.Count, first.Matrix.Length);
        Assert.All(first.Matrix, value => Assert.True(float.IsFinite(value)));
        Assert.Equal(first.Moments.Order(), first.Moments);
    }

    [Fact]
    public void No_history_gives_no_rows_and_a_bad_option_is_named()
    {
        TrainingSnapshot empty = new() { AsOf = Shopping.Day(1), Interactions = [] };

        Assert.All(Enum.GetValues<RowTarget>(), target => Assert.Equal(0, TargetRows.Build(empty, target, Ten, null, Cancelled).Count));
        Assert.Throws<ArgumentException>(() => TargetRows.Build(empty, RowTarget.Buys, Ten with { TimeZone = "Mars/Olympus" }, null, Cancelled));
        Assert.Throws<ArgumentOutOfRangeException>(() => TargetRows.Build(empty, RowTarget.Buys, Ten with { HorizonDays = 0 }, null, Cancelled));
    }

    private static Treatment Mail(string id, double day) => Make.Mail(id, CustomerId.Known("ann"), Arm.Treated, Shopping.Day(day));

    private static Product Product(string id, string category) => new() { Id = new ProductId(id), Name = new LocalizedText(id, id), Category = category };

    private static TrainingSnapshot Shop()
    {
        List<Interaction> history = FeatureBookTests.History(seed: 8, days: 60);
        Dictionary<string, CustomerId> owners = [];
        foreach (Interaction act in history.Where(i => i is { UserId: not null, AnonymousId: not null }))
        {
            owners.TryAdd(act.AnonymousId!, act.Customer); // filtered
        }

        return new TrainingSnapshot
        {
            AsOf = Shopping.Day(60),
            Interactions = [.. history.Select(i => i.UserId is null && owners.TryGetValue(i.AnonymousId!, out CustomerId owner) ? i with { Customer = owner } : i)],
            Products = [.. Enumerable.Range(0, 30).Select(p => Product($"p{p}", $"category {p % 4}"))],
        };
    }
}
