using Learning.Tests.Recommending;
using MarketLoop.Learning.Recommending;
using MarketLoop.Learning.Sequences;

namespace Learning.Tests.Sequences;

/// <summary>The battery for what learns from order.</summary>
public abstract class SequenceContract<TModel> : RecommenderContract<TModel>
    where TModel : class, IItemScorer
{
    protected override void FitWith(float value)
    {
        Assert.ThrowsAny<ArgumentException>(() => new ItemSequencesBuilder().Add(0, 0, 1, value));
        new ItemSequencesBuilder().Add(0, 0, value);
    }

    protected static ItemSequences Sequences(Act[] acts)
    {
        var builder = new ItemSequencesBuilder();
        foreach (var act in acts)
        {
            builder.Add(act.User, act.Item, act.Weight, act.Day);
        }

        return builder.Build();
    }
}

public sealed class SequentialNeighboursContract : SequenceContract<SequentialNeighboursModel>
{
    protected override SequentialNeighboursModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        SequentialNeighboursTrainer.Fit(Sequences(sample), new SequentialNeighboursOptions { Window = 7, Shrinkage = 2 }, cancellationToken);

    protected override void Save(SequentialNeighboursModel model, Stream stream) => model.Save(stream);

    protected override SequentialNeighboursModel Load(Stream stream) => SequentialNeighboursModel.Load(stream);
}

public sealed class TransitionsContract : SequenceContract<SequentialNeighboursModel>
{
    protected override SequentialNeighboursModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        SequentialNeighboursTrainer.Fit(Sequences(sample), SequentialNeighboursOptions.Transitions, cancellationToken);

    protected override void Save(SequentialNeighboursModel model, Stream stream) => model.Save(stream);

    protected override SequentialNeighboursModel Load(Stream stream) => SequentialNeighboursModel.Load(stream);
}

public sealed class VectorMultiplicationContract : SequenceContract<SessionNeighboursModel>
{
    protected override SessionNeighboursModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        SessionNeighboursTrainer.Fit(Sequences(sample), SessionNeighboursOptions.VectorMultiplication, cancellationToken);

    protected override void Save(SessionNeighboursModel model, Stream stream) => model.Save(stream);

    protected override SessionNeighboursModel Load(Stream stream) => SessionNeighboursModel.Load(stream);
}

public sealed class SequenceAndTimeContract : SequenceContract<SessionNeighboursModel>
{
    protected override SessionNeighboursModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        SessionNeighboursTrainer.Fit(Sequences(sample), SessionNeighboursOptions.SequenceAndTime with { Neighbours = 20, IdfWeight = 0.5, Before = 0.3 }, cancellationToken);

    protected override void Save(SessionNeighboursModel model, Stream stream) => model.Save(stream);

    protected override SessionNeighboursModel Load(Stream stream) => SessionNeighboursModel.Load(stream);
}

public sealed class NextBasketContract : SequenceContract<NextBasketModel>
{
    protected override NextBasketModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        NextBasketTrainer.Fit(Sequences(sample), new NextBasketOptions { Neighbours = 12, GroupSize = 3 }, cancellationToken);

    protected override void Save(NextBasketModel model, Stream stream) => model.Save(stream);

    protected override NextBasketModel Load(Stream stream) => NextBasketModel.Load(stream);
}
