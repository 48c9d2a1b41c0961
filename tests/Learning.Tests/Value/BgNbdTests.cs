using System.Runtime.InteropServices;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Value;

namespace Learning.Tests.Value;

public sealed class BgNbdContract : LearnerContract<PurchaseHistory[], BgNbdModel>
{
    protected override bool RefusesEmpty => true;

    protected override double? PermutationTolerance => 0;

    protected override PurchaseHistory[] Typical() => PlantedBuyers.Buyers(500, 0.5, 5, 0.8, 2.5, 0, seed: 3).Histories;

    protected override PurchaseHistory[] Empty() => [];

    protected override PurchaseHistory[] OneRow() => [new PurchaseHistory(3, 10, 30)];

    protected override PurchaseHistory[] Permuted(PurchaseHistory[] sample)
    {
        var shuffled = sample.ToArray();
        new SeededRandom(3).Shuffle<PurchaseHistory>(shuffled);
        return shuffled;
    }

    protected override byte[] Fingerprint(PurchaseHistory[] sample) => MemoryMarshal.AsBytes<PurchaseHistory>(sample).ToArray();

    protected override BgNbdModel Fit(PurchaseHistory[] sample, ulong seed, CancellationToken cancellationToken) => BgNbdTrainer.Fit(sample, cancellationToken);

    protected override void FitWith(float value) => Learn([new PurchaseHistory(1, 2, 3), new PurchaseHistory(1, 2, value)]);

    protected override void MeetTheUnseen(BgNbdModel model)
    {
        Assert.Throws<ArgumentException>(() => model.ProbabilityAlive(new PurchaseHistory(1, 5, 4)));
        Assert.Throws<ArgumentException>(() => model.ProbabilityAlive(new PurchaseHistory(0, 1, 4)));
        Assert.ThrowsAny<ArgumentException>(() => model.ExpectedPurchases(new PurchaseHistory(1, 2, 4), -1));
        Assert.ThrowsAny<ArgumentException>(() => model.ExpectedRepeats(double.NaN));
    }

    protected override double[] Ask(BgNbdModel model, PurchaseHistory[] sample) =>
        [.. sample.Take(200).SelectMany(history => (double[])[model.ProbabilityAlive(history), model.ExpectedPurchases(history, 26)]), model.ExpectedRepeats(52)];

    protected override void Save(BgNbdModel model, Stream stream) => model.Save(stream);

    protected override BgNbdModel Load(Stream stream) => BgNbdModel.Load(stream);
}

