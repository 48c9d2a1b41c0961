using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Classification;

/// <summary>
/// Newton's method on the penalised log-loss. The Hessian costs most, so it is taken anew only while steps are poor: once a step has brought
/// the gradient down tenfold, the next ones go on with the factor at hand (Shamanskii, 1967). With many rows the start is the optimum of every
/// sixteenth panel, from where one Hessian is enough.
/// </summary>
internal sealed class LogisticNewton(LogisticPanels panels, int rows, LogisticRegressionOptions options, double positives, double negatives)
{
    private const int MostHalvings = 30;
    private const int SampleStride = 16;
    private const int RowsWorthSampling = 200_000;
    private const double SampleTolerance = 1e-6;
    private const double FastShare = 0.1;

    private double Total => positives + negatives;

    /// <summary>Coefficients (intercept first) and how it went; iterations are the steps on all rows.</summary>
    public (double[] Coefficients, ConvergenceReport Report) Run(int columns, CancellationToken cancellationToken)
    {
        var start = new double[columns + 1];
        start[0] = Math.Log(positives / negatives);
        var stage = new Stage(1, options.L2, Total, options.Tolerance);
        if (rows < RowsWorthSampling)
        {
            return Descend(start, stage, isNear: false, cancellationToken);
        }

        var (near, _) = Descend(start, new Stage(SampleStride, options.L2 / SampleStride, Total / SampleStride, SampleTolerance), isNear: false, cancellationToken);
        // A sample that says little (few positives, rare columns) may lead astray; then its start is worth less than none.
        var blind = -((positives * Math.Log(positives / Total)) + (negatives * Math.Log(negatives / Total)));
        var pass = panels.Evaluate(near, stage.Stride, isCurved: false, cancellationToken);
        var isNear = Penalise(pass, near, stage.L2) < blind;
        return Descend(isNear ? near : start, stage, isNear, cancellationToken);
    }

    private (double[] Coefficients, ConvergenceReport Report) Descend(double[] start, Stage stage, bool isNear, CancellationToken cancellationToken)
    {
        var point = Evaluate(start, stage, isCurved: true, cancellationToken);
        var factor = Factor(point.Pass, start.Length);
        var isFast = isNear;
        var iterations = 0;
        var norm = Norm(point.Pass, stage.Total);
        while (norm > stage.Tolerance && iterations < options.MaxIterations)
        {
            var next = Step(point, factor, stage, isCurved: !isFast, cancellationToken);
            iterations++;
            var nextNorm = next is null ? norm : Norm(next.Pass, stage.Total);
            isFast = nextNorm <= FastShare * norm;
            var isStuck = next is null && point.Pass.IsCurved;
            point = next ?? point;
            norm = nextNorm;
            if (isStuck || norm <= stage.Tolerance)
            {
                break;
            }

            if (!isFast && !point.Pass.IsCurved)
            {
                point = Evaluate(point.Coefficients, stage, isCurved: true, cancellationToken);
            }

            if (point.Pass.IsCurved)
            {
                factor = Factor(point.Pass, start.Length);
            }
        }

        return (point.Coefficients, new ConvergenceReport(
            norm <= stage.Tolerance, iterations, norm, point.Objective / stage.Total, point.Pass.Misplaced == 0, HasOneClass: false));
    }

    /// <summary>The first of the step's halves that does not lose; null when none is left.</summary>
    private Point? Step(Point from, double[] factor, Stage stage, bool isCurved, CancellationToken cancellationToken)
    {
        var size = from.Coefficients.Length;
        var step = from.Pass.Gradient.AsSpan().ToArray();
        SymmetricSolver.Solve(factor, size, step);
        var share = 1.0;
        for (var halving = 0; halving < MostHalvings; halving++, share /= 2)
        {
            var candidate = new double[size];
            TensorPrimitives.MultiplyAdd<double>(step, -share, from.Coefficients, candidate);
            var point = Evaluate(candidate, stage, isCurved, cancellationToken);
            // Near the optimum the decrease drowns in rounding; a step that does not lose is as good.
            if (point.Objective <= from.Objective + (1e-14 * Math.Abs(from.Objective)))
            {
                return point;
            }
        }

        return null;
    }

    private Point Evaluate(double[] coefficients, Stage stage, bool isCurved, CancellationToken cancellationToken)
    {
        var pass = panels.Evaluate(coefficients, stage.Stride, isCurved, cancellationToken);
        return new Point(coefficients, pass, Penalise(pass, coefficients, stage.L2));
    }

    /// <summary>Adds the penalty to a pass and returns the penalised objective.</summary>
    private static double Penalise(LogisticPass pass, double[] coefficients, double l2)
    {
        var size = coefficients.Length;
        for (var j = 1; j < size; j++)
        {
            pass.Gradient[j] += l2 * coefficients[j];
            if (pass.IsCurved)
            {
                pass.Hessian[(j * size) + j] += l2;
            }
        }

        return pass.Loss + (l2 / 2 * TensorPrimitives.SumOfSquares<double>(coefficients.AsSpan(1)));
    }

    private static double Norm(LogisticPass pass, double total) => Math.Abs(TensorPrimitives.MaxMagnitude<double>(pass.Gradient)) / total;

    /// <summary>A factor of the Hessian; one that is not definite (constant or doubled columns without L2) gets a growing ridge.</summary>
    private static double[] Factor(LogisticPass pass, int size)
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
                return factor;
            }
        }
    }

    private sealed record Point(double[] Coefficients, LogisticPass Pass, double Objective);

    private sealed record Stage(int Stride, double L2, double Total, double Tolerance);
}
