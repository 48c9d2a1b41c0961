using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>
/// Matrix factors for implicit feedback by alternating least squares: seen cells should give 1, by their weight, and all others 0, by a small
/// one. Sources: Hu, Koren and Volinsky, ICDM 2008 (eq. 4); Takacs, Pilaszy and Tikk, RecSys 2011 (conjugate gradient); Rendle, Krichene,
/// Zhang and Koren, "Revisiting the Performance of iALS", RecSys 2022 (frequency-scaled penalty, eq. 5).
/// </summary>
public static class ImplicitAlsTrainer
{
    /// <summary>
    /// Fits factors. Exact: O(sweeps (cells k^2 + (users + items) k^3 / 6)); parallel over rows, each solved by one worker in one order, so the
    /// bytes do not depend on the number of threads. Memory: 4 k bytes a user and an item, and the matrix twice (by user and by item).
    /// </summary>
    /// <param name="matrix">Users x items; empty gives a model that scores 0.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit within a few rows per worker.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static FactorModel Fit(InteractionMatrix matrix, ImplicitAlsOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        options ??= new ImplicitAlsOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        var byUser = CellWeighting.Apply(matrix, options.Scale, options.HalfLifeDays, userDamping: 0, options.AsOfDay);
        var byItem = byUser.Transpose();
        var users = new FactorSide(matrix.Users, options.Factors);
        var items = FactorSide.Random(matrix.Items, options.Factors, options.Seed);
        for (var sweep = 0; sweep < options.Sweeps; sweep++)
        {
            Sweep(byUser, users, items, options, cancellationToken);
            Sweep(byItem, items, users, options, cancellationToken);
        }

        return new FactorModel(items, options.UnobservedWeight, options.Regularisation, options.RegularisationExponent);
    }

    /// <summary>Solves anew for every row of one side.</summary>
    private static void Sweep(InteractionMatrix cells, FactorSide own, FactorSide other, ImplicitAlsOptions options, CancellationToken cancellationToken)
    {
        var gram = other.Gram(cancellationToken);
        TensorPrimitives.Multiply(gram, (float)options.UnobservedWeight, gram);
        if (options.Solver == AlsSolver.ConjugateGradient)
        {
            Mirror(gram, own.Stride);
        }

        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        Parallel.For(0, own.Rows, parallel, () => new AlsRow(own.Stride), (row, _, worker) =>
        {
            var seen = cells.ItemsOf(row);
            var penalty = Penalty(seen.Length, other.Rows, options.UnobservedWeight, options.Regularisation, options.RegularisationExponent);
            if (seen.IsEmpty)
            {
                own[row].Clear();
            }
            else if (options.Solver == AlsSolver.Exact)
            {
                worker.SolveExactly(other, gram, seen, cells.WeightsOf(row), penalty, own[row]);
            }
            else
            {
                worker.Improve(other, gram, seen, cells.WeightsOf(row), penalty, options.GradientSteps, own[row]);
            }

            return worker;
        }, _ => { });
    }

    internal static float Penalty(int seen, int others, double unobserved, double regularisation, double exponent) =>
        (float)(regularisation * Math.Pow(seen + (unobserved * others), exponent));

    private static void Mirror(float[] upper, int n)
    {
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                upper[(i * n) + j] = upper[(j * n) + i];
            }
        }
    }
}
