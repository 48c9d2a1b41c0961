using MarketLoop.Learning.Trees;

namespace Learning.Tests.Trees;

public abstract class TreeContract : LearnerContract<Table, TreeEnsembleModel>
{
    protected override bool RefusesEmpty => true;

    protected override Table Typical() => Planted.Crossed(2_000, noise: 0.1, seed: 1);

    protected override Table Empty() => new([], 0, 4, []);

    protected override Table OneRow() => new([1, 2, 3, 4], 1, 4, [true]);

    protected override Table Permuted(Table sample) => sample.Permuted(5);

    protected override byte[] Fingerprint(Table sample) => sample.Fingerprint();

    protected override void FitWith(float value) => Learn(new Table([1, 2, 3, 4, 5, value, 7, 8], 2, 4, [false, true]));

    protected override void MeetTheUnseen(TreeEnsembleModel model)
    {
        Assert.Throws<ArgumentException>(() => model.Predict([float.NaN, 1, 2, 3]));
        Assert.Throws<ArgumentException>(() => model.Predict([1, 2]));
        Assert.InRange(model.Predict([1e30f, -1e30f, 0, 0]), 0, 1);
    }

    protected override double[] Ask(TreeEnsembleModel model, Table sample)
    {
        var probabilities = new double[sample.Rows];
        model.PredictAll(sample.Values, probabilities, TestContext.Current.CancellationToken);
        return probabilities;
    }

    protected override void Save(TreeEnsembleModel model, Stream stream) => model.Save(stream);

    protected override TreeEnsembleModel Load(Stream stream) => TreeEnsembleModel.Load(stream);
}

public sealed class GradientBoostingContract : TreeContract
{
    protected override double? PermutationTolerance => null;

    protected override TreeEnsembleModel Fit(Table sample, ulong seed, CancellationToken cancellationToken) => GradientBoostingTrainer.Fit(
        sample.Values, sample.Rows, sample.Columns, sample.Labels, new GradientBoostingOptions { Rounds = 20, Seed = seed }, cancellationToken: cancellationToken);
}

public sealed class RandomForestContract : TreeContract
{
    protected override double? PermutationTolerance => null;

    protected override TreeEnsembleModel Fit(Table sample, ulong seed, CancellationToken cancellationToken) => RandomForestTrainer.Fit(
        sample.Values, sample.Rows, sample.Columns, sample.Labels, new RandomForestOptions { Trees = 10, MaxLeaves = 64, Seed = seed }, cancellationToken: cancellationToken);
}

public sealed class DecisionTreeContract : TreeContract
{
    protected override double? PermutationTolerance => 1e-6;

    protected override TreeEnsembleModel Fit(Table sample, ulong seed, CancellationToken cancellationToken) =>
        DecisionTreeTrainer.Fit(sample.Values, sample.Rows, sample.Columns, sample.Labels, cancellationToken: cancellationToken);
}
