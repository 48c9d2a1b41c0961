using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Classification;

/// <summary>
/// Logistic regression by Newton's method (iteratively reweighted least squares) with step halving and L2; on many rows it starts from the
/// optimum of a sixteenth of them.
/// Source: McCullagh and Nelder, "Generalized Linear Models", 2nd ed. 1989, chapter 2.5; le Cessie and van Houwelingen, 1992 (ridge).
/// </summary>
public static class LogisticRegressionTrainer
{
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
        RowWeights.ThrowIfUnusable(rows, labels.Span, rowWeights.Span);

        cancellationToken.ThrowIfCancellationRequested();
        var standardiser = StandardiserTrainer.Fit(rowMajor, rows, columns, options.Preparation, cancellationToken);
        var weights = RowWeights.ByClass(labels.Span, rowWeights.Span, new ClassWeights(options.PositiveWeight, options.NegativeWeight, options.IsBalanced));
        var (positives, negatives) = (weights.Positives, weights.Negatives);
        if (positives == 0 || negatives == 0)
        {
            return OneClass(standardiser, positives, positives + negatives);
        }

        var panels = new LogisticPanels(rowMajor, rows, standardiser, labels, weights.ByRow);
        var newton = new LogisticNewton(panels, rows, options, weights.PositiveWeight * positives, weights.NegativeWeight * negatives);
        var (coefficients, report) = newton.Run(columns, cancellationToken);
        return new LogisticRegressionModel(standardiser, coefficients, report);
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
