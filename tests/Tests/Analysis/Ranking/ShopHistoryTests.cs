using System.Text.Json;
using MarketLoop.Analysis.Evaluation.Ranking;
using MarketLoop.Analysis.Preference;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Analysis.Ranking;

/// <summary>The contest that every training holds, on a shop's own history.</summary>
public sealed class ShopHistoryTests
{
    private static readonly DateTimeOffset Split = new(2011, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    [Trait("Kind", "Slow")]
    public async Task On_the_real_shop_it_beats_both_baselines_and_these_are_the_published_ones()
    {
        await using FileStream file = File.OpenRead(SharedData.Require("online-retail", "online-retail.csv.gz"));
        IReadOnlyCollection<Interaction> orders = await OnlineRetailImporter.ReadOrdersAsync(file, TestContext.Current.CancellationToken);

        RankingReport report = Evaluate(orders, Split, 20, keepsCharges: true);

        TestContext.Current.TestOutputHelper?.WriteLine(JsonSerializer.Serialize(report, JsonSerializerOptions.Web));
        Assert.Equal(1444, report.Users);
        Assert.Equal(0.0506, report.Models["popularity"].Recall, 0.0002);
        Assert.Equal(0.0427, report.Models["popularity"].Ndcg, 0.0002);
        Assert.Equal(0.0827, report.Models["itemCosine"].Recall, 0.0002);
        Assert.Equal(0.0735, report.Models["itemCosine"].Ndcg, 0.0002);
        Assert.True(report.Recall >= 0.124, $"recall {report.Recall}");
        Assert.True(report.Ndcg >= 0.108, $"NDCG {report.Ndcg}");
    }

    [Theory]
    [InlineData(PreferenceAim.Taste)]
    [InlineData(PreferenceAim.Basket)]
    [InlineData(PreferenceAim.Reorder)]
    public void Permuting_the_test_part_does_not_change_what_was_chosen(PreferenceAim aim)
    {
        List<Interaction> shop = Shop(seed: 41);
        DateTimeOffset split = Shopping.Day(80);

        RankingReport honest = Evaluate(shop, split, aim: aim);
        RankingReport permuted = Evaluate(PermuteAfter(shop, split), split, aim: aim);

        Assert.Equal(JsonSerializer.Serialize(honest.Chosen), JsonSerializer.Serialize(permuted.Chosen));
        Assert.Contains("validation", honest.Chosen.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_that_are_mixed_up_are_not_found()
    {
        List<Interaction> shop = Shop(seed: 41);

        Assert.True(Evaluate(shop, Shopping.Day(80)).Ndcg > 1.5 * Evaluate(PermuteAfter(shop, Shopping.Day(80)), Shopping.Day(80)).Ndcg);
    }

    [Fact]
    public void Planted_tastes_are_found_where_popularity_cannot()
    {
        RankingReport report = Evaluate(Shop(seed: 42), Shopping.Day(80));

        Assert.True(report.Ndcg > 1.5 * report.Models["popularity"].Ndcg, $"{report.Ndcg} against {report.Models["popularity"].Ndcg}");
    }

    [Fact]
    public void What_is_bought_again_is_found_only_by_the_aim_that_asks_for_it()
    {
        List<Interaction> shop = Regulars(seed: 43);

        RankingReport again = Evaluate(shop, Shopping.Day(80), aim: PreferenceAim.Reorder);

        Assert.Contains("habits", again.Chosen.Model, StringComparison.Ordinal);
        Assert.True(again.Recall > 0.8, $"{again.Recall}");
        Assert.True(Evaluate(shop, Shopping.Day(80)).Recall < 0.5); // taste leaves out what was bought
    }

    [Fact]
    public void What_belongs_together_completes_the_cart()
    {
        RankingReport report = Evaluate(Pairs(seed: 44), Shopping.Day(80), at: 2, aim: PreferenceAim.Basket);

        Assert.True(report.Recall > 0.8, $"{report.Recall}");
        Assert.True(report.Models["popularity"].Recall < 0.4, $"{report.Models["popularity"].Recall}");
    }

    [Fact]
    public void What_follows_a_look_is_found_by_order()
    {
        RankingReport report = Evaluate(Walks(seed: 45), Shopping.Day(80), at: 1, aim: PreferenceAim.Next);

        Assert.True(report.HitRate > 0.7, $"{report.HitRate}");
        Assert.True(report.Models["popularity"].HitRate < 0.3, $"{report.Models["popularity"].HitRate}");
    }

    [Fact]
    public void The_report_holds_the_promised_keys()
    {
        using JsonDocument json = JsonSerializer.SerializeToDocument(Evaluate(Shop(seed: 43), Shopping.Day(80)), JsonSerializerOptions.Web);

        HashSet<string> keys = [.. json.RootElement.EnumerateObject().Select(p => p.Name)];
        Assert.Superset(new HashSet<string>(["users", "recall", "precision", "f1", "ndcg", "map", "mrr", "hitRate", "coverage", "chosen", "models"], StringComparer.Ordinal), keys);
        Assert.True(json.RootElement.GetProperty("models").GetProperty("itemCosine").TryGetProperty("ndcg", out _));
    }

    [Fact]
    public void Too_few_answers_give_the_default_and_say_so()
    {
        List<Interaction> shop = [.. Shop(seed: 46).Where(order => order.OccurredAt < Shopping.Day(60) || order.OccurredAt > Shopping.Day(80))];

        RankingReport report = Evaluate(shop, Shopping.Day(80));

        Assert.StartsWith("default", report.Chosen.Why, StringComparison.Ordinal);
        Assert.Empty(report.Chosen.Validation);
    }

    [Fact]
    public void An_empty_train_or_test_part_is_refused()
    {
        Assert.Throws<MarketLoopException>(() => Evaluate([], Split));
        Assert.Throws<MarketLoopException>(() => Evaluate(Shop(seed: 44), Shopping.Day(-1)));
        Assert.Throws<MarketLoopException>(() => Evaluate(Shop(seed: 44), Shopping.Day(101)));
    }

    private static RankingReport Evaluate(
        IReadOnlyCollection<Interaction> shop, DateTimeOffset split, int at = 5, bool keepsCharges = false, PreferenceAim aim = PreferenceAim.Taste) =>
        RankingEvaluator.EvaluateShop(shop, new ShopRequest { Format = "test", SplitAt = split, At = at, KeepsCharges = keepsCharges, Aim = aim }, TimeProvider.System, null, TestContext.Current.CancellationToken);

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
                orders.Add(Shopping.Order($"c{c}", Shopping.Day(random.NextDouble() * 100), 10m, $"p{circle}-{random.Next(10)}", $"p{circle}-{random.Next(10)}"));
            }
        }

        return orders;
    }

