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

    /// <summary>ln(1 + (rows - n + 1/2) / (n + 1/2)) of a column with n cells: above 0 for a column that all rows have, too.</summary>
    public static double Rarity(int rows, int frequency) => Math.Log(1 + ((rows - frequency + 0.5) / (frequency + 0.5)));

    /// <summary>x (k + 1) / (x + k (1 - b + b length / mean)); 0 for what is not above 0.</summary>
    public static double Saturated(double value, double length, double meanLength, double saturation, double lengthShare)
    {
        var norm = saturation * (1 - lengthShare + (meanLength > 0 ? lengthShare * length / meanLength : 0));
        return value > 0 ? value * (saturation + 1) / (value + norm) : 0;
    }

    /// <summary>Every cell saturated and multiplied by its column's rarity. O(cells + rows + columns).</summary>
    public static SparseMatrix Weigh(SparseMatrix rows, double saturation, double lengthShare)
    {
        var rarity = Rarities(rows);
        var mean = MeanLength(rows);
        var values = new float[rows.Values.Length];
        for (var row = 0; row < rows.Rows; row++)
        {
            var cells = rows.Starts[row]..rows.Starts[row + 1];
            var length = VectorKernels.SumWide(rows.ValuesOf(row));
            for (var cell = cells.Start.Value; cell < cells.End.Value; cell++)
            {
                values[cell] = (float)(Saturated(rows.Values[cell], length, mean, saturation, lengthShare) * rarity[rows.Indices[cell]]);
            }
        }

        return rows with { Values = values };
    }

    public static double[] Rarities(SparseMatrix rows) => Array.ConvertAll(rows.ColumnCounts(), count => Rarity(rows.Rows, count));

    public static double MeanLength(SparseMatrix rows) => rows.Rows == 0 ? 0 : VectorKernels.SumWide(rows.Values) / rows.Rows;
}
