using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Trees;

/// <summary>Checked rows with their targets (0 or 1) and weights as the tree learners take them.</summary>
/// <param name="RowMajor">n x d values, finite.</param>
/// <param name="Columns">d.</param>
/// <param name="Targets">n, each 0 or 1.</param>
/// <param name="Weights">n, or empty when every row weighs one.</param>
/// <param name="Rate">Smoothed share of positives by the rows' own weights: (positives + 0.5) / (rows + 1).</param>
/// <param name="Mean">Share of positives by the final weights.</param>
/// <param name="HasOneClass">All labels that weigh anything are equal.</param>
internal sealed record TreeSample(ReadOnlyMemory<float> RowMajor, int Columns, float[] Targets, float[] Weights, double Rate, double Mean, bool HasOneClass)
{
    /// <summary>The checks at the door of every tree learner.</summary>
    /// <exception cref="ArgumentException">A shape is wrong, there are no rows, a value is not finite or a weight is no weight.</exception>
    public static TreeSample Check(ReadOnlyMemory<float> rowMajor, int rows, int columns, ReadOnlySpan<bool> labels, ReadOnlySpan<double> rowWeights, ClassWeights classWeights)
    {
        Tabular.ThrowIfUnusable(rowMajor.Span, rows, columns);
        RowWeights.ThrowIfUnusable(rows, labels, rowWeights);
        var weights = RowWeights.ByClass(labels, rowWeights, classWeights);
        var (positives, negatives) = (weights.Positives * weights.PositiveWeight, weights.Negatives * weights.NegativeWeight);
        var isPlain = Array.TrueForAll(weights.ByRow, weight => weight == 1);
        return new TreeSample(
            rowMajor, columns, TargetsOf(labels), isPlain ? [] : Array.ConvertAll(weights.ByRow, weight => (float)weight),
            (weights.Positives + 0.5) / (weights.Positives + weights.Negatives + 1), positives / (positives + negatives), weights.Positives == 0 || weights.Negatives == 0);
    }

    /// <summary>1 for a positive, 0 for a negative.</summary>
    public static float[] TargetsOf(ReadOnlySpan<bool> labels)
    {
        var targets = new float[labels.Length];
        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] = labels[i] ? 1 : 0;
        }

        return targets;
    }
}
