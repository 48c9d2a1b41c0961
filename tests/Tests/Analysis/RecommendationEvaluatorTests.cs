using System.Text.Json;
using MarketLoop.Analysis.Evaluation;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Analysis;

public sealed class RecommendationEvaluatorTests
{
    private static readonly DateTimeOffset Split = new(2011, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    [Trait("Kind", "Slow")]
    public async Task On_the_real_shop_it_beats_both_baselines_and_these_are_the_published_ones()
    {
        List<Interaction> orders = await OnlineRetailOrders.ReadAsync(TestContext.Current.CancellationToken);

        RecommendationReport report = RecommendationEvaluator.Evaluate(orders, Split, 20, null, TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine(JsonSerializer.Serialize(report, JsonSerializerOptions.Web));
        Assert.Equal(1444, report.Users);
        Assert.Equal(0.0506, report.Baselines["popularity"].Recall, 0.0002);
        Assert.Equal(0.0427, report.Baselines["popularity"].Ndcg, 0.0002);
        Assert.Equal(0.0827, report.Baselines["itemCosine"].Recall, 0.0002);
        Assert.Equal(0.0735, report.Baselines["itemCosine"].Ndcg, 0.0002);
        Assert.True(report.Recall >= 0.12, $"recall {report.Recall}");
        Assert.True(report.Ndcg >= 0.105, $"NDCG {report.Ndcg}");
    }
}
