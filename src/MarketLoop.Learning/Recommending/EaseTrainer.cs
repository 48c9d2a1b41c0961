using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>How EASE is learned.</summary>
public sealed record EaseOptions
{
    /// <summary>Penalty added to the diagonal of X'X, above 0. Default 300. Raising it trusts pairs less and leans towards popular items.</summary>
    public double Lambda { get; init; } = 300;

    /// <summary>Links kept for each item, the strongest by magnitude, at least 1. Default 300. Raising it costs memory and changes little.</summary>
    public int Neighbours { get; init; } = 300;

    /// <summary>What a cell counts for. Default <see cref="WeightScale.Binary"/>.</summary>
    public WeightScale Scale { get; init; } = WeightScale.Binary;

    /// <summary>Half-life of a cell in days, above 0. Default infinity (no decay). Lowering it forgets faster.</summary>
    public double HalfLifeDays { get; init; } = double.PositiveInfinity;

    /// <summary>Day from which ages are counted; null (default) means the matrix's latest.</summary>
    public double? AsOfDay { get; init; }

    /// <summary>Most items, at least 1. Default 8,000: the fit keeps two items x items matrices of float and takes items^3 steps. More are refused.</summary>
    public int MostItems { get; init; } = 8_000;

    internal void Validate()
    {
        OptionGuard.Within(Lambda, double.Epsilon, double.MaxValue);
        OptionGuard.Within(Neighbours, 1, int.MaxValue);
        OptionGuard.Within(MostItems, 1, 30_000);
        CellWeighting.Validate(Scale, HalfLifeDays, userDamping: 0);
    }
}

/// <summary>
/// EASE-R: the linear item-to-item model min |X - XB|^2 + lambda |B|^2 with a zero diagonal, in closed form:
/// P = (X'X + lambda I)^-1, B_ij = -P_ij / P_jj. Source: Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, eq. 8.
/// </summary>
public static class EaseTrainer
{
    // Rows worked on together: as many as stay in the second cache while the rest of the matrix streams past once.
    private const int BlockRows = 48;

    /// <summary>
    /// Fits the links. O(items^3), parallel over rows whose sums each have one worker, so the bytes do not depend on the number of
    /// threads. Accumulates in float: with lambda of 10 and more the last digits that this costs reorder nothing.
    /// </summary>
    /// <param name="matrix">Users x items; empty gives a model without links.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit within one row per worker.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, or the matrix has more than <see cref="EaseOptions.MostItems"/> items.</exception>
    public static ItemNeighboursModel Fit(InteractionMatrix matrix, EaseOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        options ??= new EaseOptions();
        options.Validate();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(matrix.Items, options.MostItems, nameof(matrix));
        cancellationToken.ThrowIfCancellationRequested();
        ParallelOptions parallel = new() { CancellationToken = cancellationToken };

        float[][] gram = Gram(CellWeighting.Apply(matrix, options.Scale, options.HalfLifeDays, userDamping: 0, options.AsOfDay), (float)options.Lambda);
        Factor(gram, parallel);
        float[][] inverseFactor = InvertFactor(gram, parallel);
        Multiply(inverseFactor, gram, parallel);
        return ItemNeighboursModel.Of(Links(gram, options.Neighbours, parallel));
    }

    private static float[][] Gram(InteractionMatrix cells, float lambda)
    {
        var gram = new float[cells.Items][];
        for (var item = 0; item < cells.Items; item++)
        {
            gram[item] = new float[cells.Items];
            gram[item][item] = lambda;
        }

        for (var user = 0; user < cells.Users; user++)
        {
            var items = cells.ItemsOf(user);
            var values = cells.WeightsOf(user);
            for (var a = 0; a < items.Length; a++)
            {
                var row = gram[items[a]];
                for (var b = 0; b < items.Length; b++)
                {
                    row[items[b]] += values[a] * values[b];
                }
            }
        }

        return gram;
    }

    /// <summary>Cholesky G = L L', L in the lower triangle, a block of columns after the other.</summary>
    private static void Factor(float[][] g, ParallelOptions parallel)
    {
        for (var first = 0; first < g.Length; first += BlockRows)
        {
            var start = first;
            var end = Math.Min(g.Length, first + BlockRows);
            for (var i = start; i < end; i++)
            {
                FactorRow(g, i, start, i + 1);
            }

            Parallel.For(end, g.Length, parallel, i => FactorRow(g, i, start, end));
        }
    }

    /// <summary>Entries [start, end) of row i of L, given the rows above and the columns before.</summary>
    private static void FactorRow(float[][] g, int i, int start, int end)
    {
        var row = g[i];
        for (var j = start; j < end; j++)
        {
            var rest = row[j] - TensorPrimitives.Dot<float>(row.AsSpan(0, j), g[j].AsSpan(0, j));
            row[j] = i == j ? MathF.Sqrt(rest) : rest / g[j][j];
        }
    }

    /// <summary>Columns of L^-1 as rows: result[j][i] = (L^-1)_ij for i >= j.</summary>
    private static float[][] InvertFactor(float[][] factor, ParallelOptions parallel)
    {
        var inverse = new float[factor.Length][];
        Parallel.For(0, Blocks(factor.Length), parallel, block =>
        {
            var first = block * BlockRows;
            var end = Math.Min(factor.Length, first + BlockRows);
            for (var j = first; j < end; j++)
            {
                inverse[j] = new float[factor.Length];
                inverse[j][j] = 1 / factor[j][j];
            }

            for (var i = first + 1; i < factor.Length; i++)
            {
                for (var j = first; j < Math.Min(i, end); j++)
                {
                    inverse[j][i] = -TensorPrimitives.Dot<float>(factor[i].AsSpan(j, i - j), inverse[j].AsSpan(j, i - j)) / factor[i][i];
                }
            }
        });
        return inverse;
    }

    /// <summary>P = L^-T L^-1 into the given matrix, both triangles.</summary>
    private static void Multiply(float[][] inverse, float[][] product, ParallelOptions parallel)
    {
        Parallel.For(0, Blocks(inverse.Length), parallel, block =>
        {
            var first = block * BlockRows;
            var end = Math.Min(inverse.Length, first + BlockRows);
            for (var j = 0; j < end; j++)
            {
                for (var i = Math.Max(first, j); i < end; i++)
                {
                    product[i][j] = TensorPrimitives.Dot<float>(inverse[i].AsSpan(i), inverse[j].AsSpan(i));
                }
            }
        });
        for (var i = 0; i < product.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                product[j][i] = product[i][j];
            }
        }
    }

    private static int Blocks(int rows) => (rows + BlockRows - 1) / BlockRows;

    private static ScoredItem[][] Links(float[][] p, int neighbours, ParallelOptions parallel)
    {
        var rows = new ScoredItem[p.Length][];
        Parallel.For(0, p.Length, parallel, i =>
        {
            var selector = new TopItemSelector(new ScoredItem[Math.Min(neighbours, p.Length)]);
            for (var j = 0; j < p.Length; j++)
            {
                if (j != i && p[i][j] != 0)
                {
                    selector.Offer(j, Math.Abs(p[i][j] / p[j][j]));
                }
            }

            // Selected by magnitude, since a strong "not together" matters too; kept with its sign, strongest "together" first.
            var kept = selector.Finish().ToArray();
            for (var k = 0; k < kept.Length; k++)
            {
                kept[k] = new ScoredItem(kept[k].Item, -p[i][kept[k].Item] / p[kept[k].Item][kept[k].Item]);
            }

            Array.Sort(kept, static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Item.CompareTo(b.Item));
            rows[i] = kept;
        });
        return rows;
    }
}
