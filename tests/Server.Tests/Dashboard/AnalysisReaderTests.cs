using MarketLoop.Analysis.Audiences;
using MarketLoop.Analysis.Journeys;
using MarketLoop.Analysis.Segmentation;
using MarketLoop.Data.Audiences;
using MarketLoop.Data.Journeys;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using MarketLoop.Server.Dashboard;
using MarketLoop.Server.Dashboard.Parts;
using MarketLoop.Server.Dashboard.Readers;
using Xunit;

namespace MarketLoop.Server.Tests.Dashboard;

public sealed class AnalysisReaderTests
{
    private static readonly ActNames Acts = new(
        [
            new("Product Viewed", InteractionKind.ProductViewed, 9), new("view_item", InteractionKind.ProductViewed, 5),
            new("Order Completed", InteractionKind.OrderCompleted, 3), new("Quiz Taken", InteractionKind.Custom, 2),
        ],
        new Words());

    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(2.1, 2, 0)]
    [InlineData(2.5, 2, 1)]
    [InlineData(9, 2, 4)]
    [InlineData(1.6, 2, -1)]
    [InlineData(0, 2, -4)]
    [InlineData(3, 0, 0)]
    public void A_profile_is_shaded_by_its_distance_from_the_average(double value, double mean, int level)
    {
        Assert.Equal(level, SegmentsPageReader.CellOf(value, mean).Level);
    }

    [Fact]
    public void Heat_has_no_colour_for_nothing_known_and_the_deepest_for_everything()
    {
        Assert.Equal(["", "v0", "v1", "v6", "v6"], [Heat.Of(null), Heat.Of(0.0), Heat.Of(0.01), Heat.Of(1.0), Heat.Of(7, 7)]);
        Assert.Equal("v0", Heat.Of(0, 0));
    }

    [Fact]
    public void History_is_told_in_order_of_time_with_gaps_where_a_training_had_no_model()
    {
        MetricHistory history = ModelsPageReader.HistoryOf([Training(3, 0.8), Training(2, null), Training(1, 0.7)]);

        Assert.Equal(["v1", "v2", "v3"], history.Labels);
        MetricSeries only = Assert.Single(history.Series);
        Assert.Equal("auc", only.Metric);
        Assert.Equal([0.7, null, 0.8], only.Values);
    }

    [Fact]
    public void Names_of_one_meaning_are_offered_once_and_what_follows_a_name_is_kept()
    {
        Assert.Equal(["Product Viewed", "Order Completed", "Quiz Taken"], Acts.Choices.Select(choice => choice.Value));
        Assert.Equal(["Product Viewed", "Order Completed"], Acts.UsualSteps());
        Assert.EndsWith(" · Tea", Acts.Of("view_item[category=Tea]"), StringComparison.Ordinal);
        Assert.Equal("Quiz Taken", Acts.Of("Quiz Taken"));
    }

    [Fact]
    public void Paths_are_drawn_step_by_step_and_streams_without_a_beginning_are_left_out()
    {
        PathReport report = new(100, 100, false, [new(1, "a", "b", 90, 0.9, 1), new(1, "a", "z", 1, 0.001, 1), new(2, "b", "c", 80, 0.8, 1), new(2, "z", "c", 20, 0.2, 1)], 0);

        PathPicture picture = PathPicture.Of(report, Acts);

        Assert.Equal([("0:a", "1:b"), ("1:b", "2:c")], picture.Links.Select(link => (link.Source, link.Target)));
        Assert.Equal([0, 1, 2], picture.Nodes.Select(node => node.Depth));
    }

    [Fact]
    public void Paths_backwards_end_with_the_act_asked_about()
    {
        PathReport report = new(10, 10, true, [new(1, "b", "c", 9, 0.9, 1), new(2, "a", "b", 8, 0.8, 1)], 0);

        PathPicture picture = PathPicture.Of(report, Acts);

        Assert.Equal([("1:b", "2:c"), ("0:a", "1:b")], picture.Links.Select(link => (link.Source, link.Target)));
        Assert.Empty(PathPicture.Of(new PathReport(0, 0, false, [], 0), Acts).Nodes);
    }

    [Fact]
    public void An_audience_grows_by_its_form_and_its_address_holds_everything()
    {
        AudienceDraft one = AudienceDraft.Read(null, null, new ConditionForm { Kind = "feature", Name = "orders", Is = "atLeast", Number = "2" });
        AudienceDraft two = AudienceDraft.Read(JsonOf(one.Matching([], GroupMatch.Any)), "", new ConditionForm { Kind = "act", Name = "Order", Number = "1", Within = "60", IsNot = true });
        AudienceDraft again = AudienceDraft.Read(JsonOf(two), "", new ConditionForm { Kind = "feature", Name = "orders", Is = "AtLeast", Number = "2" });

        Assert.Equal(AtLeastTwoOrders, one.Rule);
        Assert.Equal([AtLeastTwoOrders, new NotRule(new ActRule(AudienceAct.Order, 1, 60))], Assert.IsType<AnyOf>(two.Rule).Rules);
        Assert.Equal(JsonOf(two), JsonOf(again));   // a reload adds nothing
        Assert.StartsWith("/analysis/audiences?rule=%7B", two.Address("act"), StringComparison.Ordinal);
        Assert.EndsWith("&kind=act", two.Address("act"), StringComparison.Ordinal);
        Assert.Equal(AtLeastTwoOrders, two.Without([1]).Rule);
        Assert.Equal(JsonOf(two), JsonOf(AudienceDraft.Of(two.Rule!)));
    }

    [Fact]
    public void Groups_are_begun_filled_joined_anew_and_taken_out()
    {
        AudienceDraft one = AudienceDraft.Of(AtLeastTwoOrders);
        AudienceDraft begun = AudienceDraft.Read(JsonOf(one), null, new ConditionForm { Kind = "segment", Name = "regulars" }, startsGroup: true);
        AudienceDraft filled = AudienceDraft.Read(JsonOf(begun), "1", new ConditionForm { Kind = "consent", Name = "Email" });
        AudienceDraft deeper = AudienceDraft.Read(JsonOf(filled), "1", new ConditionForm { Kind = "act", Name = "View", Number = "3" }, startsGroup: true);

        Assert.Equal([1], begun.At);   // the next condition goes into what was just begun
        Assert.Equal([1, 2], deeper.At);
        Assert.Equal(
            """{"type":"all","rules":[{"type":"feature","feature":"orders","is":"atLeast","value":2},{"type":"any","rules":[{"type":"segment","segment":"regulars"},{"type":"consent","to":"email"},{"type":"all","rules":[{"type":"act","act":"view","atLeast":3}]}]}]}""",
            deeper.Rule?.ToJson());
        Assert.Contains("""{"type":"not","rule":{"type":"any","rules":[{"type":"act","act":"view","atLeast":3}]}}""", JsonOf(deeper.Matching([1, 2], GroupMatch.None)), StringComparison.Ordinal);
        AudienceDraft without = deeper.Without([1, 2, 0]);   // its last condition takes the group along
        Assert.Equal((JsonOf(filled), 1), (JsonOf(without), Assert.Single(without.At)));
        Assert.Equal(AtLeastTwoOrders, filled.Without([1]).Rule);
        Assert.Null(one.Without([0]).Rule);
    }

    [Theory]
    [InlineData("1.7.3")]
    [InlineData("1.0")]
    [InlineData("1.-1")]
    [InlineData("1.x")]
    public void A_place_that_is_no_group_means_the_group_around_it(string at)
    {
        AudienceDraft draft = AudienceDraft.Read(new AllOf([AtLeastTwoOrders, new AnyOf([AtLeastTwoOrders])]).ToJson(), at, null);

        Assert.Equal([1], draft.At);
    }

    [Fact]
    public void What_makes_no_condition_is_told_and_left_out()
    {
        AudienceDraft broken = AudienceDraft.Read("{", null, null);
        AudienceDraft unknown = AudienceDraft.Read("""{"type":"feature","feature":"shoeSize","is":"atLeast","value":1}""", null, null);
        AudienceDraft unfit = AudienceDraft.Read(AtLeastTwoOrders.ToJson(), null, new ConditionForm { Kind = "interest", About = "tea", Number = "900" });

        Assert.All([broken, unknown], draft => Assert.Null(draft.Rule));
        Assert.All([broken, unknown, unfit], draft => Assert.Single(draft.Faults));
        Assert.Equal(AtLeastTwoOrders, unfit.Rule);
        Assert.Null(AudienceDraft.Read(null, null, new ConditionForm { Kind = "feature", Name = "orders", Number = "many" }).Rule);
        Assert.Null(AudienceDraft.Read(null, null, new ConditionForm { Kind = "unheard of", Name = "orders", Number = "1" }).Rule);
    }

    [Fact]
    public void Groups_too_deep_are_refused_and_what_stood_before_stays()
    {
        AudienceDraft draft = AudienceDraft.Of(AtLeastTwoOrders);
        for (int depth = 0; depth < 12; depth++)
        {
            draft = AudienceDraft.Read(JsonOf(draft), RulePath.Write(draft.At), new ConditionForm { Kind = "act", Name = "View", Number = "3" }, startsGroup: true);
        }

        Assert.NotEmpty(draft.Faults);
        Assert.Empty(AudienceCheck.Find(draft.Rule));
    }

    [Fact]
    public void Sizes_are_lined_up_by_day()
    {
        DateOnly day = new(2026, 1, 5);
        SizeHistory sizes = AudiencesPageReader.SizesOf(
        [
            new("few", new SegmentRule("x"), default, [new(day.AddDays(1), 2, 9)]),
            new("many", new SegmentRule("y"), default, [new(day, 5, 9), new(day.AddDays(1), 6, 9)]),
        ]);

        Assert.Equal([day, day.AddDays(1)], sizes.Days);
        Assert.Equal(["many", "few"], sizes.Series.Select(line => line.Name));
        Assert.Equal([null, 2.0], sizes.Series[1].Values);
    }

    [Fact]
    public void Movement_is_drawn_with_a_place_for_the_new_and_the_gone()
    {
        SegmentMovement movement = new()
        {
            From = default,
            Until = default,
            Segments = [new LocalizedText("one", "一"), new LocalizedText("two", "二")],
            Counts = [[5, 3], [0, 2]],
            Entered = [1, 0],
            Gone = [0, 4],
            StayedShare = 0.7,
        };

        PathPicture picture = SegmentPictures.Streams(movement, new Words());

        Assert.Equal([("0:0", "1:0", 5), ("0:0", "1:1", 3), ("0:2", "1:0", 1), ("0:1", "1:1", 2), ("0:1", "1:2", 4)], picture.Links.Select(link => (link.Source, link.Target, link.Value)));
        Assert.Equal((0, 1, 3), SegmentPictures.LargestMove(movement));
        Assert.Null(SegmentPictures.LargestMove(movement with { Counts = [[5, 0], [0, 2]] }));
    }

    private static AudienceRule AtLeastTwoOrders { get; } = new FeatureRule("orders", Comparison.AtLeast, 2);

    private static string JsonOf(AudienceDraft draft) => draft.Root.ToRule().ToJson();

    private static ModelManifest Training(int version, double? auc) => new()
    {
        Version = new ModelVersion(version),
        DataFrom = default,
        DataUntil = default,
        Interactions = 1,
        Seed = 1,
        Models = [new ModelCard("response", "x", new Dictionary<string, string>(), auc is { } known ? new Dictionary<string, double> { ["auc"] = known } : [], "")],
        Files = new Dictionary<string, string>(),
    };
}
