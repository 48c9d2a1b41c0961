using System.Runtime.InteropServices;
using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Numerics;

namespace Learning.Tests.Classification;

public sealed class StackedBlendTests : LearnerContract<StackSample, StackedBlend>
{
    protected override bool RefusesEmpty => true;

    protected override double? PermutationTolerance => 1e-6;

    [Fact]
    public void A_model_that_knows_outweighs_one_that_guesses()
    {
        var sample = Typical();

        var blend = Learn(sample);

        Assert.True(blend.Weights[0] > 5 * blend.Weights[1]);
        Assert.All(blend.Weights.ToArray(), weight => Assert.True(weight >= 0));
    }

    [Fact]
    public void A_model_that_is_always_wrong_gets_no_weight()
    {
        var sample = Typical();
        var turned = sample with { Probabilities = [.. sample.Probabilities.Select((p, i) => i % 2 == 0 ? p : sample.Labels[i / 2] == (i % 5 == 0) ? 0.7 : 0.3)] };

        var blend = StackedBlendTrainer.Fit(turned.Probabilities, 2, turned.Labels, l2: 0, TestContext.Current.CancellationToken);

        Assert.Equal(0, blend.Weights[1]);
    }

    [Fact]
    public void Overconfident_models_are_calibrated()
    {
        var sample = Typical();
        var bold = sample.Probabilities.Where((_, i) => i % 2 == 0).Select(p => 1 / (1 + Math.Pow((1 - p) / p, 3))).ToArray();

        var blend = StackedBlendTrainer.Fit(bold, 1, sample.Labels, cancellationToken: TestContext.Current.CancellationToken);

        Assert.InRange(blend.Weights[0], 0.2, 0.5);
    }

    protected override StackSample Typical()
    {
        var random = new SeededRandom(3);
        var probabilities = new double[4_000];
        var labels = new bool[2_000];
        for (var i = 0; i < labels.Length; i++)
        {
            probabilities[2 * i] = 1 / (1 + Math.Exp(-1.5 * random.NextGaussian()));
            probabilities[(2 * i) + 1] = random.NextDouble();
            labels[i] = random.NextDouble() < probabilities[2 * i];
        }

        return new StackSample(probabilities, labels);
    }

    protected override StackSample Empty() => new([], []);

    protected override StackSample OneRow() => new([0.9, 0.2], [true]);

    protected override StackSample Permuted(StackSample sample) => new(
        [.. Enumerable.Range(0, sample.Labels.Length).Reverse().SelectMany(i => new[] { sample.Probabilities[2 * i], sample.Probabilities[(2 * i) + 1] })],
        [.. sample.Labels.Reverse()]);

    protected override byte[] Fingerprint(StackSample sample) => [.. MemoryMarshal.AsBytes<double>(sample.Probabilities), .. MemoryMarshal.AsBytes<bool>(sample.Labels)];

    protected override StackedBlend Fit(StackSample sample, ulong seed, CancellationToken cancellationToken) =>
        StackedBlendTrainer.Fit(sample.Probabilities, 2, sample.Labels, cancellationToken: cancellationToken);

    protected override void FitWith(float value) => StackedBlendTrainer.Fit(new double[] { value, 0.5 }, 2, new[] { true });

    protected override void MeetTheUnseen(StackedBlend model) => Assert.Throws<ArgumentException>(() => model.Predict([0.5]));

    protected override double[] Ask(StackedBlend model, StackSample sample) => [.. new[] { 0.0, 0.1, 0.5, 0.9, 1.0 }.Select(p => model.Predict([p, 0.3]))];

    protected override void Save(StackedBlend model, Stream stream) => model.Save(stream);

    protected override StackedBlend Load(Stream stream) => StackedBlend.Load(stream);
}

public sealed record StackSample(double[] Probabilities, bool[] Labels);
