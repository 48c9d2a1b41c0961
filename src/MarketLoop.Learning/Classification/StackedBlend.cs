using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Classification;

/// <summary>
/// Several models' probabilities as one: a logistic regression on their log-odds whose weights are not negative, so that it blends and calibrates in one step.
/// Immutable, thread-safe. Sources: Wolpert, Neural Networks 5, 1992; Breiman, Machine Learning 24, 1996 (why not negative).
/// </summary>
public sealed class StackedBlend
{
    private const string Kind = "STAK";
    private const ushort FormatVersion = 1;
    private const double Edge = 1e-4;

    private readonly double[] _weights;

    internal StackedBlend(double intercept, double[] weights)
    {
        Intercept = intercept;
        _weights = weights;
    }

    /// <summary>Models blended.</summary>
    public int Models => _weights.Length;

    /// <summary>Log-odds where all models say one half.</summary>
    public double Intercept { get; }

    /// <summary>Weight of each model's log-odds, at least 0; a model of weight 0 need not be asked.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>The blended probability. O(models).</summary>
    /// <param name="probabilities">What each model says, 0..1; kept 0.0001 away from both ends.</param>
    /// <exception cref="ArgumentException">The number of models differs or a value is no probability.</exception>
    public double Predict(ReadOnlySpan<double> probabilities)
    {
        if (probabilities.Length != Models)
        {
            throw new ArgumentException($"{probabilities.Length} probabilities for {Models} models.", nameof(probabilities));
        }

        var sum = Intercept;
        for (var model = 0; model < _weights.Length; model++)
        {
            sum += _weights[model] * LogOdds(probabilities[model]);
        }

        return 1 / (1 + Math.Exp(-sum));
    }

    /// <summary>Writes the weights; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Models);
        writer.Write(Intercept);
        writer.Write<double>(_weights);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole blend of a known version.</exception>
    public static StackedBlend Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var models = reader.ReadCount(1, 10_000);
        var intercept = reader.ReadFiniteDouble();
        var weights = reader.ReadArray<double>(models);
        reader.Complete();
        reader.Require(weights.All(weight => double.IsFinite(weight) && weight >= 0), "a weight is negative or not finite");
        return new StackedBlend(intercept, weights);
    }

    internal static double LogOdds(double probability)
    {
        if (!(probability >= 0 && probability <= 1))
        {
            throw new ArgumentException($"{probability} is no probability.", nameof(probability));
        }

        var kept = Math.Clamp(probability, Edge, 1 - Edge);
        return Math.Log(kept / (1 - kept));
    }
}

/// <summary>Fits a <see cref="StackedBlend"/> by Newton's method; each step is a small quadratic problem whose bounds are kept by cyclic descent.</summary>
public static class StackedBlendTrainer
{
    private const int MostSteps = 60;
    private const int MostSweeps = 400;
    private const double Tolerance = 1e-10;

    /// <summary>Learns the weights. O(steps x n m^2); no randomness.</summary>
    /// <param name="rowMajor">n x m probabilities, 0..1, row-major, each predicted by a model that had not seen the row.</param>
    /// <param name="models">m, at least 1.</param>
    /// <param name="labels">n labels, at least 1. With one class only the penalty and the smoothed rate decide.</param>
    /// <param name="l2">Penalty on the distance of the weights from 1/m each, at least 0. Raising it brings the blend nearer to the plain mean.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="ArgumentException">The shape is wrong, there are no rows, or a value is no probability.</exception>
    public static StackedBlend Fit(ReadOnlyMemory<double> rowMajor, int models, ReadOnlyMemory<bool> labels, double l2 = 10, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(models, 1);
        OptionGuard.Within(l2, 0, double.MaxValue);
        if (labels.IsEmpty || (long)models * labels.Length != rowMajor.Length)
        {
            throw new ArgumentException($"{rowMajor.Length} probabilities are not {labels.Length} rows of {models} models, at least one each.", nameof(rowMajor));
        }

        var columns = new double[models][];
        for (var model = 0; model < models; model++)
        {
            columns[model] = new double[labels.Length];
            for (var i = 0; i < labels.Length; i++)
            {
                columns[model][i] = StackedBlend.LogOdds(rowMajor.Span[(i * models) + model]);
            }
        }

        // Intercept last; it starts at 0 with the plain mean of the log-odds.
        var point = new double[models + 1];
        point.AsSpan(0, models).Fill(1.0 / models);
        var pass = StackPass.At(columns, labels.Span, point, l2);
        for (var step = 0; step < MostSteps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var target = Minimise(pass, point);
            if (!TryMove(columns, labels.Span, l2, target, ref point, ref pass))
            {
                break;
            }
        }

        return new StackedBlend(point[models], point[..models]);
    }

