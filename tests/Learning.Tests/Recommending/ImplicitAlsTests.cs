using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Recommending;

namespace Learning.Tests.Recommending;

public sealed class ImplicitAlsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(83)]
    public void A_system_is_solved(int factors)
    {
        var random = new SeededRandom(4);
        var k = FactorKernels.Padded(factors);
        const int Rows = 150;
        var panel = new float[Rows * k];
        for (var row = 0; row < Rows; row++)
        {
            for (var i = 0; i < factors; i++)
            {
                panel[(row * k) + i] = (float)random.NextGaussian();
            }
        }

        var system = new float[k * k];
        FactorKernels.AddOuterProducts(panel, k, system);
        var full = new double[k, k];
        for (var i = 0; i < k; i++)
        {
            system[(i * k) + i] += 2;
            for (var j = 0; j < k; j++)
            {
                full[i, j] = Enumerable.Range(0, Rows).Sum(row => (double)panel[(row * k) + i] * panel[(row * k) + j]) + (i == j ? 2 : 0);
            }
        }

        var wanted = Enumerable.Range(0, k).Select(i => i < factors ? random.NextGaussian() : 0).ToArray();
        var x = Enumerable.Range(0, k).Select(i => (float)Enumerable.Range(0, k).Sum(j => full[i, j] * wanted[j])).ToArray();

        Assert.True(FactorKernels.TryFactor(system, k));
        FactorKernels.Solve(system, k, x);

        Assert.All(Enumerable.Range(0, k), i => Assert.Equal(wanted[i], x[i], 2e-3));
    }

    [Fact]
    public void A_system_that_is_not_definite_is_told() => Assert.False(FactorKernels.TryFactor(new float[16 * 16], 16));

    [Fact]
    public void Scores_follow_the_formula()
    {
        var matrix = Planted.Groups(80, 4, 8, 6, 0.4, seed: 10).Build();
        var options = new ImplicitAlsOptions { Factors = 6, Sweeps = 3, UnobservedWeight = 0.2, Regularisation = 0.01 };
        var model = ImplicitAlsTrainer.Fit(matrix, options, Token);
        int[] history = [2, 9, 2];
        float[] weights = [1, 0.5f, 2];
        var scores = new float[matrix.Items];

        model.Score(history, weights, scores);

        var x = new double[6];
        var system = new double[36];
        var penalty = 0.01 * (3 + (0.2 * matrix.Items));
        for (var item = 0; item < matrix.Items; item++)
        {
            var seen = history.Select((entry, h) => entry == item ? weights[h] : 0).Sum();
            for (var i = 0; i < 6; i++)
            {
                x[i] += seen * model.FactorsOf(item)[i];
                for (var j = 0; j < 6; j++)
                {
                    system[(i * 6) + j] += (0.2 + seen) * model.FactorsOf(item)[i] * model.FactorsOf(item)[j];
                }
            }
        }

        for (var i = 0; i < 6; i++)
        {
            system[(i * 6) + i] += penalty;
        }

        Assert.True(SymmetricSolver.TryFactor(system, 6));
        SymmetricSolver.Solve(system, 6, x);
        for (var item = 0; item < matrix.Items; item++)
        {
            Assert.Equal(Enumerable.Range(0, 6).Sum(i => x[i] * model.FactorsOf(item)[i]), scores[item], 1e-4);
        }
    }

    [Fact]
    public void Conjugate_gradient_comes_to_the_same_ranking()
    {
        var matrix = Planted.Groups(200, 5, 10, 6, 0.2, seed: 3).Build();
        var exact = ImplicitAlsTrainer.Fit(matrix, new ImplicitAlsOptions { Factors = 8, Sweeps = 20 }, Token);
        var gradient = ImplicitAlsTrainer.Fit(matrix, new ImplicitAlsOptions { Factors = 8, Sweeps = 20, Solver = AlsSolver.ConjugateGradient }, Token);

        Assert.Equal(Share(exact), Share(gradient), 0.05);
        Assert.True(Share(exact) > 0.9, $"{Share(exact)}");

        // Negative control: histories of several groups at random have no group to find.
        Assert.True(Share(ImplicitAlsTrainer.Fit(Planted.Groups(200, 5, 10, 6, 1, seed: 3).Build(), new ImplicitAlsOptions { Factors = 8 }, Token)) < 0.6);

        double Share(FactorModel model)
        {
            var scores = new float[model.Items];
            Span<ScoredItem> best = new ScoredItem[8];
            var hits = 0;
            for (var group = 0; group < 5; group++)
            {
                model.Score([group * 10, (group * 10) + 1], [], scores);
                scores[group * 10] = scores[(group * 10) + 1] = float.NegativeInfinity;
                TopItemSelector.Select(scores, best);
                foreach (var item in best)
                {
                    hits += item.Item / 10 == group ? 1 : 0;
                }
            }

            return hits / 40.0;
        }
    }

    [Fact]
    public void The_reason_is_the_entry_that_is_alike()
    {
        var matrix = Planted.Groups(200, 5, 10, 6, 0.1, seed: 3).Build();
        var model = ImplicitAlsTrainer.Fit(matrix, new ImplicitAlsOptions { Factors = 5 }, Token);

        Assert.Equal(1, model.StrongestReason([0, 11, 45], [], 12));
        Assert.Equal(2, model.StrongestReason([0, 11, 45], [], 47));
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        var matrix = new InteractionMatrixBuilder(1, 1).Build();

        Assert.Contains("Factors", Assert.Throws<ArgumentOutOfRangeException>(() => ImplicitAlsTrainer.Fit(matrix, new ImplicitAlsOptions { Factors = 0 }, Token)).Message, StringComparison.Ordinal);
        Assert.Contains("UnobservedWeight", Assert.Throws<ArgumentOutOfRangeException>(() => ImplicitAlsTrainer.Fit(matrix, new ImplicitAlsOptions { UnobservedWeight = 0 }, Token)).Message, StringComparison.Ordinal);
    }
}
