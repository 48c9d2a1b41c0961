using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Numerics;

namespace Learning.Tests.Evaluation;

public sealed class PairedBootstrapTests
{
    private static readonly (double[] Good, double[] Noisy, bool[] Labels) Sample = Draw();

    [Fact]
    public void A_better_model_is_seen_to_be_better()
    {
        var (auc, logLoss) = PairedBootstrap.Compare([Sample.Good], [Sample.Noisy], Sample.Labels, 200, 1, TestContext.Current.CancellationToken);

        Assert.InRange(auc.Low, 0, auc.Difference);
        Assert.InRange(auc.High, auc.Difference, 1);
        Assert.True(auc.ShareBetter > 0.98);
        Assert.True(logLoss.Difference < 0 && logLoss.High < 0 && logLoss.ShareBetter > 0.98);
    }

    [Fact]
    public void A_model_against_itself_differs_by_nothing()
    {
        var (auc, logLoss) = PairedBootstrap.Compare([Sample.Good], [Sample.Good], Sample.Labels, 20, 1, TestContext.Current.CancellationToken);

        Assert.Equal(new BootstrapDifference(0, 0, 0, 0), auc);
        Assert.Equal(new BootstrapDifference(0, 0, 0, 0), logLoss);
    }

    [Fact]
    public void One_class_and_unpaired_answers_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Compare([Sample.Good], [Sample.Good], new bool[Sample.Labels.Length], 5, 1, TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Compare([Sample.Good], [], Sample.Labels, 5, 1, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Folds_hold_both_classes_alike_and_follow_the_seed()
    {
        var folds = StratifiedFolds.Assign(Sample.Labels, 7, 5);

        Assert.Equal(folds, StratifiedFolds.Assign(Sample.Labels, 7, 5));
        Assert.NotEqual(folds, StratifiedFolds.Assign(Sample.Labels, 7, 6));
        var positives = folds.Where((_, i) => Sample.Labels[i]).CountBy(fold => fold).Select(pair => pair.Value).ToArray();
        Assert.Equal(7, positives.Length);
        Assert.True(positives.Max() - positives.Min() <= 1);
        Assert.Throws<ArgumentException>(() => StratifiedFolds.Assign([true], 2, 0));
    }

    private static (double[] Good, double[] Noisy, bool[] Labels) Draw()
    {
        var random = new SeededRandom(2);
        var good = new double[600];
        var noisy = new double[600];
        var labels = new bool[600];
        for (var i = 0; i < labels.Length; i++)
        {
            good[i] = random.NextDouble();
            noisy[i] = Math.Clamp(good[i] + (0.3 * random.NextGaussian()), 0.01, 0.99);
            labels[i] = random.NextDouble() < good[i];
        }

        return (good, noisy, labels);
    }
}
