using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Numerics;

namespace Learning.Tests.Evaluation;

public sealed class RankingMetricsTests
{
    [Fact]
    public void A_list_worked_out_by_hand_comes_out()
    {
        var metrics = RankingTally.Measure([10, 11, 12, 13], new HashSet<int> { 11, 13, 99 }, 4);

        Assert.Equal(2, metrics.Hits);
        Assert.Equal(2.0 / 3, metrics.Recall, 1e-12);
        Assert.Equal(0.5, metrics.Precision, 1e-12);
        Assert.Equal(4.0 / 7, metrics.F1, 1e-12);
        Assert.Equal(((1 / Math.Log2(3)) + (1 / Math.Log2(5))) / (1 + (1 / Math.Log2(3)) + 0.5), metrics.Ndcg, 1e-12);
        Assert.Equal((0.5 + 0.5) / 3, metrics.AveragePrecision, 1e-12);
        Assert.Equal(0.5, metrics.ReciprocalRank, 1e-12);
    }

    [Fact]
    public void Recall_divides_by_what_the_list_could_hold()
    {
        var relevant = Enumerable.Range(0, 50).ToHashSet();

        var metrics = RankingTally.Measure([.. Enumerable.Range(0, 20)], relevant, 20);

        Assert.Equal((1.0, 1.0, 1.0, 1.0), (metrics.Recall, metrics.Ndcg, metrics.AveragePrecision, metrics.F1));
    }

    [Fact]
    public void Only_the_first_n_count_and_a_short_list_is_not_rewarded()
    {
        var cut = RankingTally.Measure([1, 2, 3], new HashSet<int> { 3 }, 2);
        var shortList = RankingTally.Measure([3], new HashSet<int> { 3 }, 10);

        Assert.Equal(0, cut.Hits);
        Assert.Equal(0.1, shortList.Precision, 1e-12);
        Assert.Equal(1, shortList.Recall, 1e-12);
    }

    [Fact]
    public void Means_coverage_and_hit_rate_are_over_users_with_something_to_find()
    {
        var tally = new RankingTally(2, items: 10);
        tally.Add([1, 2], new HashSet<int> { 1 });
        tally.Add([1, 3], new HashSet<int> { 7 });
        tally.Add([4, 5], new HashSet<int>());

        var metrics = tally.ToMetrics();

        Assert.Equal((2, 2), (metrics.Users, metrics.At));
        Assert.Equal(0.5, metrics.Recall);
        Assert.Equal(0.5, metrics.HitRate);
        Assert.Equal(0.5, metrics.Mrr);
        Assert.Equal(0.25, metrics.Precision);
        Assert.Equal(0.3, metrics.Coverage);
    }

    [Fact]
    public void Nothing_measured_is_all_zero_and_nothing_relevant_is_refused()
    {
        Assert.Equal(0, new RankingTally(5, 0).ToMetrics().Recall);
        Assert.Throws<ArgumentException>(() => RankingTally.Measure([1], new HashSet<int>(), 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RankingTally(0, 5));
    }

    [Fact]
    public void Random_lists_hit_as_often_as_chance_has_it()
    {
        var random = new SeededRandom(6);
        var tally = new RankingTally(10, 100);
        for (var user = 0; user < 2_000; user++)
        {
            tally.Add(random.Sample(100, 10), random.Sample(100, 5).ToHashSet());
        }

        Assert.Equal(0.05, tally.ToMetrics().Precision, 0.005);
        Assert.Equal(0.1, tally.ToMetrics().Recall, 0.01);
        Assert.Equal(1, tally.ToMetrics().Coverage);
    }
}
