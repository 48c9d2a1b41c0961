using System.Numerics.Tensors;

namespace MarketLoop.Learning.Numerics;

/// <summary>The checks at the door of every learner of tables: shape first, then that each value is finite.</summary>
internal static class Tabular
{
    /// <summary>Refuses a wrong shape, an empty table and values that are not finite. O(n k), vectorised.</summary>
    public static void ThrowIfUnusable(ReadOnlySpan<float> rowMajor, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        if ((long)rows * columns != rowMajor.Length)
        {
            throw new ArgumentException($"{rowMajor.Length} values are not {rows} rows of {columns} columns.", nameof(rowMajor));
        }

        if (rows == 0)
        {
            throw new ArgumentException("There are no rows to learn from.", nameof(rowMajor));
        }

        ThrowIfNotFinite(rowMajor, columns);
    }

    /// <summary>Refuses NaN and infinities, naming the first place. O(n).</summary>
    public static void ThrowIfNotFinite(ReadOnlySpan<float> values, int columns)
    {
        // One vectorised pass; a slow one only to name the place.
        if (TensorPrimitives.IsFiniteAll(values))
        {
            return;
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new ArgumentException($"Row {i / columns}, column {i % columns} is {values[i]}; only finite numbers can be learned from.", nameof(values));
            }
        }
    }
}
