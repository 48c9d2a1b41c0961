using MarketLoop.Analysis.Evaluation.Ranking;
using Xunit;

namespace MarketLoop.Tests.Analysis.Ranking;

/// <summary>The published protocols of sequences, sessions, baskets and clickstreams, on the real files.</summary>
[Trait("Kind", "Slow")]
public sealed class PublishedSequenceTests
{
    [Fact]
    public async Task Beauty_next_item_stands_above_the_best_published()
    {
        RankingReport report = await Evaluate("sequence", 10, SharedData.Require("recommend", "amazon-beauty", "Beauty.txt.gz"));

        Assert.Equal(22_363, report.Users);
        Assert.True(report is { HitRate: >= 0.0790, Ndcg: >= 0.0495 }, $"HR {report.HitRate}, NDCG {report.Ndcg}");
    }

    [Fact]
    public async Task Yoochoose_next_click_over_all_positions()
    {
        RankingReport report = await Evaluate(
            "session", 20, SharedData.Require("recommend", "yoochoose-100k", "yoochoose-clicks-100k_train_full.txt.gz"), SharedData.Require("recommend", "yoochoose-100k", "yoochoose-clicks-100k_test.txt.gz"));

        Assert.Equal(10_152, report.Users);
        Assert.True(report is { HitRate: >= 0.69, Mrr: >= 0.365 }, $"HR {report.HitRate}, MRR {report.Mrr}");
    }

    [Fact]
    public async Task Tafeng_next_basket_beats_personal_top_frequency()
    {
        string history = SharedData.Require("recommend", "tafeng", "tafeng_history.json.gz");

        RankingReport report = await Evaluate("basket", 10, Path.GetDirectoryName(history)!); // a file stands in a folder

        Assert.True(report.Recall > report.Models["personalTopFrequencyThenPopular"].Recall, $"{report.Recall} against {report.Models["personalTopFrequencyThenPopular"].Recall}");
        Assert.True(report.Recall > 1.1 * report.Models["personalTopFrequency"].Recall, $"{report.Recall} against {report.Models["personalTopFrequency"].Recall}");
    }

    [Fact]
    public async Task Retailrocket_learned_weights_beat_equal_ones()
    {
        RankingReport report = await Evaluate("events", 20, SharedData.Require("recommend", "retailrocket", "train_events.csv.gz"), SharedData.Require("recommend", "retailrocket", "test_buy.csv"));

        Assert.Equal(2_174, report.Users);
        Assert.True(report.Ndcg > report.Models["equalWeights"].Ndcg, $"{report.Ndcg} against {report.Models["equalWeights"].Ndcg}");
        Assert.True(report.Recall > report.Models["equalWeights"].Recall, $"{report.Recall} against {report.Models["equalWeights"].Recall}");
    }

    private static async Task<RankingReport> Evaluate(string format, int at, string train, string? test = null)
    {
        RankingReport report = await RankingEvaluator.EvaluateAsync(
            new RankingRequest { Format = format, Train = train, Test = test, At = at }, TimeProvider.System, null, TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine(System.Text.Json.JsonSerializer.Serialize(report, System.Text.Json.JsonSerializerOptions.Web));
        return report;
    }
}
