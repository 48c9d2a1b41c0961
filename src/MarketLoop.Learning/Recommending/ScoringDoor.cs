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

    public static void Validate(int items, ReadOnlySpan<int> history, ReadOnlySpan<float> weights, SparseScores scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Items != items)
        {
            throw new ArgumentException($"The buffer holds {scores.Items} scores, the model {items} items.", nameof(scores));
        }

        Validate(history, weights);
    }

    public static void Validate(int items, ReadOnlySpan<int> starts, ReadOnlySpan<int> histories, ReadOnlySpan<float> weights, ReadOnlySpan<float> scores)
    {
        if (starts.IsEmpty || starts[0] != 0 || starts[^1] != histories.Length)
        {
            throw new ArgumentException($"The starts must go from 0 to the {histories.Length} items of all histories.", nameof(starts));
        }

        for (var i = 1; i < starts.Length; i++)
        {
            if (starts[i] < starts[i - 1])
            {
                throw new ArgumentException($"Start {i} lies before the one ahead of it.", nameof(starts));
            }
        }

        if (scores.Length != (starts.Length - 1L) * items)
        {
            throw new ArgumentException($"The buffer holds {scores.Length} scores, {starts.Length - 1} histories x {items} items are to be written.", nameof(scores));
        }

        Validate(histories, weights);
    }

    public static void ValidateReasons(ReadOnlySpan<int> items, ReadOnlySpan<int> reasons)
    {
        if (items.Length != reasons.Length)
        {
            throw new ArgumentException($"The buffer holds {reasons.Length} reasons for {items.Length} items.", nameof(reasons));
        }
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
