using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Statistics;

namespace Learning.Tests.Statistics;

public sealed class WelchIntervalTests
{
    [Fact]
    public void A_published_example_comes_out()
    {
        double[] first = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4];
        double[] second = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4];

        var comparison = WelchInterval.Compare(SampleMoments.Of(first), SampleMoments.Of(second));

        Assert.Equal(first.Average() - second.Average(), comparison.Difference!.Value, 1e-12); // both groups are there
        Assert.Equal(-2.46, comparison.Difference.Value / comparison.StandardError!.Value, 0.006); // as above
        Assert.Equal(25.0, comparison.DegreesOfFreedom!.Value, 0.1); // as above
        Assert.Equal(0.021, comparison.PValue!.Value, 0.0006); // as above
        Assert.False(comparison.CoversZero);
    }

    [Fact]
    public void Equal_groups_reduce_to_the_pooled_t_interval()
    {
        var comparison = WelchInterval.Compare(10, 4, 21, 8, 4, 21);

        Assert.Equal(40, comparison.DegreesOfFreedom!.Value, 1e-9); // both have spread
        Assert.Equal(2 + (2.021075390306273 * Math.Sqrt(8.0 / 21)), comparison.High!.Value, 1e-8); // as above
        Assert.Equal(0.25, comparison.Relative!.Value, 1e-12); // the control mean is above 0
    }

    [Fact]
    public void The_interval_covers_the_truth_as_often_as_it_says()
    {
        var random = new SeededRandom(1);
        var covered = 0;
        var relativeCovered = 0;
        const int Rounds = 4_000;
        for (var round = 0; round < Rounds; round++)
        {
            var comparison = WelchInterval.Compare(Draw(random, 12, 11, 3), Draw(random, 40, 10, 1));
            covered += comparison.Low <= 1 && comparison.High >= 1 ? 1 : 0;
            relativeCovered += comparison.RelativeLow <= 0.1 && comparison.RelativeHigh >= 0.1 ? 1 : 0;
        }

        // Deviation of the share: 0.0034.
        Assert.Equal(0.95, (double)covered / Rounds, 0.012);
        Assert.Equal(0.95, (double)relativeCovered / Rounds, 0.012);
    }

    [Fact]
    public void A_true_difference_of_the_detectable_size_is_found_in_four_of_five_cases()
    {
        var random = new SeededRandom(2);
        var detectable = WelchInterval.Compare(0, 9, 60, 0, 4, 30).MinimumDetectable!.Value; // both have spread
        var found = 0;
        const int Rounds = 3_000;
        for (var round = 0; round < Rounds; round++)
        {
            found += WelchInterval.Compare(Draw(random, 60, detectable, 3), Draw(random, 30, 0, 2)).CoversZero ? 0 : 1;
        }

        Assert.Equal(0.8, (double)found / Rounds, 0.025);
    }

    [Fact]
    public void No_effect_is_called_an_effect_in_one_of_twenty_cases()
    {
        var random = new SeededRandom(3);
        const int Rounds = 4_000;
        var found = Enumerable.Range(0, Rounds).Count(_ => !WelchInterval.Compare(Draw(random, 25, 5, 2), Draw(random, 15, 5, 4)).CoversZero);

        Assert.Equal(0.05, (double)found / Rounds, 0.012);
    }

    [Fact]
    public void Swapping_the_groups_mirrors_the_interval()
    {
        var forth = WelchInterval.Compare(3, 2, 10, 5, 7, 20);
        var back = WelchInterval.Compare(5, 7, 20, 3, 2, 10);

        Assert.Equal(forth.Low!.Value, -back.High!.Value, 1e-12); // both have spread
        Assert.Equal(forth.PValue!.Value, back.PValue!.Value, 1e-12); // as above
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 0)]
    [InlineData(0, 0)]
    public void An_empty_group_leaves_everything_open(long treated, long control)
    {
        var comparison = WelchInterval.Compare(0, 0, treated, 0, 0, control);

        Assert.Null(comparison.Difference);
        Assert.Null(comparison.Low);
        Assert.True(comparison.CoversZero);
    }

    [Fact]
    public void One_customer_or_no_spread_gives_a_difference_without_an_interval()
    {
        var single = WelchInterval.Compare(5, 0, 1, 3, 2, 50);
        var flat = WelchInterval.Compare(0, 0, 100, 0, 0, 100);

        Assert.Equal(2, single.Difference);
        Assert.Null(single.High);
        Assert.Equal(0, flat.Difference);
        Assert.Null(flat.MinimumDetectable);
        Assert.Null(flat.Relative);
        Assert.True(single.CoversZero && flat.CoversZero);
    }

    [Fact]
    public void One_group_without_spread_takes_the_noise_of_the_other()
    {
        var comparison = WelchInterval.Compare(4, 6, 13, 1, 0, 100);

        Assert.Equal(12, comparison.DegreesOfFreedom!.Value, 1e-9); // the treated have spread
        Assert.Equal(Math.Sqrt(6.0 / 13), comparison.StandardError!.Value, 1e-12); // as above
    }

    [Fact]
    public void A_control_mean_near_zero_has_no_relative_interval()
    {
        var comparison = WelchInterval.Compare(1, 4, 20, 0.1, 4, 20);

        Assert.Equal(9, comparison.Relative!.Value, 1e-9); // the control mean is above 0
        Assert.Null(comparison.RelativeLow);
        Assert.Null(WelchInterval.Compare(1, 4, 20, -3, 4, 20).Relative);
    }

    [Fact]
    public void Huge_variances_stay_in_range()
    {
        var comparison = WelchInterval.Compare(1e150, 1e300, 10, 0, 1e299, 10);

        Assert.True(double.IsFinite(comparison.High!.Value)); // both have spread
        Assert.InRange(comparison.DegreesOfFreedom!.Value, 9, 18); // as above
    }

    [Fact]
    public void What_is_no_sample_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => WelchInterval.Compare(double.NaN, 1, 2, 0, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => WelchInterval.Compare(0, -1, 2, 0, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => WelchInterval.Compare(0, 1, -2, 0, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => WelchInterval.Compare(0, 1, 2, 0, 1, 2, confidence: 1));
    }

    [Fact]
    public void Moments_merge_as_if_gathered_together()
    {
        double[] values = [1e6 + 1, 1e6 + 2, 1e6 + 4, 1e6 + 8, 1e6 + 16];
        var whole = SampleMoments.Of(values);

        var merged = SampleMoments.Of(values.AsSpan(0, 2)).Merge(SampleMoments.Of(values.AsSpan(2))).Merge(default);

        Assert.Equal(5, merged.Count);
        Assert.Equal(whole.Mean, merged.Mean, 1e-9);
        Assert.Equal(37.2, whole.Variance, 1e-9);
        Assert.Equal(37.2, merged.Variance, 1e-9);
        Assert.Throws<ArgumentOutOfRangeException>(() => whole.With(double.NaN));
    }

    private static SampleMoments Draw(SeededRandom random, int count, double mean, double deviation)
    {
        var moments = default(SampleMoments);
        for (var i = 0; i < count; i++)
        {
            moments = moments.With(mean + (deviation * random.NextGaussian()));
        }

        return moments;
    }
}
