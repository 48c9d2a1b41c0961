using MarketLoop.Learning.Recommending;

namespace Learning.Tests.Recommending;

public sealed class BprTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(4, 0)]
    [InlineData(1, 0.75)]
    public void Customers_it_never_saw_get_the_items_of_their_group(int candidates, double exponent)
    {
        var options = new BprOptions { Factors = 8, Candidates = candidates, PopularityExponent = exponent };

        var planted = Share(Planted.Groups(200, 5, 10, 6, 0.2, seed: 3).Build(), options);
        var random = Share(Planted.Groups(200, 5, 10, 6, 1, seed: 3).Build(), options);

        Assert.True(planted > 0.9, $"{planted}");
        Assert.True(random < 0.6, $"{random}");
    }

    [Fact]
    public void Items_nobody_had_score_nothing()
    {
        var builder = Planted.Groups(50, 2, 5, 3, 0.1, seed: 4);
        builder.Add(0, 12);
        var model = BprTrainer.Fit(builder.Build(), new BprOptions { Factors = 4, Epochs = 3 }, Token);
        var scores = new float[model.Items];

        model.Score([1, 2], [], scores);

        Assert.Equal(13, model.Items);
        Assert.Equal(0, scores[11]);
        Assert.NotEqual(0, scores[12]);
    }

    [Fact]
    public void A_user_who_has_everything_is_passed_over()
    {
        var builder = new InteractionMatrixBuilder();
        foreach (var item in Enumerable.Range(0, 6))
        {
            builder.Add(0, item);
        }

        var model = BprTrainer.Fit(builder.Build(), new BprOptions { Factors = 3, Candidates = 2, PopularityExponent = 1 }, Token);

        Assert.All(Enumerable.Range(0, 6), item => Assert.All(model.FactorsOf(item).ToArray(), value => Assert.True(float.IsFinite(value))));
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        var matrix = new InteractionMatrixBuilder(1, 1).Build();

        Assert.Contains("Candidates", Assert.Throws<ArgumentOutOfRangeException>(() => BprTrainer.Fit(matrix, new BprOptions { Candidates = 0 }, Token)).Message, StringComparison.Ordinal);
        Assert.Contains("LearningRate", Assert.Throws<ArgumentOutOfRangeException>(() => BprTrainer.Fit(matrix, new BprOptions { LearningRate = double.NaN }, Token)).Message, StringComparison.Ordinal);
    }

    private static double Share(InteractionMatrix matrix, BprOptions options)
    {
        var model = BprTrainer.Fit(matrix, options, Token);
        var scores = new float[model.Items];
        var best = new ScoredItem[8];
        var hits = 0;
        for (var group = 0; group < 5; group++)
        {
            model.Score([group * 10, (group * 10) + 1], [], scores);
            scores[group * 10] = scores[(group * 10) + 1] = float.NegativeInfinity;
            TopItemSelector.Select(scores, best);
            hits += best.Count(item => item.Item / 10 == group);
        }

        return hits / 40.0;
    }
}

public sealed class BprContract : RecommenderContract<FactorModel>
{
    protected override FactorModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        BprTrainer.Fit(Matrix(sample), new BprOptions { Factors = 5, Epochs = 3, Candidates = 2, PopularityExponent = 0.5, Seed = seed }, cancellationToken);

    protected override void Save(FactorModel model, Stream stream) => model.Save(stream);

    protected override FactorModel Load(Stream stream) => FactorModel.Load(stream);
}
