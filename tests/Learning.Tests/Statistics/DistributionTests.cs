using MarketLoop.Learning.Statistics;

namespace Learning.Tests.Statistics;

public sealed class DistributionTests
{
    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.8, 0.8416212335729143)]
    [InlineData(0.9, 1.2815515655446004)]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.999, 3.090232306167813)]
    [InlineData(1e-10, -6.361340902404056)]
    public void Normal_quantiles_match_the_tables(double probability, double expected) =>
        Assert.Equal(expected, NormalDistribution.Quantile(probability), 1e-12);

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, 0.8413447460685429)]
    [InlineData(-1.959963984540054, 0.025)]
    [InlineData(3, 0.9986501019683699)]
    public void Normal_probabilities_match_the_tables(double x, double expected) =>
        Assert.Equal(expected, NormalDistribution.Cumulative(x), 1e-14);

    [Fact]
    public void The_far_normal_tail_keeps_its_digits()
    {
        Assert.Equal(1, NormalDistribution.Cumulative(-10) / 7.619853024160527e-24, 1e-12);
        Assert.Equal(0, NormalDistribution.Cumulative(-50));
        Assert.True(double.IsNaN(NormalDistribution.Cumulative(double.NaN)));
    }

    [Fact]
    public void Normal_quantile_and_probability_undo_each_other()
    {
        for (var x = -8.0; x <= 5; x += 0.05)
        {
            Assert.Equal(x, NormalDistribution.Quantile(NormalDistribution.Cumulative(x)), 1e-8);
        }
    }

    [Fact]
    public void Student_quantiles_match_their_closed_forms()
    {
        foreach (var p in (double[])[1e-6, 0.001, 0.025, 0.1, 0.3, 0.5, 0.7, 0.8, 0.95, 0.975, 0.9999])
        {
            AssertClose(Math.Tan(Math.PI * (p - 0.5)), StudentDistribution.Quantile(p, 1));
            AssertClose(((2 * p) - 1) / Math.Sqrt(2 * p * (1 - p)), StudentDistribution.Quantile(p, 2));
            var alpha = 4 * p * (1 - p);
            var q = Math.Cos(Math.Acos(Math.Sqrt(alpha)) / 3) / Math.Sqrt(alpha);
            AssertClose(Math.Sign(p - 0.5) * 2 * Math.Sqrt(Math.Max(0, q - 1)), StudentDistribution.Quantile(p, 4));
        }
    }

    [Theory]
    [InlineData(1, -0.5772156649015329)]
    [InlineData(0.5, -1.9635100260214235)]
    [InlineData(10, 2.251752589066721)]
    [InlineData(1e-3, -1000.5755719318103)]
    [InlineData(1e6, 13.815510057964191)]
    public void Digamma_matches_the_tables(double x, double expected)
    {
        AssertClose(expected, SpecialFunctions.Digamma(x));
        AssertClose(1 / x, SpecialFunctions.DigammaStep(x, 1));
    }

    [Theory]
    [InlineData(5, 2.570581835636314)]
    [InlineData(10, 2.228138851964939)]
    [InlineData(30, 2.042272456301238)]
    public void Student_quantiles_match_the_tables(double freedom, double expected) =>
        Assert.Equal(expected, StudentDistribution.Quantile(0.975, freedom), 1e-10);

    [Fact]
    public void Student_probabilities_match_their_finite_series()
    {
        foreach (var freedom in (int[])[3, 5, 6, 9, 24, 101, 9_999, 10_001, 30_002])
        {
            for (var t = -6.0; t <= 6; t += 0.25)
            {
                Assert.Equal(Series(t, freedom), StudentDistribution.Cumulative(t, freedom), 1e-12);
            }
        }
    }

    [Fact]
    public void Student_quantiles_of_any_freedom_undo_their_probability()
    {
        foreach (var freedom in (double[])[0.5, 1.3, 2.7, 7.77, 42, 999.5, 1e5, 1e9, 1e12])
        {
            foreach (var p in (double[])[1e-8, 0.001, 0.2, 0.5, 0.6, 0.975, 0.99999])
            {
                Assert.Equal(p, StudentDistribution.Cumulative(StudentDistribution.Quantile(p, freedom), freedom), 1e-10);
            }
        }
    }

    [Fact]
    public void Student_becomes_normal()
    {
        Assert.Equal(1.959963984540054, StudentDistribution.Quantile(0.975, 1e9), 1e-8);
        Assert.Equal(1.959963984540054, StudentDistribution.Quantile(0.975, 1e12), 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void Probabilities_outside_are_refused(double probability)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => NormalDistribution.Quantile(probability));
        Assert.Throws<ArgumentOutOfRangeException>(() => StudentDistribution.Quantile(probability, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => StudentDistribution.Quantile(0.5, 0));
    }

    private static void AssertClose(double expected, double actual) => Assert.Equal(expected, actual, 1e-8 * Math.Max(1, Math.Abs(expected)));

    // Abramowitz and Stegun 26.7.3 and 26.7.4.
    private static double Series(double t, int freedom)
    {
        var theta = Math.Atan(t / Math.Sqrt(freedom));
        var (sine, cosine) = (Math.Sin(theta), Math.Cos(theta));
        var isOdd = freedom % 2 == 1;
        var term = isOdd ? cosine : 1;
        var sum = freedom == 1 ? 0 : term;
        for (var k = isOdd ? 3 : 2; k <= freedom - 2; k += 2)
        {
            term *= cosine * cosine * (k - 1) / k;
            sum += term;
        }

        var middle = isOdd ? 2 / Math.PI * (theta + (sine * sum)) : sine * sum;
        return 0.5 + (middle / 2);
    }
}
