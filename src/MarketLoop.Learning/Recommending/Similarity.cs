using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>How alike two rows of a matrix are, from the values that they have in the same places.</summary>
public enum Similarity
{
    /// <summary>Their product over the product of their norms.</summary>
    Cosine,

    /// <summary>Their product over what both have together, |a|^2 + |b|^2 - ab; with binary cells common over all (for other weights: Tanimoto's extension).</summary>
    Jaccard,

    /// <summary>The product of their Okapi BM25 weights: frequency saturated, long rows held down, common places worth little. Not normalised further.</summary>
    Bm25,
}

/// <summary>The weighting of BM25, with rows as documents and columns as terms.</summary>
/// <remarks>Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, eq. 3.15.</remarks>
internal static class Bm25
{
    /// <summary>Saturation; large values keep the frequency as it is.</summary>
    public const double DefaultSaturation = 100;

    /// <summary>How far the length of a row is made up for.</summary>
    public const double DefaultLengthShare = 0.8;

    /// <summary>x (k + 1) / (x + k (1 - b + b length / mean length)) x ln((rows + 1) / (rows of the column + 1)). O(cells + rows + columns).</summary>
    public static SparseMatrix Weigh(SparseMatrix rows, double saturation, double lengthShare)
    {
        var frequency = new int[rows.Columns];
        var total = 0.0;
        for (var cell = 0; cell < rows.Indices.Length; cell++)
        {
            frequency[rows.Indices[cell]]++;
            total += rows.Values[cell];
        }

        var mean = total / Math.Max(1, rows.Rows);
        var values = new float[rows.Values.Length];
        for (var row = 0; row < rows.Rows; row++)
        {
            var cells = rows.Starts[row]..rows.Starts[row + 1];
            var length = VectorKernels.SumWide(rows.Values.AsSpan(cells));
            var norm = saturation * (1 - lengthShare + (mean > 0 ? lengthShare * length / mean : 0));
            for (var cell = cells.Start.Value; cell < cells.End.Value; cell++)
            {
                double value = rows.Values[cell];
                var rarity = Math.Log((rows.Rows + 1.0) / (frequency[rows.Indices[cell]] + 1));
                values[cell] = value > 0 ? (float)(value * (saturation + 1) / (value + norm) * rarity) : 0;
            }
        }

        return rows with { Values = values };
    }
}
