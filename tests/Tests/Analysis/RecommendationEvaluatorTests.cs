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
        await using FileStream file = File.OpenRead(SharedData.Require("online-retail", "online-retail.csv.gz"));

        RecommendationReport report = await RecommendationEvaluator.EvaluateFileAsync("online-retail", file, Split, 20, null, TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine(JsonSerializer.Serialize(report, JsonSerializerOptions.Web));
        Assert.Equal(1444, report.Users);
        Assert.Equal(0.0506, report.Baselines["popularity"].Recall, 0.0002);
        Assert.Equal(0.0427, report.Baselines["popularity"].Ndcg, 0.0002);
        Assert.Equal(0.0827, report.Baselines["itemCosine"].Recall, 0.0002);
        Assert.Equal(0.0735, report.Baselines["itemCosine"].Ndcg, 0.0002);
        Assert.True(report.Recall >= 0.12, $"recall {report.Recall}");
        Assert.True(report.Ndcg >= 0.105, $"NDCG {report.Ndcg}");
    }

    [Fact]
    public void Permuting_the_test_part_does_not_change_what_was_chosen()
    {
        List<Interaction> shop = Shop(seed: 41);
        DateTimeOffset split = Shopping.Day(80);

        RecommendationReport honest = Evaluate(shop, split);
        RecommendationReport permuted = Evaluate(PermuteAfter(shop, split), split);

        Assert.Equal(JsonSerializer.Serialize(honest.Chosen), JsonSerializer.Serialize(permuted.Chosen));
        Assert.Contains("validation part", honest.Chosen.Why, StringComparison.Ordinal);
        Assert.True(honest.Ndcg > permuted.Ndcg, $"{honest.Ndcg} should fall when the answers are mixed up, not {permuted.Ndcg}");
    }

    [Fact]
    public void Planted_tastes_are_found_where_popularity_cannot()
    {
        RecommendationReport report = Evaluate(Shop(seed: 42), Shopping.Day(80));

        Assert.True(report.Ndcg > 1.5 * report.Baselines["popularity"].Ndcg, $"{report.Ndcg} against {report.Baselines["popularity"].Ndcg}");
    }

    [Fact]
    public void The_report_holds_the_promised_keys()
    {
        using JsonDocument json = JsonSerializer.SerializeToDocument(Evaluate(Shop(seed: 43), Shopping.Day(80)), JsonSerializerOptions.Web);

        string[] keys = [.. json.RootElement.EnumerateObject().Select(p => p.Name)];
        Assert.Superset(new HashSet<string>(["users", "recall", "precision", "f1", "ndcg", "map", "mrr", "hitRate", "coverage", "chosen", "baselines"], StringComparer.Ordinal), new HashSet<string>(keys, StringComparer.Ordinal));
        Assert.True(json.RootElement.GetProperty("baselines").TryGetProperty("itemCosine", out JsonElement cosine));
        Assert.True(cosine.TryGetProperty("ndcg", out _));
    }

    [Fact]
    public async Task An_unknown_format_and_an_empty_train_part_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => RecommendationEvaluator.EvaluateFileAsync("tarot", Stream.Null, Split, 20, null, TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(() => Evaluate(Shop(seed: 44), Shopping.Day(-1)));
    }

    private static RecommendationReport Evaluate(List<Interaction> shop, DateTimeOffset split) =>
        RecommendationEvaluator.Evaluate(shop, split, 5, null, TestContext.Current.CancellationToken);

    /// <summary>Four circles of taste with ten products each; customers buy in theirs.</summary>
    private static List<Interaction> Shop(int seed)
    {
        Random random = new(seed);
        List<Interaction> orders = [];
        for (int c = 0; c < 200; c++)
        {
            for (int i = 0; i < 8; i++)
            {
                int circle = random.NextDouble() < 0.9 ? c % 4 : random.Next(4);
                orders.Add(Shopping.Order($"c{c}", Shopping.Day(random.NextDouble() * 100), 10m, $"p{circle}-{random.Next(10)}"));
            }
        }

        return orders;
    }

    private static List<Interaction> PermuteAfter(List<Interaction> shop, DateTimeOffset split)
    {
        Interaction[] later = [.. shop.Where(i => i.OccurredAt >= split)];
        IReadOnlyList<LineItem>[] bought = [.. later.Select(i => i.Lines)];
        new Random(45).Shuffle(bought);
        return [.. shop.Where(i => i.OccurredAt < split), .. later.Select((i, n) => i with { Lines = bought[n] })];
    }
}
