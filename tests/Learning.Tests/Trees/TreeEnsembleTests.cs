using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Trees;

namespace Learning.Tests.Trees;

public sealed class TreeEnsembleTests
{
    private const int Probability = 0;
    private const int RawScore = 1;
    private const int Contributions = 3;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Runs))]
    internal void Own_evaluation_agrees_with_lightgbm(string name, Dictionary<string, string> parameters, int rounds, TreeScale scale)
    {
        Assert.NotEmpty(name);
        var table = Planted.Crossed(3_000, noise: 0.2, seed: 3);
        var sample = TreeSample.Check(table.Values, table.Rows, table.Columns, table.Labels, [], new ClassWeights(1, 1, IsBalanced: false));
        using var booster = new LightGbmBooster(sample, parameters);
        for (var round = 0; round < rounds; round++)
        {
            booster.TryGrow();
        }

        // LightGBM's raw scores and contributions of a forest are sums, its probabilities are means.
        var divisor = scale == TreeScale.Probability ? rounds : 1;
        var model = new TreeEnsembleModel(LightGbmText.Read([booster.Text(rounds: 0)], sample.Mean, scale), table.Columns, scale, hasOneClass: false);

        var unseen = Planted.Crossed(500, noise: 0.2, seed: 4);
        var probabilities = booster.Predict(unseen.Values, Probability);
        var scores = booster.Predict(unseen.Values, RawScore);
        var reasons = booster.Predict(unseen.Values, Contributions);
        var own = new double[unseen.Rows];
        model.PredictAll(unseen.Values, own, Token);
        var ownReasons = new double[unseen.Columns];
        for (var i = 0; i < unseen.Rows; i++)
        {
            Assert.Equal(probabilities[i], own[i], 1e-9);
            Assert.Equal(own[i], model.Predict(unseen.Row(i)));
            Assert.Equal(scores[i] / divisor, model.Score(unseen.Row(i)), 1e-9);
            model.Contributions(unseen.Row(i), ownReasons);
            var expected = reasons.AsSpan(i * (unseen.Columns + 1), unseen.Columns + 1);
            for (var j = 0; j < unseen.Columns; j++)
            {
                Assert.Equal(expected[j] / divisor, ownReasons[j], 1e-6);
            }

            Assert.Equal(expected[^1] / divisor, model.BaseScore, 1e-6);
            Assert.Equal(scores[i] / divisor, model.BaseScore + ownReasons.Sum(), 1e-6);
        }
    }

    public static TheoryData<string, Dictionary<string, string>, int, TreeScale> Runs() => new()
    {
        { "boosting", GradientBoostingTrainer.Parameters(new GradientBoostingOptions()), 40, TreeScale.LogOdds },
        { "dart", GradientBoostingTrainer.Parameters(new GradientBoostingOptions { DropShare = 0.3, LearningRate = 0.2 }), 40, TreeScale.LogOdds },
        { "forest", RandomForestTrainer.Parameters(new RandomForestOptions { MaxLeaves = 200 }, 4), 20, TreeScale.Probability },
        { "extra trees", RandomForestTrainer.Parameters(new RandomForestOptions { HasRandomThresholds = true }, 4), 20, TreeScale.Probability },
        { "tree", DecisionTreeTrainer.Parameters(new DecisionTreeOptions()), 1, TreeScale.Probability },
    };

    [Fact]
    public void Crossed_columns_are_found_and_share_the_reasons()
    {
        var table = Planted.Crossed(6_000, noise: 0.1, seed: 5);
        var unseen = Planted.Crossed(3_000, noise: 0.1, seed: 6);
        foreach (var model in Learners(table))
        {
            // Whoever knows both signs is right nine times out of ten.
            Assert.InRange(Auc(model, unseen), model.Trees == 1 ? 0.8 : 0.86, 0.92);

            var reasons = new double[4];
            var sizes = new double[4];
            for (var i = 0; i < 200; i++)
            {
                model.Contributions(unseen.Row(i), reasons);
                for (var j = 0; j < 4; j++)
                {
                    sizes[j] += Math.Abs(reasons[j]);
                }
            }

            Assert.True(Math.Min(sizes[0], sizes[1]) > 3 * Math.Max(sizes[2], sizes[3]));
        }
    }

    [Fact]
    public void Shuffled_labels_give_an_auc_of_one_half()
    {
        var table = Planted.Crossed(6_000, noise: 0.1, seed: 7);
        new SeededRandom(7).Shuffle<bool>(table.Labels);
        var unseen = Planted.Crossed(6_000, noise: 0.1, seed: 8);
        foreach (var model in Learners(table))
        {
            Assert.InRange(Auc(model, unseen), 0.46, 0.54);
        }
    }

    [Fact]
    public void The_number_of_threads_changes_no_byte()
    {
        var table = Planted.Crossed(20_000, noise: 0.3, seed: 9);
        byte[] Boosted(int threads) => Bytes(GradientBoostingTrainer.Fit(table.Values, table.Rows, 4, table.Labels, new GradientBoostingOptions { Rounds = 30, Threads = threads }, cancellationToken: Token));
        byte[] Forest(int threads) => Bytes(RandomForestTrainer.Fit(table.Values, table.Rows, 4, table.Labels, new RandomForestOptions { Trees = 10, Threads = threads }, cancellationToken: Token));

        Assert.Equal(Boosted(1), Boosted(2));
        Assert.Equal(Boosted(1), Boosted(3));
        Assert.Equal(Forest(1), Forest(2));
    }

    [Fact]
    public void Another_seed_gives_another_model()
    {
        var table = Planted.Crossed(2_000, noise: 0.3, seed: 9);
        byte[] Boosted(ulong seed) => Bytes(GradientBoostingTrainer.Fit(table.Values, table.Rows, 4, table.Labels, new GradientBoostingOptions { Rounds = 5, Seed = seed }, cancellationToken: Token));

        Assert.NotEqual(Boosted(1), Boosted(2));
    }

    [Theory]
    [InlineData(true, 10.5 / 11)]
    [InlineData(false, 0.5 / 11)]
    public void One_class_gives_its_smoothed_rate(bool label, double expected)
    {
        var table = new Table([.. Enumerable.Range(0, 10).Select(i => (float)i)], 10, 1, [.. Enumerable.Repeat(label, 10)]);
        foreach (var model in Learners(table))
        {
            Assert.True(model.HasOneClass);
            Assert.Equal(expected, model.Predict([1234]), 1e-12);
        }
    }

    [Fact]
    public void Constant_columns_and_few_rows_give_the_mean_rate()
    {
        var table = new Table([7, 7, 7, 7], 4, 1, [true, false, false, false]);
        foreach (var model in Learners(table))
        {
            Assert.False(model.HasOneClass);
            Assert.Equal(0.25, model.Predict([7]), 0.15);
            var reasons = new double[1];
            model.Contributions([7], reasons);
            Assert.Equal(0, reasons[0], 1e-12);
        }
    }

    [Fact]
    public void A_row_of_weight_three_counts_like_three_rows()
    {
        var table = Planted.Logistic(1_000, [0, 1, -1], seed: 10);
        var repeated = new Table([.. table.Values, .. table.Values[..1000], .. table.Values[..1000]], 2_000, 2, [.. table.Labels, .. table.Labels[..500], .. table.Labels[..500]]);
        double[] weights = [.. Enumerable.Repeat(3.0, 500), .. Enumerable.Repeat(1.0, 500)];
        var options = new DecisionTreeOptions { MaxLeaves = 4, MinRowsPerLeaf = 50 };

        var weighted = DecisionTreeTrainer.Fit(table.Values, 1_000, 2, table.Labels, options, weights, Token);
        var plain = DecisionTreeTrainer.Fit(repeated.Values, 2_000, 2, repeated.Labels, options, cancellationToken: Token);

        Assert.Equal(plain.Predict(table.Row(0)), weighted.Predict(table.Row(0)), 0.02);
        Assert.Equal(Mean(plain, table), Mean(weighted, table), 0.02);
    }

    [Fact]
    public void Balancing_moves_the_mean_probability_to_one_half()
    {
        var table = Planted.Logistic(8_000, [-3, 1], seed: 11);
        var plain = GradientBoostingTrainer.Fit(table.Values, table.Rows, 1, table.Labels, new GradientBoostingOptions { Rounds = 50 }, cancellationToken: Token);
        var balanced = GradientBoostingTrainer.Fit(table.Values, table.Rows, 1, table.Labels, new GradientBoostingOptions { Rounds = 50, IsBalanced = true }, cancellationToken: Token);

        Assert.Equal(table.Labels.Count(label => label) / 8_000.0, Mean(plain, table), 0.01);
        Assert.InRange(Mean(balanced, table), 0.35, 0.5);
    }

    [Fact]
    public void Early_stopping_keeps_the_best_trees()
    {
        var table = Planted.Crossed(2_000, noise: 0.3, seed: 12);
        var watched = Planted.Crossed(2_000, noise: 0.3, seed: 13);
        var options = new GradientBoostingOptions { Rounds = 2_000, LearningRate = 0.3, MaxLeaves = 31 };

        var stopped = GradientBoostingTrainer.Fit(table.Values, table.Rows, 4, table.Labels, options with { Stopping = new EarlyStopping(watched.Values, watched.Labels) { Patience = 10 } }, cancellationToken: Token);
        var overdone = GradientBoostingTrainer.Fit(table.Values, table.Rows, 4, table.Labels, options with { Rounds = 300 }, cancellationToken: Token);

        Assert.InRange(stopped.Trees, 2, 100);
        Assert.True(LogLoss(stopped, watched) < LogLoss(overdone, watched) - 0.1);
    }

    [Fact]
    public void Wrong_shapes_and_options_are_refused()
    {
        var table = Planted.Crossed(100, noise: 0.2, seed: 14);
        TreeEnsembleModel Fit(GradientBoostingOptions options) => GradientBoostingTrainer.Fit(table.Values, table.Rows, 4, table.Labels, options, cancellationToken: Token);

        Assert.Throws<ArgumentException>(() => GradientBoostingTrainer.Fit(table.Values, 100, 4, new bool[99], cancellationToken: Token));
        Assert.Throws<ArgumentException>(() => GradientBoostingTrainer.Fit(table.Values, 100, 3, table.Labels, cancellationToken: Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fit(new GradientBoostingOptions { Rounds = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fit(new GradientBoostingOptions { LearningRate = 0 }));
        Assert.Throws<ArgumentException>(() => Fit(new GradientBoostingOptions { DropShare = 0.1, Stopping = new EarlyStopping(table.Values, table.Labels) }));
        Assert.Throws<ArgumentException>(() => Fit(new GradientBoostingOptions { Stopping = new EarlyStopping(new float[3], new bool[1]) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomForestTrainer.Fit(table.Values, 100, 4, table.Labels, new RandomForestOptions { RowShare = 1 }, cancellationToken: Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => DecisionTreeTrainer.Fit(table.Values, 100, 4, table.Labels, new DecisionTreeOptions { MaxLeaves = 1 }, cancellationToken: Token));
        Assert.Throws<ArgumentException>(() => DecisionTreeTrainer.Fit(table.Values, 100, 4, table.Labels, cancellationToken: Token).Contributions(table.Row(0), new double[3]));
    }

    [Fact]
    public async Task A_fit_is_cancelled_between_trees()
    {
        var table = Planted.Crossed(5_000, noise: 0.3, seed: 15);
        using var source = new CancellationTokenSource();
        var fit = Task.Run(() => GradientBoostingTrainer.Fit(table.Values, table.Rows, 4, table.Labels, new GradientBoostingOptions { Rounds = 10_000, MaxLeaves = 255, MinRowsPerLeaf = 1 }, cancellationToken: source.Token), Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fit);
    }

    [Fact]
    public void Predicting_allocates_nothing()
    {
        var table = Planted.Crossed(500, noise: 0.2, seed: 16);
        var model = DecisionTreeTrainer.Fit(table.Values, table.Rows, 4, table.Labels, cancellationToken: Token);
        model.Predict(table.Row(0));

        var before = GC.GetAllocatedBytesForCurrentThread();
        model.Predict(table.Row(0));

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static IEnumerable<TreeEnsembleModel> Learners(Table table)
    {
        yield return GradientBoostingTrainer.Fit(table.Values, table.Rows, table.Columns, table.Labels, new GradientBoostingOptions { Rounds = 60, LearningRate = 0.1, ColumnShare = 1 }, cancellationToken: Token);
        yield return RandomForestTrainer.Fit(table.Values, table.Rows, table.Columns, table.Labels, new RandomForestOptions { Trees = 30, MaxLeaves = 128, MinRowsPerLeaf = 10 }, cancellationToken: Token);
        yield return DecisionTreeTrainer.Fit(table.Values, table.Rows, table.Columns, table.Labels, cancellationToken: Token);
    }

    private static double Auc(TreeEnsembleModel model, Table table) => Metrics(model, table).Auc!.Value; // both classes are there

    private static double LogLoss(TreeEnsembleModel model, Table table) => Metrics(model, table).LogLoss;

    private static ClassificationMetrics Metrics(TreeEnsembleModel model, Table table)
    {
        var probabilities = new double[table.Rows];
        model.PredictAll(table.Values, probabilities, Token);
        return ClassificationMetrics.Compute(probabilities, table.Labels);
    }

    private static double Mean(TreeEnsembleModel model, Table table)
    {
        var probabilities = new double[table.Rows];
        model.PredictAll(table.Values, probabilities, Token);
        return probabilities.Average();
    }

    private static byte[] Bytes(TreeEnsembleModel model)
    {
        using var stream = new MemoryStream();
        model.Save(stream);
        return stream.ToArray();
    }
}
