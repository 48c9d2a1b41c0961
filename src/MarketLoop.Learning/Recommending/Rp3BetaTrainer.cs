using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>How RP3beta is learned.</summary>
public sealed record Rp3BetaOptions
{
    /// <summary>Neighbours kept for each item, at least 1. Default 200. Raising it costs memory and lets weak links in.</summary>
    public int Neighbours { get; init; } = 200;

    /// <summary>Exponent on every step's probability, 0..3. Default 1 (a plain random walk). Raising it lets users and items with many links say less.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>Exponent on the popularity of the item reached, by which its score is divided, 0..2. Default 0.5. Raising it pushes popular items down.</summary>
    public double Beta { get; init; } = 0.5;

    /// <summary>What a cell counts for. Default <see cref="WeightScale.Binary"/>.</summary>
    public WeightScale Scale { get; init; } = WeightScale.Binary;

    /// <summary>Half-life of a cell in days, above 0. Default infinity (no decay). Lowering it forgets faster.</summary>
    public double HalfLifeDays { get; init; } = double.PositiveInfinity;

    /// <summary>Day from which ages are counted; null (default) means the matrix's latest.</summary>
    public double? AsOfDay { get; init; }

    internal void Validate()
    {
        OptionGuard.Within(Neighbours, 1, int.MaxValue);
        OptionGuard.Within(Alpha, 0, 3);
        OptionGuard.Within(Beta, 0, 2);
        CellWeighting.Validate(Scale, HalfLifeDays, userDamping: 0);
    }
}

/// <summary>
/// Random walks of three steps from a user over items and users to items, in closed form and with popular goals held down:
/// w(i to j) = sum_u (x_ui / d_i)^a (x_uj / d_u)^a / d_j^b, d being sums of cells. Served as item neighbours.
/// Source: Paudel, Christoffel, Newell and Bernstein, "Updatable, Accurate, Diverse, and Scalable Recommendations for Interactive Applications", ACM TiiS 7, 2016.
/// </summary>
public static class Rp3BetaTrainer
{
    /// <summary>Fits the links. O(sum of squared row lengths), parallel over items; the bytes do not depend on the number of threads.</summary>
    /// <param name="matrix">Users x items; empty gives a model without links.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit within one item per worker.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static ItemNeighboursModel Fit(InteractionMatrix matrix, Rp3BetaOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        options ??= new Rp3BetaOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();

        var byUser = CellWeighting.Apply(matrix, options.Scale, options.HalfLifeDays, userDamping: 0, options.AsOfDay).ToSparse();
        var byItem = byUser.Transpose();
        var held = new double[byItem.Rows];
        for (var item = 0; item < held.Length; item++)
        {
            held[item] = Math.Pow(VectorKernels.SumWide(byItem.ValuesOf(item)), -options.Beta);
        }

        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        return PairSearch.Find(Steps(byItem, options.Alpha), Steps(byUser, options.Alpha), options.Neighbours, (_, j, together) => (float)(together * held[j]), parallel);
    }

    /// <summary>Probability of each step out of a row, to the power alpha.</summary>
    private static SparseMatrix Steps(SparseMatrix rows, double alpha)
    {
        var values = new float[rows.Values.Length];
        for (var row = 0; row < rows.Rows; row++)
        {
            var cells = rows.Starts[row]..rows.Starts[row + 1];
            var degree = VectorKernels.SumWide(rows.ValuesOf(row));
            for (var cell = cells.Start.Value; cell < cells.End.Value; cell++)
            {
                values[cell] = rows.Values[cell] > 0 ? (float)Math.Pow(rows.Values[cell] / degree, alpha) : 0;
            }
        }

        return rows with { Values = values };
    }
}