    /// <summary>Everybody buys the same three of sixty products every ten days, and now and then another one.</summary>
    private static List<Interaction> Regulars(int seed)
    {
        Random random = new(seed);
        List<Interaction> orders = [];
        for (int c = 0; c < 100; c++)
        {
            for (int day = c % 10; day < 100; day += 10)
            {
                string[] own = [$"p{c % 60}", $"p{(c + 7) % 60}", $"p{(c + 19) % 60}"];
                orders.Add(Shopping.Order($"c{c}", Shopping.Day(day), 10m, random.NextDouble() < 0.2 ? [.. own, $"p{random.Next(60)}"] : own));
            }
        }

        return orders;
    }

    /// <summary>Twenty pairs: whoever buys one buys the other with it.</summary>
    private static List<Interaction> Pairs(int seed)
    {
        Random random = new(seed);
        List<Interaction> orders = [];
        for (int i = 0; i < 1_500; i++)
        {
            int pair = random.Next(20);
            orders.Add(Shopping.Order($"c{random.Next(300)}", Shopping.Day(random.NextDouble() * 100), 10m, $"a{pair}", $"b{pair}"));
        }

        return orders;
    }

    /// <summary>Thirty products on a ring: after a look at one comes a look at the next.</summary>
    private static List<Interaction> Walks(int seed)
    {
        Random random = new(seed);
        List<Interaction> acts = [];
        for (int c = 0; c < 150; c++)
        {
            for (int visit = 0; visit < 4; visit++)
            {
                double start = (visit * 25) + (random.NextDouble() * 24);
                int at = random.Next(30);
                for (int step = 0; step < 5; step++)
                {
                    acts.Add(Shopping.View($"c{c}", Shopping.Day(start + (step / 1_000.0)), $"p{(at + step) % 30}"));
                }
            }

            acts.Add(Shopping.Order($"c{c}", Shopping.Day(random.NextDouble() * 70), 5m, "bag"));
        }

        return acts;
    }

    private static List<Interaction> PermuteAfter(List<Interaction> shop, DateTimeOffset split)
    {
        Interaction[] later = [.. shop.Where(i => i.OccurredAt >= split)];
        IReadOnlyList<LineItem>[] bought = [.. later.Select(i => i.Lines)];
        new Random(45).Shuffle(bought);
        return [.. shop.Where(i => i.OccurredAt < split), .. later.Select((i, n) => i with { Lines = bought[n] })];
    }
}
