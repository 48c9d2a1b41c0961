using System.Runtime.InteropServices;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Value;

namespace Learning.Tests.Value;

public sealed class GammaGammaContract : LearnerContract<SpendHistory[], GammaGammaModel>
{
    protected override bool RefusesEmpty => true;

    protected override double? PermutationTolerance => 0;

    protected override SpendHistory[] Typical() => PlantedBuyers.Spenders(500, 6, 4, 15, seed: 3);

    protected override SpendHistory[] Empty() => [];

    protected override SpendHistory[] OneRow() => [new SpendHistory(3, 25)];

    protected override SpendHistory[] Permuted(SpendHistory[] sample)
    {
        var shuffled = sample.ToArray();
        new SeededRandom(3).Shuffle<SpendHistory>(shuffled);
        return shuffled;
    }

    protected override byte[] Fingerprint(SpendHistory[] sample) => MemoryMarshal.AsBytes<SpendHistory>(sample).ToArray();

    protected override GammaGammaModel Fit(SpendHistory[] sample, ulong seed, CancellationToken cancellationToken) => GammaGammaTrainer.Fit(sample, cancellationToken);

    protected override void FitWith(float value) => Learn([new SpendHistory(1, 2), new SpendHistory(1, value)]);

    protected override void MeetTheUnseen(GammaGammaModel model)
    {
        Assert.Equal(model.PopulationMean, model.ExpectedSpend(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.ExpectedSpend(-1, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.ExpectedSpend(1, double.NaN));
    }

    protected override double[] Ask(GammaGammaModel model, SpendHistory[] sample) =>
        [.. sample.Take(200).Select(history => model.ExpectedSpend(history.Purchases, history.MeanSpend)), model.PopulationMean];

    protected override void Save(GammaGammaModel model, Stream stream) => model.Save(stream);

    protected override GammaGammaModel Load(Stream stream) => GammaGammaModel.Load(stream);
}

public sealed class GammaGammaTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Planted_parameters_lie_within_four_standard_errors()
    {
        double[] planted = [6, 4, 15];

        var model = GammaGammaTrainer.Fit(PlantedBuyers.Spenders(20_000, 6, 4, 15, seed: 1), Token);

        Assert.True(model.HasConverged);
        Assert.Equal(30, model.PopulationMean, 0.5);
        for (var i = 0; i < planted.Length; i++)
        {
            var error = Assert.NotNull(model.Parameters[i].StandardError);
            Assert.InRange((model.Parameters[i].Value - planted[i]) / error, -4, 4);
        }
    }

    [Fact]
    public void More_purchases_weigh_the_own_mean_more()
    {
        var model = GammaGammaTrainer.Fit(PlantedBuyers.Spenders(2_000, 6, 4, 15, seed: 2), Token);

        var few = model.ExpectedSpend(1, 100);
        var many = model.ExpectedSpend(50, 100);

        Assert.InRange(few, model.PopulationMean, many);
        Assert.InRange(many, 95, 100);
    }

    [Fact]
    public void The_currency_does_not_matter()
    {
        var pounds = PlantedBuyers.Spenders(1_000, 6, 4, 15, seed: 5);
        SpendHistory[] pence = [.. pounds.Select(history => history with { MeanSpend = history.MeanSpend * 100 })];

        Assert.Equal(
            GammaGammaTrainer.Fit(pounds, Token).ExpectedSpend(2, 20) * 100,
            GammaGammaTrainer.Fit(pence, Token).ExpectedSpend(2, 2_000),
            1e-4);
    }

    [Fact]
    public void Everybody_alike_expects_the_same_again()
    {
        var model = GammaGammaTrainer.Fit([.. Enumerable.Repeat(new SpendHistory(4, 20), 30)], Token);

        Assert.Equal(20, model.ExpectedSpend(4, 20), 0.1);
        Assert.Equal(20, model.PopulationMean, 0.5);
    }
}

public sealed class LifetimeValueTests
{
    [Fact]
    public void Without_discount_it_is_purchases_times_spend_and_with_it_less()
    {
        var model = BgNbdTrainer.Fit(PlantedBuyers.Buyers(500, 0.5, 5, 0.8, 2.5, 0, seed: 6).Histories, TestContext.Current.CancellationToken);
        var history = new PurchaseHistory(3, 20, 30);

        var plain = LifetimeValue.Of(model, history, 25, 4, 13, 0);

        Assert.Equal(25 * model.ExpectedPurchases(history, 52), plain, 1e-9);
        Assert.InRange(LifetimeValue.Of(model, history, 25, 4, 13, 0.01), 0.85 * plain, 0.99 * plain);
        Assert.Throws<ArgumentOutOfRangeException>(() => LifetimeValue.Of(model, history, double.NaN, 4, 13, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LifetimeValue.Of(model, history, 25, 0, 13, 0));
    }
}
