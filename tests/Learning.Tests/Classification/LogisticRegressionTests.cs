using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Numerics;

namespace Learning.Tests.Classification;

public sealed class LogisticRegressionContract : LearnerContract<Table, LogisticRegressionModel>
{
    protected override bool RefusesEmpty => true;

    protected override double? PermutationTolerance => 1e-6;

    // More than one part of rows, so that the parallel path runs.
    protected override Table Typical() => Planted.Logistic(20_000, [0.2, 1, -1, 0.5], seed: 1);

    protected override Table Empty() => new([], 0, 3, []);

    protected override Table OneRow() => new([1, 2, 3], 1, 3, [true]);

    protected override Table Permuted(Table sample) => sample.Permuted(5);

    protected override byte[] Fingerprint(Table sample) => sample.Fingerprint();

    protected override LogisticRegressionModel Fit(Table sample, ulong seed, CancellationToken cancellationToken) =>
        LogisticRegressionTrainer.Fit(sample.Values, sample.Rows, sample.Columns, sample.Labels, cancellationToken: cancellationToken);

    protected override void FitWith(float value) => Learn(new Table([1, 2, 3, 4, value, 6], 2, 3, [false, true]));

    protected override void MeetTheUnseen(LogisticRegressionModel model)
    {
        Assert.Throws<ArgumentException>(() => model.Predict([float.NaN, 1, 2]));
        Assert.Throws<ArgumentException>(() => model.Predict([1, 2]));
    }

    protected override double[] Ask(LogisticRegressionModel model, Table sample)
    {
        var probabilities = new double[sample.Rows];
        model.PredictAll(sample.Values, probabilities);
        return probabilities;
    }

    protected override void Save(LogisticRegressionModel model, Stream stream) => model.Save(stream);

    protected override LogisticRegressionModel Load(Stream stream) => LogisticRegressionModel.Load(stream);
}

