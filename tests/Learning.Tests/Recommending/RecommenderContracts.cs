using System.Runtime.InteropServices;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Recommending;

namespace Learning.Tests.Recommending;

/// <summary>One act of a user.</summary>
public readonly record struct Act(int User, int Item, float Weight, double Day);

/// <summary>The battery for whatever scores items.</summary>
public abstract class RecommenderContract<TModel> : LearnerContract<Act[], TModel>
    where TModel : class, IItemScorer
{
    [Fact]
    public void Scoring_allocates_nothing()
    {
        var model = Learn(Typical());
        var scores = new float[model.Items];
        int[] history = [1, 5, 9];
        model.Score(history, [], scores);

        var before = GC.GetAllocatedBytesForCurrentThread();
        model.Score(history, [], scores);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_batch_gives_what_single_histories_give_to_the_bit()
    {
        var model = Learn(Typical());
        int[] starts = [0, 0, 3, 4, 10, .. Enumerable.Range(11, 35)];
        int[] items = [.. Enumerable.Range(0, starts[^1]).Select(i => (i * 7) % 41)];
        float[] weights = [.. items.Select(item => 0.5f + item)];
        var together = new float[(starts.Length - 1) * model.Items];
        var alone = new float[model.Items];

        foreach (var given in (float[][])[[], weights])
        {
            ((IItemScorer)model).ScoreBatch(starts, items, given, together);

            for (var i = 0; i + 1 < starts.Length; i++)
            {
                var part = starts[i]..starts[i + 1];
                model.Score(items[part], given.Length == 0 ? [] : given[part], alone);
                Assert.Equal(alone, together[(i * model.Items)..((i + 1) * model.Items)]);
            }
        }

        Assert.Throws<ArgumentException>(() => ((IItemScorer)model).ScoreBatch([0, 2, 1], [1], [], new float[2 * model.Items]));
        Assert.Throws<ArgumentException>(() => ((IItemScorer)model).ScoreBatch([0, 1], [1], [], new float[model.Items + 1]));
        Assert.Throws<ArgumentException>(() => ((IItemScorer)model).ScoreBatch([], [], [], []));
    }

    [Fact]
    public void The_reasons_of_a_list_are_those_of_its_items()
    {
        IItemScorer model = Learn(Typical());
        int[] history = [3, -1, 7, 7, 20, int.MaxValue];
        float[] weights = [1, 2, 0.5f, 1, 3, 1];
        int[] items = [.. Enumerable.Range(-1, model.Items + 2)];
        int[] reasons = new int[items.Length];

        model.StrongestReasons(history, weights, items, reasons);

        Assert.Equal(items.Select(item => model.StrongestReason(history, weights, item)), reasons);
        Assert.Throws<ArgumentException>(() => model.StrongestReasons(history, weights, items, new int[1]));
    }

    [Fact]
    public void A_wrong_buffer_wrong_weights_and_weights_that_are_not_finite_are_refused()
    {
        var model = Learn(Typical());

        Assert.Throws<ArgumentException>(() => model.Score([1], [], new float[model.Items + 1]));
        Assert.Throws<ArgumentException>(() => model.Score([1], [1, 2], new float[model.Items]));
        Assert.Throws<ArgumentException>(() => model.Score([1], [float.NaN], new float[model.Items]));
        Assert.Throws<ArgumentException>(() => model.StrongestReason([1], [1, 2], 0));
    }

    protected override bool RefusesEmpty => false;

    protected override double? PermutationTolerance => 0;

    protected override Act[] Typical()
    {
        var random = new SeededRandom(11);
        return [.. Enumerable.Range(0, 3_000).Select(_ => new Act(random.NextInt32(200), random.NextInt32(40), 1 + random.NextInt32(4), 300 * random.NextDouble()))];
    }

    protected override Act[] Empty() => [];

    protected override Act[] OneRow() => [new Act(0, 0, 1, 5)];

    protected override Act[] Permuted(Act[] sample)
    {
        var shuffled = sample.ToArray();
        new SeededRandom(3).Shuffle<Act>(shuffled);
        return shuffled;
    }

    protected override byte[] Fingerprint(Act[] sample) => MemoryMarshal.AsBytes<Act>(sample).ToArray();

    protected override void FitWith(float value)
    {
        Assert.ThrowsAny<ArgumentException>(() => new InteractionMatrixBuilder().Add(0, 0, 1, value));
        new InteractionMatrixBuilder().Add(0, 0, value);
    }

    protected override void MeetTheUnseen(TModel model)
    {
        var expected = new float[model.Items];
        var scores = new float[model.Items];
        model.Score([], [], expected);

        model.Score([-1, model.Items, int.MaxValue], [], scores);

        Assert.Equal(expected, scores);
        Assert.Equal(-1, model.StrongestReason([1, 2], [], -1));
        Assert.Equal(-1, model.StrongestReason([1, 2], [], int.MaxValue));
        Assert.Equal(-1, model.StrongestReason([-1, int.MaxValue], [], 3));
    }

    protected override double[] Ask(TModel model, Act[] sample)
    {
        var scores = new float[model.Items];
        List<double> answers = [];
        foreach (var history in (int[][])[[], [0], [3, 7, 7], [1, 2, 39]])
        {
            model.Score(history, [], scores);
            answers.AddRange(scores.Select(score => (double)score));
            model.Score(history, [.. history.Select(item => 0.5f + item)], scores);
            answers.AddRange(scores.Select(score => (double)score));
            answers.Add(model.StrongestReason(history, [], 0));
        }

        return [.. answers];
    }

    protected static InteractionMatrix Matrix(Act[] acts)
    {
        var builder = new InteractionMatrixBuilder();
        foreach (var act in acts)
        {
            builder.Add(act.User, act.Item, act.Weight, act.Day);
        }

        return builder.Build();
    }
}

public sealed class ItemNeighboursContract : RecommenderContract<ItemNeighboursModel>
{
    protected override ItemNeighboursModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        ItemNeighboursTrainer.Fit(Matrix(sample), new ItemNeighboursOptions { HalfLifeDays = 60, Scale = WeightScale.Logarithmic, Neighbours = 15 }, cancellationToken);

    protected override void Save(ItemNeighboursModel model, Stream stream) => model.Save(stream);

    protected override ItemNeighboursModel Load(Stream stream) => ItemNeighboursModel.Load(stream);
}

public sealed class EaseContract : RecommenderContract<ItemNeighboursModel>
{
    protected override ItemNeighboursModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        EaseTrainer.Fit(Matrix(sample), new EaseOptions { Lambda = 20, Neighbours = 20, HalfLifeDays = 100 }, cancellationToken);

    protected override void Save(ItemNeighboursModel model, Stream stream) => model.Save(stream);

    protected override ItemNeighboursModel Load(Stream stream) => ItemNeighboursModel.Load(stream);
}

public sealed class DecayedPopularityContract : RecommenderContract<DecayedPopularityModel>
{
    protected override DecayedPopularityModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        DecayedPopularityTrainer.Fit(Matrix(sample), new DecayedPopularityOptions { HalfLifeDays = 30, Scale = WeightScale.Linear }, cancellationToken);

    protected override void Save(DecayedPopularityModel model, Stream stream) => model.Save(stream);

    protected override DecayedPopularityModel Load(Stream stream) => DecayedPopularityModel.Load(stream);
}

public sealed class JaccardNeighboursContract : RecommenderContract<ItemNeighboursModel>
{
    protected override ItemNeighboursModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        ItemNeighboursTrainer.Fit(Matrix(sample), new ItemNeighboursOptions { Similarity = Similarity.Jaccard, Scale = WeightScale.Linear }, cancellationToken);

    protected override void Save(ItemNeighboursModel model, Stream stream) => model.Save(stream);

    protected override ItemNeighboursModel Load(Stream stream) => ItemNeighboursModel.Load(stream);
}

public sealed class Rp3BetaContract : RecommenderContract<ItemNeighboursModel>
{
    protected override ItemNeighboursModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        Rp3BetaTrainer.Fit(Matrix(sample), new Rp3BetaOptions { Alpha = 0.8, HalfLifeDays = 90, Neighbours = 15 }, cancellationToken);

    protected override void Save(ItemNeighboursModel model, Stream stream) => model.Save(stream);

    protected override ItemNeighboursModel Load(Stream stream) => ItemNeighboursModel.Load(stream);
}

public sealed class UserNeighboursContract : RecommenderContract<UserNeighboursModel>
{
    protected override UserNeighboursModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        UserNeighboursTrainer.Fit(Matrix(sample), new UserNeighboursOptions { Neighbours = 20, Shrinkage = 0.5, HalfLifeDays = 90, Scale = WeightScale.Linear }, cancellationToken);

    protected override void Save(UserNeighboursModel model, Stream stream) => model.Save(stream);

    protected override UserNeighboursModel Load(Stream stream) => UserNeighboursModel.Load(stream);
}

public sealed class CrowdedUserNeighboursContract : RecommenderContract<UserNeighboursModel>
{
    protected override UserNeighboursModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        UserNeighboursTrainer.Fit(Matrix(sample), new UserNeighboursOptions { Similarity = Similarity.Bm25, Neighbours = 20, MostUsersPerItem = 60, Candidates = 40, Amplification = 2 }, cancellationToken);

    protected override void Save(UserNeighboursModel model, Stream stream) => model.Save(stream);

    protected override UserNeighboursModel Load(Stream stream) => UserNeighboursModel.Load(stream);
}

public sealed class GraphFilterContract : RecommenderContract<GraphFilterModel>
{
    protected override GraphFilterModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) => GraphFilterTrainer.Fit(
        Matrix(sample), new GraphFilterOptions { Vectors = 12, SharpeningTime = 1.5, SharpeningSteps = 2, HalfLifeDays = 90, Scale = WeightScale.Linear, Seed = seed }, cancellationToken);

    protected override void Save(GraphFilterModel model, Stream stream) => model.Save(stream);

    protected override GraphFilterModel Load(Stream stream) => GraphFilterModel.Load(stream);
}

public sealed class ImplicitAlsContract : RecommenderContract<FactorModel>
{
    protected override FactorModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        ImplicitAlsTrainer.Fit(Matrix(sample), new ImplicitAlsOptions { Factors = 5, Sweeps = 2, Scale = WeightScale.Logarithmic, Seed = seed }, cancellationToken);

    protected override void Save(FactorModel model, Stream stream) => model.Save(stream);

    protected override FactorModel Load(Stream stream) => FactorModel.Load(stream);
}
