using System.Numerics.Tensors;

namespace MarketLoop.Learning.Recommending;

/// <summary>The checks that all scorers make at their door.</summary>
internal static class ScoringDoor
{
    public static void Validate(int items, ReadOnlySpan<int> history, ReadOnlySpan<float> weights, ReadOnlySpan<float> scores)
    {
        if (scores.Length != items)
        {
            throw new ArgumentException($"The buffer holds {scores.Length} scores, the model {items} items.", nameof(scores));
        }

        Validate(history, weights);
    }

    public static void Validate(ReadOnlySpan<int> history, ReadOnlySpan<float> weights)
    {
        if (weights.Length != 0 && weights.Length != history.Length)
        {
            throw new ArgumentException($"{weights.Length} weights were given for {history.Length} items.", nameof(weights));
        }

        if (!weights.IsEmpty && !TensorPrimitives.IsFiniteAll(weights))
        {
            throw new ArgumentException("A weight of the history is not finite.", nameof(weights));
        }
    }
}
