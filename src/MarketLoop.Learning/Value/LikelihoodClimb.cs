using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Value;

/// <summary>A log-likelihood of a few positive parameters.</summary>
internal interface ILikelihood
{
    /// <summary>The log-likelihood at <paramref name="parameters"/>; its derivatives by the parameters are written to <paramref name="gradient"/>.</summary>
    double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient);
}

/// <summary>
/// Maximum likelihood over positive parameters: damped Newton steps on their logarithms (Levenberg's ridge), the Hessian by central
/// differences of the analytic gradient. A parameter that runs away stops at the edge of its range and stays there.
/// </summary>
internal sealed class LikelihoodClimb
{
    private const double Edge = 9.3; // logarithm: parameters lie in 1e-4..1e4 of their own unit
    private const double Step = 1e-4;
    private const double Tolerance = 1e-9;
    private const int MostSteps = 200;
    private const double MostRidge = 1e12;

    private readonly ILikelihood _likelihood;
    private readonly double _rows;
    private readonly int _size;
    private readonly double[] _parameters;

    private LikelihoodClimb(ILikelihood likelihood, double rows, int size)
    {
        _likelihood = likelihood;
        _rows = rows;
        _size = size;
        _parameters = new double[size];
    }

    /// <summary>Climbs from <paramref name="start"/> (logarithms). At most 200 steps of 2 d + 1 evaluations; cancellation is looked at before each.</summary>
    public static ClimbResult Run(ILikelihood likelihood, double rows, ReadOnlySpan<double> start, CancellationToken cancellationToken) =>
        new LikelihoodClimb(likelihood, rows, start.Length).Climb(start.ToArray(), cancellationToken);

    private ClimbResult Climb(double[] point, CancellationToken cancellationToken)
    {
        var gradient = new double[_size];
        var candidateGradient = new double[_size];
        var height = Evaluate(point, gradient);
        var ridge = 1e-3 * _rows;
        var steps = 0;
        var free = Free(point, gradient);
        while (Norm(gradient, free) > Tolerance && steps < MostSteps && ridge < MostRidge * _rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var curvature = Curvature(point, cancellationToken);
            var isHigher = false;
            while (!isHigher && ridge < MostRidge * _rows)
            {
                var candidate = Candidate(point, gradient, curvature, free, ridge);
                var reached = candidate is null ? double.NegativeInfinity : Evaluate(candidate, candidateGradient);
                // Near the top the gain drowns in rounding; a step that does not lose and lies flatter is as good.
                isHigher = reached > height || (reached >= height - (1e-13 * Math.Abs(height)) && Norm(candidateGradient, free) < Norm(gradient, free));
                ridge = isHigher ? Math.Max(ridge / 10, 1e-12 * _rows) : ridge * 10;
                if (isHigher)
                {
                    (point, height) = (candidate!, reached); // a step was taken, so there is one
                    candidateGradient.CopyTo(gradient.AsSpan());
                }
            }

            free = Free(point, gradient);
            steps++;
        }

        return new ClimbResult(
            [.. point.Select(Math.Exp)], Errors(point, free, cancellationToken), height, Norm(gradient, free) < 1e-6);
    }

    /// <summary>Height and slope by the logarithms.</summary>
    private double Evaluate(ReadOnlySpan<double> point, Span<double> gradient)
    {
        for (var i = 0; i < _size; i++)
        {
            _parameters[i] = Math.Exp(point[i]);
        }

        var height = _likelihood.Evaluate(_parameters, gradient);
        for (var i = 0; i < _size; i++)
        {
            gradient[i] *= _parameters[i];
        }

        return double.IsFinite(height) ? height : double.NegativeInfinity;
    }

    /// <summary>Minus the Hessian, made symmetric.</summary>
    private double[] Curvature(double[] point, CancellationToken cancellationToken)
    {
        var curvature = new double[_size * _size];
        double[] moved = [.. point], above = new double[_size], below = new double[_size];
        for (var i = 0; i < _size; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            moved[i] = point[i] + Step;
            Evaluate(moved, above);
            moved[i] = point[i] - Step;
            Evaluate(moved, below);
            moved[i] = point[i];
            for (var j = 0; j < _size; j++)
            {
                var slope = (below[j] - above[j]) / (4 * Step);
                curvature[(i * _size) + j] += slope;
                curvature[(j * _size) + i] += slope;
            }
        }

        return curvature;
    }

    /// <summary>The next point, or null when the curvature with its ridge is not definite.</summary>
    private double[]? Candidate(double[] point, double[] gradient, double[] curvature, bool[] free, double ridge)
    {
        var factor = Held(curvature, free);
        var step = new double[_size];
        for (var i = 0; i < _size; i++)
        {
            factor[(i * _size) + i] += free[i] ? ridge : 0;
            step[i] = free[i] ? gradient[i] : 0;
        }

        if (!SymmetricSolver.TryFactor(factor, _size))
        {
            return null;
        }

        SymmetricSolver.Solve(factor, _size, step);
        double[] candidate = [.. point];
        for (var i = 0; i < _size; i++)
        {
            candidate[i] = Math.Clamp(point[i] + Math.Clamp(step[i], -2, 2), -Edge, Edge);
        }

        return candidate;
    }

    /// <summary>Rows and columns of parameters that are held become those of the identity.</summary>
    private double[] Held(double[] curvature, bool[] free)
    {
        double[] held = [.. curvature];
        for (var i = 0; i < _size; i++)
        {
            for (var j = 0; j < _size; j++)
            {
                if (!free[i] || !free[j])
                {
                    held[(i * _size) + j] = i == j ? 1 : 0;
                }
            }
        }

        return held;
    }

    /// <summary>Standard errors of the parameters themselves (delta method); null where a parameter is held or nothing bends.</summary>
    private double?[] Errors(double[] point, bool[] free, CancellationToken cancellationToken)
    {
        var errors = new double?[_size];
        var factor = Held(Curvature(point, cancellationToken), free);
        if (!SymmetricSolver.TryFactor(factor, _size))
        {
            return errors;
        }

        for (var i = 0; i < _size; i++)
        {
            var unit = new double[_size];
            unit[i] = 1;
            SymmetricSolver.Solve(factor, _size, unit);
            errors[i] = free[i] && unit[i] > 0 ? Math.Exp(point[i]) * Math.Sqrt(unit[i]) : null;
        }

        return errors;
    }

    private static bool[] Free(double[] point, double[] gradient) =>
        [.. point.Select((value, i) => !(value >= Edge && gradient[i] >= 0) && !(value <= -Edge && gradient[i] <= 0))];

    private double Norm(double[] gradient, bool[] free)
    {
        double norm = 0;
        for (var i = 0; i < _size; i++)
        {
            norm = Math.Max(norm, free[i] ? Math.Abs(gradient[i]) : 0);
        }

        return norm / _rows;
    }
}

/// <summary>Where a climb ended.</summary>
/// <param name="Parameters">The parameters.</param>
/// <param name="Errors">Their standard errors; null where the data do not tell.</param>
/// <param name="LogLikelihood">The height reached.</param>
/// <param name="HasConverged">The slope was gone.</param>
internal sealed record ClimbResult(double[] Parameters, double?[] Errors, double LogLikelihood, bool HasConverged);
