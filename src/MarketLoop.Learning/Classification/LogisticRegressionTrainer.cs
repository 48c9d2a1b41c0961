using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Classification;

/// <summary>
/// Logistic regression by Newton's method (iteratively reweighted least squares) with step halving and L2.
/// Source: McCullagh and Nelder, "Generalized Linear Models", 2nd ed. 1989, chapter 2.5; le Cessie and van Houwelingen, 1992 (ridge).
/// </summary>
public static class LogisticRegressionTrainer
{
    private const int MostHalvings = 30;

    /// <summary>Fits a model. O(iterations x n d^2), parallel; the result does not depend on the number of threads. No randomness.</summary>
    /// <param name="rowMajor">n x d values, row-major, finite; not changed (a standardised copy is made, 4 n d bytes).</param>
    /// <param name="rows">n, at least 1.</param>
    /// <param name="columns">d, at least 1; a few hundred at most, since the Hessian is d x d.</param>
    /// <param name="labels">n labels. When all are equal the model is their smoothed rate, see <see cref="ConvergenceReport.HasOneClass"/>.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="rowWeights">How many rows each row stands for, finite and at least 0, not all 0; empty: one each. Columns are standardised without them.</param>
    /// <param name="cancellationToken">Stops the fit within one pass over the rows.</param>
    /// <exception cref="ArgumentException">A shape is wrong, there are no rows, a value is not finite, a weight is no weight, or an option is out of range.</exception>
    public static LogisticRegressionModel Fit(
        ReadOnlyMemory<float> rowMajor, int rows, int columns, ReadOnlyMemory<bool> labels,
        LogisticRegressionOptions? options = null, ReadOnlyMemory<double> rowWeights = default, CancellationToken cancellationToken = default)
    {
        options ??= new LogisticRegressionOptions();
        options.Validate();
        Tabular.ThrowIfUnusable(rowMajor.Span, rows, columns);
        if (labels.Length != rows || (!rowWeights.IsEmpty && rowWeights.Length != rows))
        {
            throw new ArgumentException($"{labels.Length} labels and {rowWeights.Length} weights were given for {rows} rows.", nameof(labels));
        }

        RowWeights.ThrowIfUnusable(rowWeights.Span);

        cancellationToken.ThrowIfCancellationRequested();
        var standardiser = StandardiserTrainer.Fit(rowMajor, rows, columns, options.Preparation, cancellationToken);
        var (positives, negatives) = Totals(labels.Span, rowWeights.Span);
        if (positives == 0 || negatives == 0)
        {
            return OneClass(standardiser, positives, positives + negatives);
        }

        var positiveWeight = options.PositiveWeight * (options.IsBalanced ? (positives + negatives) / (2 * positives) : 1);
        var negativeWeight = options.NegativeWeight * (options.IsBalanced ? (positives + negatives) / (2 * negatives) : 1);
        var weights = new double[rows];
        for (var i = 0; i < rows; i++)
        {
            weights[i] = (labels.Span[i] ? positiveWeight : negativeWeight) * (rowWeights.IsEmpty ? 1 : rowWeights.Span[i]);
        }

        var panels = new LogisticPanels(rowMajor.Span, rows, standardiser, labels.Span, weights);
        var coefficients = new double[columns + 1];
        coefficients[0] = Math.Log(positiveWeight * positives / (negativeWeight * negatives));
        var total = (positiveWeight * positives) + (negativeWeight * negatives);
        var report = Newton(panels, coefficients, total, options, cancellationToken);
        return new LogisticRegressionModel(standardiser, coefficients, report);
    }

    private static (double Positives, double Negatives) Totals(ReadOnlySpan<bool> labels, ReadOnlySpan<double> rowWeights)
    {
        double positives = 0, negatives = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var weight = rowWeights.IsEmpty ? 1 : rowWeights[i];
            positives += labels[i] ? weight : 0;
            negatives += labels[i] ? 0 : weight;
        }

        return (positives, negatives);
    }

    private static ConvergenceReport Newton(LogisticPanels panels, double[] coefficients, double total, LogisticRegressionOptions options, CancellationToken cancellationToken)
    {
        var pass = panels.Evaluate(coefficients, cancellationToken);
        var objective = Penalise(pass, coefficients, options.L2);
        var iterations = 0;
        var isStuck = false;
        while (!isStuck && Norm(pass, total) > options.Tolerance && iterations < options.MaxIterations)
        {
            var step = Step(pass, coefficients.Length);
            var candidate = new double[coefficients.Length];
            var share = 1.0;
            isStuck = true;
            for (var halving = 0; halving < MostHalvings && isStuck; halving++, share /= 2)
            {
                TensorPrimitives.MultiplyAdd<double>(step, -share, coefficients, candidate);
                var candidatePass = panels.Evaluate(candidate, cancellationToken);
                var candidateObjective = Penalise(candidatePass, candidate, options.L2);
                // Near the optimum the decrease drowns in rounding; a step that does not lose is as good.
                if (candidateObjective <= objective + (1e-14 * Math.Abs(objective)))
                {
                    (pass, objective, isStuck) = (candidatePass, candidateObjective, false);
                    candidate.CopyTo(coefficients.AsSpan());
                }
            }

            iterations++;
        }

        var norm = Norm(pass, total);
        return new ConvergenceReport(norm <= options.Tolerance, iterations, norm, objective / total, pass.Misplaced == 0, HasOneClass: false);
    }

    /// <summary>Adds the penalty to a pass and returns the penalised objective.</summary>
    private static double Penalise(LogisticPass pass, double[] coefficients, double l2)
    {
        var size = coefficients.Length;
        for (var j = 1; j < size; j++)
        {
            pass.Gradient[j] += l2 * coefficients[j];
            pass.Hessian[(j * size) + j] += l2;
        }

        return pass.Loss + (l2 / 2 * TensorPrimitives.SumOfSquares<double>(coefficients.AsSpan(1)));
    }

    private static double Norm(LogisticPass pass, double total) => Math.Abs(TensorPrimitives.MaxMagnitude<double>(pass.Gradient)) / total;

    /// <summary>H^-1 g; a Hessian that is not definite (constant or doubled columns without L2) gets a growing ridge.</summary>
    private static double[] Step(LogisticPass pass, int size)
    {
        var largest = 0.0;
        for (var j = 0; j < size; j++)
        {
            largest = Math.Max(largest, pass.Hessian[(j * size) + j]);
        }

        var factor = new double[size * size];
        for (var ridge = 0.0; ; ridge = ridge == 0 ? Math.Max(1e-10 * largest, 1e-12) : ridge * 100)
        {
            pass.Hessian.CopyTo(factor.AsSpan());
            for (var j = 0; j < size; j++)
            {
                factor[(j * size) + j] += ridge;
            }

            if (SymmetricSolver.TryFactor(factor, size))
            {
                break;
            }
        }

        var step = pass.Gradient.AsSpan().ToArray();
        SymmetricSolver.Solve(factor, size, step);
        return step;
    }

    private static LogisticRegressionModel OneClass(Standardiser standardiser, double positives, double rows)
    {
        var rate = (positives + 0.5) / (rows + 1);
        var coefficients = new double[standardiser.Columns + 1];
        coefficients[0] = Math.Log(rate / (1 - rate));
        var loss = -Math.Log(positives == 0 ? 1 - rate : rate);
        return new LogisticRegressionModel(standardiser, coefficients, new ConvergenceReport(HasConverged: true, 0, 0, loss, IsSeparated: true, HasOneClass: true));
    }
}
