using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Recommending;

namespace Learning.Tests.Recommending;

public sealed class GraphFilterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.5, 0.5, 0, 1)]
    [InlineData(0.5, 0.5, 1.5, 1)]
    [InlineData(0.3, 0.6, 2, 3)]
    public void Scores_follow_the_formula(double userExponent, double itemExponent, double time, int steps)
    {
        var matrix = Planted.Groups(60, 3, 7, 6, 0.3, seed: 9).Build();
        var options = new GraphFilterOptions { Vectors = 5, LowPassWeight = 0.4, UserExponent = userExponent, ItemExponent = itemExponent, SharpeningTime = time, SharpeningSteps = steps };
        var model = GraphFilterTrainer.Fit(matrix, options, Token);
        int[] history = [1, 8, 20, 8];
        float[] weights = [1, 2, 0.5f, 1];
        var scores = new float[matrix.Items];

        model.Score(history, weights, scores);

        var filter = Twin(matrix, options);
        for (var j = 0; j < matrix.Items; j++)
        {
            Assert.Equal(history.Select((item, h) => weights[h] * filter[item, j]).Sum(), scores[j], 2e-4);
        }
    }

    [Fact]
    public void The_reason_is_the_entry_with_the_largest_share_of_the_score()
    {
        var matrix = Planted.Groups(80, 4, 8, 6, 0.4, seed: 10).Build();
        var options = new GraphFilterOptions { Vectors = 6, SharpeningTime = 1, UserExponent = 0.4 };
        var model = GraphFilterTrainer.Fit(matrix, options, Token);
        var filter = Twin(matrix, options);
        int[] history = [3, 11, 30];
        float[] weights = [1, 1.5f, 2];

        for (var item = 0; item < matrix.Items; item++)
        {
            var shares = history.Select((entry, h) => weights[h] * filter[entry, item]).ToArray();
            var expected = shares.Max() > 1e-5 ? Array.IndexOf(shares, shares.Max()) : -1;
            Assert.True(model.StrongestReason(history, weights, item) == expected || Math.Abs(shares.Max()) < 1e-4, $"item {item}");
        }
    }

    [Fact]
    public void Without_vectors_the_linear_filter_alone_scores()
    {
        var matrix = Planted.Groups(60, 3, 7, 6, 0.3, seed: 9).Build();
        var scores = new float[matrix.Items];
        var expected = new float[matrix.Items];

        GraphFilterTrainer.Fit(matrix, new GraphFilterOptions { Vectors = 0 }, Token).Score([2, 9], [], scores);
        GraphFilterTrainer.Fit(matrix, new GraphFilterOptions { LowPassWeight = 0 }, Token).Score([2, 9], [], expected);

        Assert.Equal(expected, scores);
    }

    [Fact]
    public void Singular_values_and_vectors_are_those_of_the_full_problem()
    {
        var matrix = Planted.Groups(300, 10, 12, 8, 0.4, seed: 12).Build().ToSparse();
        var parallel = new ParallelOptions { CancellationToken = Token };

        var svd = RandomisedSvd.Of(matrix, matrix.Transpose(), 20, 12, 3, parallel);

        var gram = Gram(matrix);
        var directions = SymmetricEigen.Decompose(gram, matrix.Columns);
        var order = Enumerable.Range(0, matrix.Columns).OrderByDescending(i => gram[(i * matrix.Columns) + i]).Take(20).ToArray();
        for (var v = 0; v < 20; v++)
        {
            Assert.Equal(Math.Sqrt(gram[(order[v] * matrix.Columns) + order[v]]), svd.Values[v], 1e-3);
            var cosine = Enumerable.Range(0, matrix.Columns).Sum(i => directions[(i * matrix.Columns) + order[v]] * svd.Vectors[(i * 20) + v]);
            Assert.Equal(1, Math.Abs(cosine), 0.02);
        }
    }

    [Fact]
    public void A_matrix_of_low_rank_leaves_the_rest_at_zero()
    {
        // Two kinds of users only: rank 2, though 6 vectors are asked for.
        var builder = new InteractionMatrixBuilder();
        for (var user = 0; user < 40; user++)
        {
            for (var i = 0; i < 5; i++)
            {
                builder.Add(user, (user % 2 * 5) + i);
            }
        }

        var matrix = builder.Build().ToSparse();

        var svd = RandomisedSvd.Of(matrix, matrix.Transpose(), 6, 5, 1, new ParallelOptions());

        Assert.Equal([10, 10, 0, 0, 0, 0], svd.Values.Select(value => Math.Round(value, 4)));
        Assert.All(svd.Vectors, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        var matrix = Planted.Groups(10, 2, 3, 2, 0, seed: 1).Build();

        AssertNamed("LowPassWeight", new GraphFilterOptions { LowPassWeight = double.NaN });
        AssertNamed("SharpeningTime", new GraphFilterOptions { SharpeningTime = -1 });
        AssertNamed("PowerIterations", new GraphFilterOptions { PowerIterations = 0 });

        void AssertNamed(string option, GraphFilterOptions options) =>
            Assert.Contains(option, Assert.Throws<ArgumentOutOfRangeException>(() => GraphFilterTrainer.Fit(matrix, options, Token)).Message, StringComparison.Ordinal);
    }

    /// <summary>The whole filter as a dense items x items matrix in double.</summary>
    private static double[,] Twin(InteractionMatrix matrix, GraphFilterOptions options)
    {
        var n = matrix.Items;
        var degrees = new double[n];
        for (var user = 0; user < matrix.Users; user++)
        {
            foreach (var item in matrix.ItemsOf(user))
            {
                degrees[item]++;
            }
        }

        var p = new double[n * n];
        for (var user = 0; user < matrix.Users; user++)
        {
            var row = matrix.ItemsOf(user);
            foreach (var i in row)
            {
                foreach (var j in row)
                {
                    p[(i * n) + j] += Math.Pow(row.Length, -2 * options.UserExponent) * Math.Pow(degrees[i] * degrees[j], -options.ItemExponent);
                }
            }
        }

        var values = p.ToArray();
        var vectors = SymmetricEigen.Decompose(values, n);
        var order = Enumerable.Range(0, n).OrderByDescending(i => values[(i * n) + i]).ToArray();
        var largest = values[(order[0] * n) + order[0]];
        var smooth = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                p[(i * n) + j] /= largest;
                var low = order.Take(options.Vectors).Sum(v => vectors[(i * n) + v] * vectors[(j * n) + v]);
                smooth[i, j] = p[(i * n) + j] + (options.LowPassWeight * Math.Pow(degrees[j] / degrees[i], options.ItemExponent) * low);
            }
        }

        return Sharpen(smooth, p, n, options);
    }

    private static double[,] Sharpen(double[,] smooth, double[] p, int n, GraphFilterOptions options)
    {
        var step = options.SharpeningTime / options.SharpeningSteps;
        for (var done = 0; done < options.SharpeningSteps; done++)
        {
            // Runge and Kutta's four slopes as such, not the series that the model uses.
            var k1 = Slope(smooth);
            var k2 = Slope(Sum(smooth, k1, step / 2));
            var k3 = Slope(Sum(smooth, k2, step / 2));
            var k4 = Slope(Sum(smooth, k3, step));
            smooth = Sum(Sum(Sum(Sum(smooth, k1, step / 6), k2, step / 3), k3, step / 3), k4, step / 6);
        }

        return smooth;

        double[,] Slope(double[,] s)
        {
            var slope = new double[n, n];
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    slope[i, j] = -Enumerable.Range(0, n).Sum(k => s[i, k] * p[(k * n) + j]);
                }
            }

            return slope;
        }

        double[,] Sum(double[,] a, double[,] b, double factor)
        {
            var sum = new double[n, n];
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    sum[i, j] = a[i, j] + (factor * b[i, j]);
                }
            }

            return sum;
        }
    }

    private static double[] Gram(SparseMatrix matrix)
    {
        var n = matrix.Columns;
        var gram = new double[n * n];
        for (var row = 0; row < matrix.Rows; row++)
        {
            var indices = matrix.IndicesOf(row);
            var values = matrix.ValuesOf(row);
            for (var a = 0; a < indices.Length; a++)
            {
                for (var b = 0; b < indices.Length; b++)
                {
                    gram[(indices[a] * n) + indices[b]] += values[a] * values[b];
                }
            }
        }

        return gram;
    }
}