public sealed class BgNbdTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Planted_parameters_lie_within_four_standard_errors()
    {
        double[] planted = [0.6, 6, 0.9, 3];

        var model = BgNbdTrainer.Fit(PlantedBuyers.Buyers(20_000, 0.6, 6, 0.9, 3, 0, seed: 1).Histories, Token);

        Assert.True(model.HasConverged);
        for (var i = 0; i < planted.Length; i++)
        {
            var error = Assert.NotNull(model.Parameters[i].StandardError);
            Assert.InRange(error / planted[i], 0.001, 0.2);
            Assert.InRange((model.Parameters[i].Value - planted[i]) / error, -4, 4);
        }
    }

    [Fact]
    public void What_is_expected_comes()
    {
        var (histories, later) = PlantedBuyers.Buyers(20_000, 0.6, 6, 0.9, 3, ahead: 30, seed: 2);

        var model = BgNbdTrainer.Fit(histories, Token);

        foreach (var group in histories.Zip(later).GroupBy(pair => Math.Min(pair.First.Repeats, 4)))
        {
            var expected = group.Sum(pair => model.ExpectedPurchases(pair.First, 30));
            Assert.Equal(1, expected / group.Sum(pair => pair.Second), 0.08);
        }
    }

    [Fact]
    public void The_unit_of_time_does_not_matter()
    {
        var weeks = PlantedBuyers.Buyers(2_000, 0.5, 5, 0.8, 2.5, 0, seed: 4).Histories;
        PurchaseHistory[] days = [.. weeks.Select(history => new PurchaseHistory(history.Repeats, history.Recency * 7, history.Age * 7))];

        var byWeek = BgNbdTrainer.Fit(weeks, Token);
        var byDay = BgNbdTrainer.Fit(days, Token);

        Assert.Equal(byWeek.Parameters[1].Value * 7, byDay.Parameters[1].Value, 1e-4);
        Assert.Equal(byWeek.LogLikelihood - (weeks.Sum(history => history.Repeats) * Math.Log(7)), byDay.LogLikelihood, 1e-6);
        Assert.Equal(byWeek.ExpectedPurchases(weeks[0], 10), byDay.ExpectedPurchases(days[0], 70), 1e-6);
    }

    [Fact]
    public void Expectations_equal_the_hypergeometric_formula_of_the_paper()
    {
        var (histories, _) = PlantedBuyers.Buyers(300, 0.5, 5, 0.8, 2.5, 0, seed: 5);
        var model = BgNbdTrainer.Fit(histories, Token);
        double r = model.Parameters[0].Value, alpha = model.Parameters[1].Value, a = model.Parameters[2].Value, b = model.Parameters[3].Value;

        foreach (var (x, recency, age) in histories.Take(100))
        {
            const double Ahead = 39;
            var shrink = (alpha + age) / (alpha + age + Ahead);
            var numerator = (a + b + x - 1) / (a - 1) * (1 - (Math.Pow(shrink, r + x) * Hypergeometric(r + x, b + x, a + b + x - 1, 1 - shrink)));
            var gone = x == 0 ? 0 : a / (b + x - 1) * Math.Pow((alpha + age) / (alpha + recency), r + x);

            Assert.Equal(numerator / (1 + gone), model.ExpectedPurchases(new PurchaseHistory(x, recency, age), Ahead), 1e-8);
            Assert.Equal(1 / (1 + gone), model.ProbabilityAlive(new PurchaseHistory(x, recency, age)), 1e-12);
        }
    }

    [Fact]
    public void Buying_lately_is_better_than_long_ago_and_more_time_ahead_brings_more()
    {
        var model = BgNbdTrainer.Fit(PlantedBuyers.Buyers(2_000, 0.5, 5, 0.8, 2.5, 0, seed: 6).Histories, Token);

        Assert.True(model.ProbabilityAlive(new PurchaseHistory(5, 30, 32)) > model.ProbabilityAlive(new PurchaseHistory(5, 10, 32)));
        Assert.Equal(1, model.ProbabilityAlive(new PurchaseHistory(0, 0, 32)));
        Assert.True(model.ExpectedRepeats(20) > model.ExpectedRepeats(10));
        Assert.Equal(0, model.ExpectedRepeats(0));
    }

    [Fact]
    public void Nobody_who_came_back_means_nobody_is_expected()
    {
        PurchaseHistory[] once = [.. Enumerable.Range(1, 50).Select(age => new PurchaseHistory(0, 0, age))];

        var model = BgNbdTrainer.Fit(once, Token);

        Assert.InRange(model.ExpectedPurchases(once[10], 52), 0, 0.01);
        Assert.All(model.Parameters, parameter => Assert.True(double.IsFinite(parameter.Value) && parameter.Value > 0));
    }

    [Fact]
    public void Everybody_alike_gives_finite_answers()
    {
        PurchaseHistory[] alike = [.. Enumerable.Repeat(new PurchaseHistory(10, 50, 52), 40)];

        var model = BgNbdTrainer.Fit(alike, Token);

        Assert.InRange(model.ExpectedPurchases(alike[0], 52), 5, 11);
        Assert.InRange(model.ExpectedRepeats(52), 5, 11);
    }

    [Fact]
    public void Seen_for_the_first_time_at_the_end_is_refused() =>
        Assert.Throws<ArgumentException>(() => BgNbdTrainer.Fit([new PurchaseHistory(0, 0, 0)], Token));

    private static double Hypergeometric(double a, double b, double c, double z)
    {
        double sum = 1, term = 1;
        for (var n = 0; n < 100_000 && Math.Abs(term) > 1e-17 * sum; n++)
        {
            term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
            sum += term;
        }

        return sum;
    }
}
