using MarketLoop.Learning.Numerics;

namespace Learning.Tests.Numerics;

public sealed class MatchingAndAxesTests
{
    [Fact]
    public void A_matching_worked_out_by_hand() =>
        Assert.Equal([1, 0, 2], MinimumCostMatching.Solve([4, 1, 3, 2, 0, 5, 3, 2, 2], 3, 3)); // 1 + 2 + 2; the greedy 0 + 3 + 3 costs more

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 1)]
    [InlineData(3, 5)]
    [InlineData(5, 3)]
    [InlineData(6, 6)]
    public void A_matching_costs_as_little_as_the_best_of_all(int rows, int columns)
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var random = new SeededRandom(seed);
            double[] costs = [.. Enumerable.Range(0, rows * columns).Select(_ => (double)random.NextInt32(9))]; // with ties

            var columnOf = MinimumCostMatching.Solve(costs, rows, columns);

            Assert.Equal(Math.Min(rows, columns), columnOf.Count(column => column >= 0));
            Assert.Equal(columnOf.Count(column => column >= 0), columnOf.Where(column => column >= 0).Distinct().Count());
            Assert.Equal(Least(costs, columns, 0, rows, 0, Math.Max(0, rows - columns)), columnOf.Select((column, row) => column < 0 ? 0 : costs[(row * columns) + column]).Sum());
        }
    }

    [Fact]
    public void Costs_of_another_shape_and_without_end_are_refused()
    {
        Assert.Throws<ArgumentException>(() => MinimumCostMatching.Solve([1, 2, 3], 2, 2));
        Assert.Throws<ArgumentException>(() => MinimumCostMatching.Solve([1, double.NaN], 1, 2));
    }

    [Fact]
    public void Axes_of_a_planted_ellipse_are_found_with_their_variances()
    {
        var random = new SeededRandom(2);
        var values = new float[4_000 * 2];
        for (var i = 0; i < 4_000; i++)
        {
            var (wide, narrow) = (3 * random.NextGaussian(), random.NextGaussian());
            values[2 * i] = (float)(5 + (0.6 * wide) - (0.8 * narrow));
            values[(2 * i) + 1] = (float)((0.8 * wide) + (0.6 * narrow));
        }

        var axes = PrincipalAxes.Fit(values, 4_000, 2);

        Assert.Equal(0.6, axes.Axis(0)[0], 0.02);
        Assert.Equal(0.8, axes.Axis(0)[1], 0.02);
        Assert.Equal(9, axes.Variances[0], 0.5);
        Assert.Equal(1, axes.Variances[1], 0.1);
        Assert.Equal(5, axes.Means[0], 0.2);
        Assert.Equal(3, axes.Along(0, [(float)(axes.Means[0] + 1.8), (float)(axes.Means[1] + 2.4)]), 0.05);
    }

    [Fact]
    public void Axes_of_one_row_and_of_constant_columns_are_finite()
    {
        Assert.Equal([0.0, 0.0], PrincipalAxes.Fit([1, 2], 1, 2).Variances.ToArray());
        Assert.Equal([0.0, 0.0], PrincipalAxes.Fit([1, 2, 1, 2], 2, 2).Variances.ToArray());
        Assert.Throws<ArgumentException>(() => PrincipalAxes.Fit([], 0, 2));
    }

    private static double Least(double[] costs, int columns, int row, int rows, int taken, int mayPass)
    {
        if (row == rows)
        {
            return 0;
        }

        var least = mayPass > 0 ? Least(costs, columns, row + 1, rows, taken, mayPass - 1) : double.PositiveInfinity;
        for (var column = 0; column < columns; column++)
        {
            if ((taken & (1 << column)) == 0)
            {
                least = Math.Min(least, costs[(row * columns) + column] + Least(costs, columns, row + 1, rows, taken | (1 << column), mayPass));
            }
        }

        return least;
    }
}
