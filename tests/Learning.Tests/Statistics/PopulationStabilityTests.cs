using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Statistics;

namespace Learning.Tests.Statistics;

public sealed class PopulationStabilityTests
{
    [Fact]
    public void Shares_worked_out_by_hand() =>
        Assert.Equal(0.4 * Math.Log(0.7 / 0.3 * (0.7 / 0.3)), PopulationStability.Index([3e9, 7e9], [7e9, 3e9]), 6);

    [Fact]
    public void The_same_shares_have_no_index_and_empty_bins_a_finite_one()
    {
        Assert.Equal(0, PopulationStability.Index([3, 4, 5], [3, 4, 5]), 12);
        Assert.True(double.IsFinite(PopulationStability.Index([0, 10], [10, 0])));
    }

    [Fact]
    public void Without_a_change_the_index_comes_to_what_chance_gives()
    {
        var random = new SeededRandom(3);
        var sum = 0.0;
        for (var repeat = 0; repeat < 400; repeat++)
        {
            var then = new double[10];
            var now = new double[10];
            for (var i = 0; i < 600; i++)
            {
                then[random.NextInt32(10)]++;
                now[random.NextInt32(10)]++;
            }

            sum += PopulationStability.Index(then, now);
        }

        Assert.Equal(PopulationStability.ByChance(10, 600, 600), sum / 400, 0.003);
    }

    [Fact]
    public void Bins_that_cannot_be_compared_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PopulationStability.Index([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => PopulationStability.Index([], []));
        Assert.Throws<ArgumentException>(() => PopulationStability.Index([1, -2], [1, 2]));
        Assert.Throws<ArgumentException>(() => PopulationStability.Index([1, double.NaN], [1, 2]));
    }
}
