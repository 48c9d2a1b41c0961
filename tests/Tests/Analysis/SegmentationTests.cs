using MarketLoop.Analysis.Evaluation;
using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Segmentation;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Analysis;

public sealed class SegmentationTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    public async Task Planted_customer_types_are_found_again_through_the_whole_room(int planted)
    {
        TrainingSnapshot shop = PlantedShop.Snapshot(planted == 3 ? PlantedShop.Three : PlantedShop.Eight, customersOfEach: 40, seed: 11);

        SegmentReport report = await Evaluate(shop);

        Assert.Equal(planted, report.K);
        Assert.True(report.HasStructure, report.Why);
        Assert.All(report.Segments, segment => Assert.Equal(40, segment.Size));
        Assert.Equal(1.0, report.Stability.Lowest, 6);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    public async Task Each_segment_has_a_name_of_its_own_in_both_languages(int planted)
    {
        TrainingSnapshot shop = PlantedShop.Snapshot(planted == 3 ? PlantedShop.Three : PlantedShop.Eight, customersOfEach: 40, seed: 12);

        SegmentReport report = await Evaluate(shop);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', report.Segments.Select(s => $"{s.Name.English} / {s.Name.Chinese}")));
        Assert.Equal(report.K, report.Segments.Select(s => s.Name.English).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(report.K, report.Segments.Select(s => s.Name.Chinese).Distinct(StringComparer.Ordinal).Count());
        Assert.All(report.Segments, s => Assert.Contains(s.Name.Chinese, c => c is >= '\u4e00' and <= '\u9fff'));
    }

    [Fact]
    public async Task Names_say_what_the_customers_do()
    {
        SegmentReport report = await Evaluate(PlantedShop.Snapshot(PlantedShop.Three, customersOfEach: 40, seed: 13));

        string[] names = [.. report.Segments.OrderByDescending(s => s.Averages["orders"]).Select(s => s.Name.English)];

        Assert.Contains("loyal", names[0], StringComparison.OrdinalIgnoreCase);
        Assert.Contains("one-time", names[1], StringComparison.OrdinalIgnoreCase);
        Assert.Contains("window shoppers", names[2], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Few_customers_make_no_segments_and_the_report_says_so()
    {
        SegmentReport report = await Evaluate(PlantedShop.Snapshot(PlantedShop.Three, customersOfEach: 5, seed: 14));

        Assert.Equal(0, report.K);
        Assert.Contains("30 are needed", report.Why, StringComparison.Ordinal);
    }

    private static Task<SegmentReport> Evaluate(TrainingSnapshot shop) => SegmentEvaluator.EvaluateAsync(
        Shopping.Stream(shop.Interactions), [], shop.AsOf, TimeZoneInfo.Utc, 1, null, TestContext.Current.CancellationToken);
}
