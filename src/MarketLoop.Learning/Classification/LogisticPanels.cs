using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Classification;

/// <summary>
/// The standardised rows, transposed in panels of 256 so that every inner loop runs along a column and vectorises; and the one
/// pass that Newton's method needs. Columns are stored as float and widened to double panel by panel.
/// </summary>
internal sealed class LogisticPanels
{
    private const int PanelRows = 256;
    private const int PanelsPerPart = 32;

    private readonly float[] _columnMajor;
    private readonly bool[] _labels;
    private readonly double[] _weights;
    private readonly int _rows;
    private readonly int _columns;

    public LogisticPanels(ReadOnlySpan<float> rowMajor, int rows, Standardiser standardiser, ReadOnlySpan<bool> labels, double[] weights)
    {
        _rows = rows;
        _columns = standardiser.Columns;
        _labels = labels.ToArray();
        _weights = weights;
        _columnMajor = new float[rowMajor.Length];
        var row = new float[_columns];
        for (var i = 0; i < rows; i++)
        {
            standardiser.Transform(rowMajor.Slice(i * _columns, _columns), row);
            var first = i / PanelRows * PanelRows;
            var height = Math.Min(PanelRows, rows - first);
            var target = _columnMajor.AsSpan(first * _columns);
            for (var j = 0; j < _columns; j++)
            {
                target[(j * height) + i - first] = row[j];
            }
        }
    }

    private int Parts => (_rows + (PanelRows * PanelsPerPart) - 1) / (PanelRows * PanelsPerPart);

    /// <summary>
    /// Loss, gradient and Hessian of the unpenalised log-loss at given coefficients (intercept first). O(n d^2), parallel over
    /// fixed parts that are added in order: the same bytes on any number of cores.
    /// </summary>
    public LogisticPass Evaluate(ReadOnlySpan<double> coefficients, CancellationToken cancellationToken)
    {
        var parts = new LogisticPass[Parts];
        var shared = coefficients.ToArray();
        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        if (parts.Length == 1)
        {
            cancellationToken.ThrowIfCancellationRequested();
            parts[0] = EvaluatePart(0, shared);
        }
        else
        {
            Parallel.For(0, parts.Length, parallel, part => parts[part] = EvaluatePart(part, shared));
        }

        var total = parts[0];
        foreach (var part in parts.AsSpan(1))
        {
            total.Add(part);
        }

        return total;
    }

    private LogisticPass EvaluatePart(int part, double[] coefficients)
    {
        var pass = new LogisticPass(_columns + 1);
        var workspace = new double[(_columns + 5) * PanelRows];
        var end = Math.Min(_rows, (part + 1) * PanelRows * PanelsPerPart);
        for (var first = part * PanelRows * PanelsPerPart; first < end; first += PanelRows)
        {
            AddPanel(pass, first, Math.Min(PanelRows, end - first), coefficients, workspace);
        }

        return pass;
    }

    private void AddPanel(LogisticPass pass, int first, int height, double[] coefficients, double[] workspace)
    {
        var columns = workspace.AsSpan(0, _columns * height);
        var scratch = workspace.AsSpan(_columns * PanelRows);
        var eta = scratch[..height];
        var residuals = scratch.Slice(PanelRows, height);
        var curvatures = scratch.Slice(2 * PanelRows, height);
        var weighted = scratch.Slice(3 * PanelRows, height);

        TensorPrimitives.ConvertTruncating<float, double>(_columnMajor.AsSpan(first * _columns, columns.Length), columns);
        eta.Fill(coefficients[0]);
        for (var j = 0; j < _columns; j++)
        {
            TensorPrimitives.MultiplyAdd(columns.Slice(j * height, height), coefficients[j + 1], eta, eta);
        }

        TensorPrimitives.Sigmoid<double>(eta, residuals);
        var labels = _labels.AsSpan(first, height);
        var weights = _weights.AsSpan(first, height);
        for (var i = 0; i < height; i++)
        {
            var weight = weights[i];
            var probability = residuals[i];
            // ln(1 + e^eta) - y eta, written so that neither side overflows.
            pass.Loss += weight * (Math.Max(eta[i], 0) - (labels[i] ? eta[i] : 0) + Math.Log(1 + Math.Exp(-Math.Abs(eta[i]))));
            pass.Misplaced += (eta[i] > 0) == labels[i] && eta[i] != 0 ? 0 : 1;
            residuals[i] = weight * (probability - (labels[i] ? 1 : 0));
            curvatures[i] = weight * probability * (1 - probability);
        }

        var size = _columns + 1;
        pass.Gradient[0] += TensorPrimitives.Sum<double>(residuals);
        pass.Hessian[0] += TensorPrimitives.Sum<double>(curvatures);
        for (var j = 0; j < _columns; j++)
        {
            var column = columns.Slice(j * height, height);
            TensorPrimitives.Multiply(column, curvatures, weighted);
            pass.Gradient[j + 1] += TensorPrimitives.Dot<double>(column, residuals);
            var row = pass.Hessian.AsSpan((j + 1) * size, size);
            row[0] += TensorPrimitives.Sum<double>(weighted);
            for (var k = 0; k <= j; k++)
            {
                row[k + 1] += TensorPrimitives.Dot<double>(weighted, columns.Slice(k * height, height));
            }
        }
    }
}

/// <summary>Sums of one pass: loss, gradient, lower triangle of the Hessian (intercept first), rows on the wrong side.</summary>
internal sealed class LogisticPass(int size)
{
    public double Loss { get; set; }

    public long Misplaced { get; set; }

    public double[] Gradient { get; } = new double[size];

    public double[] Hessian { get; } = new double[size * size];

    public void Add(LogisticPass other)
    {
        Loss += other.Loss;
        Misplaced += other.Misplaced;
        TensorPrimitives.Add(Gradient, other.Gradient, Gradient);
        TensorPrimitives.Add(Hessian, other.Hessian, Hessian);
    }
}