public sealed class LogisticRegressionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Planted_coefficients_are_recovered(ulong seed)
    {
        double[] planted = [-0.7, 1.5, 0, -0.8, 0.3];
        var table = Planted.Logistic(40_000, planted, seed);

        var model = Fit(table);

        Assert.True(model.Convergence.HasConverged);
        Assert.InRange(model.Convergence.Iterations, 2, 10);
        for (var j = 0; j < 4; j++)
        {
            var deviation = model.Preparation.Deviations[j];
            Assert.Equal(planted[j + 1], model.Coefficients[j] / deviation, 0.06);
        }

        Assert.Equal(planted[0], model.LogOdds(new float[4]), 0.06);
        float[] row = [1, -2, 0.5f, 3];
        double[] contributions = new double[4];
        model.Contributions(row, contributions);
        Assert.Equal(model.LogOdds(row), model.Intercept + contributions.Sum(), 1e-9);
        Assert.Throws<ArgumentException>(() => model.Contributions(row, new double[3]));
    }

    [Fact]
    public void A_row_of_weight_three_counts_like_three_rows()
    {
        float[] values = [0, 1, 2, 3, 4, 5, 6, 7];
        bool[] labels = [false, false, true, false, true, false, true, true];
        double[] weights = [1, 1, 3, 1, 1, 0, 1, 1];

        float[] repeated = [0, 1, 2, 2, 2, 3, 4, 6, 7];
        LogisticRegressionModel plain = LogisticRegressionTrainer.Fit(repeated, 9, 1, new[] { false, false, true, true, true, false, true, true, true }, new LogisticRegressionOptions { L2 = 0 }, cancellationToken: Token);
        LogisticRegressionModel weighted = LogisticRegressionTrainer.Fit(values, 8, 1, labels, new LogisticRegressionOptions { L2 = 0 }, weights, Token);

        Span<double> left = stackalloc double[9], right = stackalloc double[9];
        weighted.PredictAll(repeated, left);
        plain.PredictAll(repeated, right);
        for (int i = 0; i < left.Length; i++)
        {
            Assert.Equal(right[i], left[i], 1e-6);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_weight_that_is_none_is_refused_with_its_row(double weight)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => LogisticRegressionTrainer.Fit(new float[] { 1, 2 }, 2, 1, new[] { true, false }, rowWeights: new[] { 1, weight }, cancellationToken: Token));

        Assert.Contains("Row 1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_optimum_satisfies_its_equations()
    {
        var table = Planted.Logistic(3_000, [0.5, 2, -1], seed: 4);
        var model = Fit(table, new LogisticRegressionOptions { L2 = 7, PositiveWeight = 3 });

        var gradient = new double[3];
        var prepared = new float[2];
        for (var i = 0; i < table.Rows; i++)
        {
            var residual = (table.Labels[i] ? 3 : 1) * (model.Predict(table.Row(i)) - (table.Labels[i] ? 1 : 0));
            model.Preparation.Transform(table.Row(i), prepared);
            gradient[0] += residual;
            gradient[1] += residual * prepared[0];
            gradient[2] += residual * prepared[1];
        }

        Assert.Equal(0, gradient[0], 1e-3);
        Assert.Equal(0, gradient[1] + (7 * model.Coefficients[0]), 1e-3);
        Assert.Equal(0, gradient[2] + (7 * model.Coefficients[1]), 1e-3);
    }

    [Fact]
    public void Starting_from_a_sample_ends_at_the_same_optimum()
    {
        var table = Planted.Logistic(210_000, [-2, 1, -0.5], seed: 12);

        var sampled = Fit(table, new LogisticRegressionOptions { L2 = 1 });

        var gradient = new double[3];
        var prepared = new float[2];
        for (var i = 0; i < table.Rows; i++)
        {
            var residual = sampled.Predict(table.Row(i)) - (table.Labels[i] ? 1 : 0);
            sampled.Preparation.Transform(table.Row(i), prepared);
            gradient[0] += residual;
            gradient[1] += residual * prepared[0];
            gradient[2] += residual * prepared[1];
        }

        Assert.True(sampled.Convergence.HasConverged);
        Assert.InRange(sampled.Convergence.Iterations, 1, 6);
        Assert.Equal(0, gradient[0] / table.Rows, 1e-7);
        Assert.Equal(0, (gradient[1] + sampled.Coefficients[0]) / table.Rows, 1e-7);
        Assert.Equal(0, (gradient[2] + sampled.Coefficients[1]) / table.Rows, 1e-7);
    }

    [Fact]
    public void A_sample_without_a_positive_does_no_harm()
    {
        var source = Planted.Logistic(210_000, [0, 1], seed: 13);
        bool[] labels = [.. source.Labels.Select((label, i) => label && i / 256 % 16 == 5 && i % 7 == 0)];

        var model = LogisticRegressionTrainer.Fit(source.Values, source.Rows, 1, labels, cancellationToken: Token);

        Assert.True(model.Convergence.HasConverged);
        Assert.Equal(labels.Count(label => label) / 210_000.0, Mean(model, source), 1e-4);
    }

    [Fact]
    public void Shuffled_labels_give_an_auc_of_one_half()
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            var table = Planted.Logistic(8_000, [0, 2, -2, 1], seed);
            var labels = table.Labels.ToArray();
            new SeededRandom(seed).Shuffle<bool>(labels);
            var half = table.Rows / 2;

            var model = LogisticRegressionTrainer.Fit(table.Values.AsMemory(0, half * 3), half, 3, labels.AsMemory(0, half), cancellationToken: Token);

            var probabilities = new double[half];
            model.PredictAll(table.Values.AsSpan(half * 3), probabilities);
            // Deviation of an AUC of 2,000 against 2,000: 0.0091.
            Assert.Equal(0.5, ClassificationMetrics.Compute(probabilities, labels.AsSpan(half)).Auc!.Value, 0.03); // both classes are there
        }
    }

    [Fact]
    public void Separable_data_gives_finite_coefficients_and_says_so()
    {
        float[] values = [-3, -2, -1, 1, 2, 3];

        var model = LogisticRegressionTrainer.Fit(values, 6, 1, new[] { false, false, false, true, true, true }, cancellationToken: Token);

        Assert.True(model.Convergence.HasConverged);
        Assert.True(model.Convergence.IsSeparated);
        Assert.InRange(model.Coefficients[0], 0.5, 5);
    }

    [Fact]
    public void Separable_data_without_penalty_ends_with_finite_numbers()
    {
        float[] values = [-3, -2, -1, 1, 2, 3];

        var model = LogisticRegressionTrainer.Fit(values, 6, 1, new[] { false, false, false, true, true, true }, new LogisticRegressionOptions { L2 = 0 }, cancellationToken: Token);

        Assert.True(model.Convergence.IsSeparated);
        Assert.True(double.IsFinite(model.Coefficients[0]));
        Assert.True(model.Predict([3]) > 0.99);
    }

    [Theory]
    [InlineData(true, 10.5 / 11)]
    [InlineData(false, 0.5 / 11)]
    public void One_class_gives_its_smoothed_rate(bool label, double expected)
    {
        var model = LogisticRegressionTrainer.Fit(Enumerable.Range(0, 10).Select(i => (float)i).ToArray(), 10, 1, Enumerable.Repeat(label, 10).ToArray(), cancellationToken: Token);

        Assert.True(model.Convergence.HasOneClass);
        Assert.Equal(expected, model.Predict([1234]), 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Constant_and_doubled_columns_do_no_harm(double l2)
    {
        var source = Planted.Logistic(2_000, [0, 1.5], seed: 6);
        var values = source.Values.SelectMany(value => new[] { value, 7f, value }).ToArray();

        var model = LogisticRegressionTrainer.Fit(values, 2_000, 3, source.Labels, new LogisticRegressionOptions { L2 = l2 }, cancellationToken: Token);

        Assert.True(double.IsFinite(model.Coefficients[0]));
        Assert.Equal(0, model.Coefficients[1], 1e-9);
        Assert.Equal(1.5, (model.Coefficients[0] + model.Coefficients[2]) / model.Preparation.Deviations[0], 0.2);
    }

    [Fact]
    public void Balancing_moves_the_mean_probability_to_one_half()
    {
        var table = Planted.Logistic(10_000, [-3, 1], seed: 7);

        var plain = Fit(table);
        var balanced = Fit(table, new LogisticRegressionOptions { IsBalanced = true });

        Assert.Equal(table.Labels.Count(label => label) / 10_000.0, Mean(plain, table), 0.001);
        Assert.InRange(balanced.Intercept - plain.Intercept, 2, 4);
    }

    [Fact]
    public void Raising_the_penalty_shrinks_the_coefficients()
    {
        var table = Planted.Logistic(1_000, [0, 2], seed: 8);
        var sizes = new[] { 0.0, 1, 10, 100, 1_000 }.Select(l2 => Fit(table, new LogisticRegressionOptions { L2 = l2 }).Coefficients[0]).ToArray();

        Assert.Equal(sizes.OrderDescending(), sizes);
        Assert.True(sizes[^1] > 0);
    }

    [Fact]
    public void Extreme_rows_give_probabilities_not_nan()
    {
        var model = Fit(Planted.Logistic(1_000, [0, 2], seed: 8));

        Assert.Equal(1, model.Predict([1e30f]));
        Assert.Equal(0, model.Predict([-1e30f]));
    }

    [Fact]
    public void Wrong_labels_and_options_are_refused()
    {
        Assert.Throws<ArgumentException>(() => LogisticRegressionTrainer.Fit(new float[2], 2, 1, new bool[3], cancellationToken: Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => LogisticRegressionTrainer.Fit(new float[2], 2, 1, new bool[2], new LogisticRegressionOptions { L2 = -1 }, cancellationToken: Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => LogisticRegressionTrainer.Fit(new float[2], 2, 1, new bool[2], new LogisticRegressionOptions { PositiveWeight = 0 }, cancellationToken: Token));
    }

    [Fact]
    public void Predicting_allocates_nothing()
    {
        var model = Fit(Planted.Logistic(500, [0, 1, 1], seed: 9));
        float[] row = [0.5f, -1];
        model.Predict(row);

        var before = GC.GetAllocatedBytesForCurrentThread();
        model.Predict(row);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static double Mean(LogisticRegressionModel model, Table table)
    {
        var probabilities = new double[table.Rows];
        model.PredictAll(table.Values, probabilities);
        return probabilities.Average();
    }

    private static LogisticRegressionModel Fit(Table table, LogisticRegressionOptions? options = null) =>
        LogisticRegressionTrainer.Fit(table.Values, table.Rows, table.Columns, table.Labels, options, cancellationToken: Token);
}