    private static bool TryMove(double[][] columns, ReadOnlySpan<bool> labels, double l2, double[] target, ref double[] point, ref StackPass pass)
    {
        for (var share = 1.0; share > 1e-6; share /= 2)
        {
            var candidate = new double[point.Length];
            for (var j = 0; j < point.Length; j++)
            {
                candidate[j] = point[j] + (share * (target[j] - point[j]));
            }

            var next = StackPass.At(columns, labels, candidate, l2);
            if (next.Loss < pass.Loss - (Tolerance * (1 + Math.Abs(pass.Loss))))
            {
                (point, pass) = (candidate, next);
                return true;
            }
        }

        return false;
    }

    /// <summary>The minimum of the quadratic that touches the loss at the point, no weight below 0.</summary>
    private static double[] Minimise(StackPass pass, double[] point)
    {
        var size = point.Length;
        var at = point.AsSpan().ToArray();
        var gradient = pass.Gradient.AsSpan().ToArray();
        for (var sweep = 0; sweep < MostSweeps; sweep++)
        {
            var largest = 0.0;
            for (var j = 0; j < size; j++)
            {
                var wanted = at[j] - (gradient[j] / pass.Hessian[(j * size) + j]);
                var moved = (j == size - 1 ? wanted : Math.Max(0, wanted)) - at[j];
                if (moved != 0)
                {
                    at[j] += moved;
                    TensorPrimitives.MultiplyAdd(pass.Hessian.AsSpan(j * size, size), moved, gradient, gradient);
                    largest = Math.Max(largest, Math.Abs(moved));
                }
            }

            if (largest < 1e-9)
            {
                break;
            }
        }

        return at;
    }

    private readonly record struct StackPass(double Loss, double[] Gradient, double[] Hessian)
    {
        public static StackPass At(double[][] columns, ReadOnlySpan<bool> labels, double[] point, double l2)
        {
            var models = columns.Length;
            var size = models + 1;
            var eta = new double[labels.Length];
            eta.AsSpan().Fill(point[models]);
            for (var j = 0; j < models; j++)
            {
                TensorPrimitives.MultiplyAdd(columns[j], point[j], eta, eta);
            }

            var residuals = new double[eta.Length];
            var curvatures = new double[eta.Length];
            var loss = 0.0;
            for (var i = 0; i < eta.Length; i++)
            {
                var probability = 1 / (1 + Math.Exp(-eta[i]));
                loss += Math.Max(eta[i], 0) - (labels[i] ? eta[i] : 0) + Math.Log(1 + Math.Exp(-Math.Abs(eta[i])));
                residuals[i] = probability - (labels[i] ? 1 : 0);
                curvatures[i] = Math.Max(probability * (1 - probability), 1e-9);
            }

            var gradient = new double[size];
            var hessian = new double[size * size];
            var weighted = new double[eta.Length];
            for (var j = 0; j < models; j++)
            {
                TensorPrimitives.Multiply(columns[j], curvatures, weighted);
                var away = point[j] - (1.0 / models);
                loss += l2 / 2 * away * away;
                gradient[j] = TensorPrimitives.Dot<double>(columns[j], residuals) + (l2 * away);
                hessian[(j * size) + models] = hessian[(models * size) + j] = TensorPrimitives.Sum<double>(weighted);
                for (var k = 0; k <= j; k++)
                {
                    hessian[(j * size) + k] = hessian[(k * size) + j] = TensorPrimitives.Dot<double>(weighted, columns[k]);
                }

                hessian[(j * size) + j] += l2 + 1e-9;
            }

            // A trace of a penalty keeps the intercept finite when only one class is there.
            loss += 0.005 * point[models] * point[models];
            gradient[models] = TensorPrimitives.Sum<double>(residuals) + (0.01 * point[models]);
            hessian[(size * size) - 1] = TensorPrimitives.Sum<double>(curvatures) + 0.01;
            return new StackPass(loss, gradient, hessian);
        }
    }
}
