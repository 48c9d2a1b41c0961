using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>What is known of items whoever dealt with them: items x features, sparse. Immutable, thread-safe. 8 bytes a cell.</summary>
public sealed class ContentFeatures
{
    private ContentFeatures(SparseMatrix rows) => Rows = rows;

    /// <summary>Items.</summary>
    public int Items => Rows.Rows;

    /// <summary>Features.</summary>
    public int Features => Rows.Columns;

    internal SparseMatrix Rows { get; }

    /// <summary>From the features that each item has, such as terms, brand and category.</summary>
    /// <param name="features">How many features there are.</param>
    /// <param name="starts">Where each item starts in <paramref name="indices"/>, and where the last ends: one more than items, ascending from 0.</param>
    /// <param name="indices">Features of the items, 0..features-1, one item after another; repeated ones add up.</param>
    /// <param name="values">A finite number for each; empty means 1 for all.</param>
    /// <exception cref="ArgumentException">A length does not fit, starts do not ascend, a feature is out of range or a value is not finite.</exception>
    public static ContentFeatures Sparse(int features, ReadOnlySpan<int> starts, ReadOnlySpan<int> indices, ReadOnlySpan<float> values = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(features);
        if (starts.IsEmpty || starts[0] != 0 || starts[^1] != indices.Length)
        {
            throw new ArgumentException($"The starts must go from 0 to the {indices.Length} features of all items.", nameof(starts));
        }

        for (var item = 1; item < starts.Length; item++)
        {
            if (starts[item] < starts[item - 1])
            {
                throw new ArgumentException($"Start {item} lies before the one ahead of it.", nameof(starts));
            }
        }

        foreach (var index in indices)
        {
            if ((uint)index >= (uint)features)
            {
                throw new ArgumentException($"Feature {index} is outside 0..{features - 1}.", nameof(indices));
            }
        }

        if (!values.IsEmpty && values.Length != indices.Length)
        {
            throw new ArgumentException($"{values.Length} values were given for {indices.Length} features.", nameof(values));
        }

        if (!values.IsEmpty && !TensorPrimitives.IsFiniteAll(values))
        {
            throw new ArgumentException("A value of the content is not finite.", nameof(values));
        }

        var cells = values.ToArray();
        if (values.IsEmpty)
        {
            cells = new float[indices.Length];
            Array.Fill(cells, 1);
        }

        return new ContentFeatures(new SparseMatrix(features, starts.ToArray(), indices.ToArray(), cells));
    }

    /// <summary>From a full table, such as embeddings of text or pictures.</summary>
    /// <param name="values">Items x features, row-major, finite.</param>
    /// <param name="features">Length of a row, at least 1.</param>
    /// <exception cref="ArgumentException">The values do not fit rows of that length, or one is not finite.</exception>
    public static ContentFeatures Dense(ReadOnlySpan<float> values, int features)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(features);
        if (values.Length % features != 0)
        {
            throw new ArgumentException($"{values.Length} numbers make no whole rows of {features}.", nameof(values));
        }

        var starts = new int[(values.Length / features) + 1];
        List<int> indices = [];
        List<float> cells = [];
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] != 0)
            {
                indices.Add(i % features);
                cells.Add(values[i]);
            }

            starts[(i / features) + 1] = indices.Count;
        }

        return Sparse(features, starts, [.. indices], [.. cells]);
    }
}
