using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Classification;

/// <summary>
/// The standardised rows, transposed in panels of 256 so that every inner loop runs along a column and vectorises; and the one
/// pass that Newton's method needs. Columns are stored as float. Loss and gradient are taken in double, since they say where the
/// optimum is; products of the Hessian are summed in float within a panel, since they only say how to get there.
/// </summary>
internal sealed class LogisticPanels
{
    private const int PanelRows = 256;
    private const int PartRows = 32 * PanelRows;

    private readonly float[] _columnMajor;
    private readonly bool[] _labels;
    private readonly double[] _weights;
    private readonly int _rows;
    private readonly int _columns;

    public LogisticPanels(ReadOnlyMemory<float> rowMajor, int rows, Standardiser standardiser, ReadOnlyMemory<bool> labels, double[] weights)
    {
        _rows = rows;
        _columns = standardiser.Columns;
        _labels = labels.ToArray();
        _weights = weights;
        _columnMajor = new float[rowMajor.Length];
        Parallel.For(0, Parts, part =>
        {
            var row = new float[_columns];
            var end = Math.Min(_rows, (part + 1) * PartRows);
            for (var i = part * PartRows; i < end; i++)
            {
                standardiser.Transform(rowMajor.Span.Slice(i * _columns, _columns), row);
                var first = i / PanelRows * PanelRows;
                var height = Math.Min(PanelRows, _rows - first);
                var target = _columnMajor.AsSpan(first * _columns, _columns * height);
                for (var j = 0; j < _columns; j++)
                {
                    target[(j * height) + i - first] = row[j];
                }
            }
        });
    }

    private int Parts => (_rows + PartRows - 1) / PartRows;

    /// <summary>
    /// Loss, gradient and, if asked for, Hessian of the unpenalised log-loss at given coefficients (intercept first). O(n d^2), without the Hessian
    /// O(n d); parallel over fixed parts that are added in order: the same bytes on any number of cores.
    /// </summary>
    /// <param name="coefficients">d + 1.</param>
    /// <param name="stride">1 for all rows; k for every k-th panel of each part.</param>
    /// <param name="isCurved">Whether the Hessian is wanted.</param>
    /// <param name="cancellationToken">Stops within one part.</param>
    public LogisticPass Evaluate(ReadOnlySpan<double> coefficients, int stride, bool isCurved, CancellationToken cancellationToken)
    {
        var parts = new LogisticPass[Parts];
        var shared = coefficients.ToArray();
        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        if (parts.Length == 1)
        {
            cancellationToken.ThrowIfCancellationRequested();
            parts[0] = EvaluatePart(0, shared, stride, isCurved);
        }
        else
        {
            Parallel.For(0, parts.Length, parallel, part => parts[part] = EvaluatePart(part, shared, stride, isCurved));
        }

        var total = parts[0];
        foreach (var part in parts.AsSpan(1))
        {
            total.Add(part);
        }

        return total;
    }

    private LogisticPass EvaluatePart(int part, double[] coefficients, int stride, bool isCurved)
    {
        var pass = new LogisticPass(_columns + 1, isCurved);
        var workspace = new double[(_columns + 5) * PanelRows];
        var curvatures = new float[2 * PanelRows];
        var end = Math.Min(_rows, (part + 1) * PartRows);
        for (var first = part * PartRows; first < end; first += PanelRows * stride)
        {
            var height = Math.Min(PanelRows, end - first);
            AddPanel(pass, first, height, coefficients, workspace, curvatures.AsSpan(0, height));
            if (isCurved)
            {
                AddCurvature(pass, first, curvatures.AsSpan(0, height), curvatures.AsSpan(PanelRows, height));
            }
        }

        return pass;
    }

    private void AddPanel(LogisticPass pass, int first, int height, double[] coefficients, double[] workspace, Span<float> curvatures)
    {
        var columns = workspace.AsSpan(0, _columns * height);
        var scratch = workspace.AsSpan(_columns * PanelRows);
        var eta = scratch[..height];
        var tails = scratch.Slice(PanelRows, height);
        var softplus = scratch.Slice(2 * PanelRows, height);
        var residuals = scratch.Slice(3 * PanelRows, height);

        TensorPrimitives.ConvertTruncating<float, double>(_columnMajor.AsSpan(first * _columns, columns.Length), columns);
        eta.Fill(coefficients[0]);
        for (var j = 0; j < _columns; j++)
        {
            TensorPrimitives.MultiplyAdd(columns.Slice(j * height, height), coefficients[j + 1], eta, eta);
        }

        // e^-|eta| lies in 0..1, so that neither the probability nor ln(1 + e^eta) - y eta overflows on either side.
        TensorPrimitives.Abs<double>(eta, tails);
        TensorPrimitives.Negate<double>(tails, tails);
        TensorPrimitives.Exp<double>(tails, tails);
        TensorPrimitives.Add(tails, 1, softplus);
        TensorPrimitives.Log<double>(softplus, softplus);
        var labels = _labels.AsSpan(first, height);
        var weights = _weights.AsSpan(first, height);
        for (var i = 0; i < height; i++)
        {
            var weight = weights[i];
            var probability = (eta[i] >= 0 ? 1 : tails[i]) / (1 + tails[i]);
            pass.Loss += weight * (Math.Max(eta[i], 0) - (labels[i] ? eta[i] : 0) + softplus[i]);
            pass.Misplaced += (eta[i] > 0) == labels[i] && eta[i] != 0 ? 0 : 1;
            residuals[i] = weight * (probability - (labels[i] ? 1 : 0));
            curvatures[i] = (float)(weight * probability * (1 - probability));
        }

        pass.Gradient[0] += TensorPrimitives.Sum<double>(residuals);
        for (var j = 0; j < _columns; j++)
        {
            pass.Gradient[j + 1] += TensorPrimitives.Dot<double>(columns.Slice(j * height, height), residuals);
        }
    }

    private void AddCurvature(LogisticPass pass, int first, ReadOnlySpan<float> curvatures, Span<float> weighted)
    {
        var height = curvatures.Length;
        var columns = _columnMajor.AsSpan(first * _columns, _columns * height);
        var size = _columns + 1;
        pass.Hessian[0] += TensorPrimitives.Sum(curvatures);
        for (var j = 0; j < _columns; j++)
        {
            TensorPrimitives.Multiply(columns.Slice(j * height, height), curvatures, weighted);
            var row = pass.Hessian.AsSpan((j + 1) * size, size);
            row[0] += TensorPrimitives.Sum<float>(weighted);
            for (var k = 0; k <= j; k++)
            {
                row[k + 1] += TensorPrimitives.Dot<float>(weighted, columns.Slice(k * height, height));
            }
        }
    }
}

/// <summary>Sums of one pass: loss, gradient, lower triangle of the Hessian (intercept first; empty when it was not asked for), rows on the wrong side.</summary>
internal sealed class LogisticPass(int size, bool isCurved)
{
    public double Loss { get; set; }

    public long Misplaced { get; set; }

    public double[] Gradient { get; } = new double[size];

    public double[] Hessian { get; } = isCurved ? new double[size * size] : [];

    public bool IsCurved => isCurved;

    public void Add(LogisticPass other)
    {
        Loss += other.Loss;
        Misplaced += other.Misplaced;
        TensorPrimitives.Add(Gradient, other.Gradient, Gradient);
        TensorPrimitives.Add(Hessian, other.Hessian, Hessian);
    }
}
