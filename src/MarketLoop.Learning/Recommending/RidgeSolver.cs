using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>
/// Ridge regressions of many targets on the same sparse rows: (F'F + lambda I) B = F'H by conjugate gradient, preconditioned by the diagonal, each target a lane with steps of
/// its own. The last column of F, which all rows have, is not penalised. Not thread-safe.
/// </summary>
internal sealed class RidgeSolver
{
    private const double Tolerance = 1e-10; // of the squared residual

    private readonly SparseMatrix _rows;
    private readonly SparseMatrix _columns;
    private readonly int _width;
    private readonly float _penalty;
    private readonly ParallelOptions _parallel;
    private readonly double[] _diagonal;
    private readonly float[] _images;

    public RidgeSolver(SparseMatrix rows, int width, double penalty, ParallelOptions parallel)
    {
        _rows = rows;
        _columns = rows.Transpose();
        _width = width;
        _penalty = (float)penalty;
        _parallel = parallel;
        _images = new float[rows.Rows * width];
        _diagonal = _columns.SquaredNorms();
        for (var feature = 0; feature < _diagonal.Length; feature++)
        {
            _diagonal[feature] = Math.Max(1e-12, _diagonal[feature] + Penalty(feature));
        }
    }

    /// <summary>Columns x width weights for rows x width targets.</summary>
    public float[] Solve(float[] targets, int steps)
    {
        var size = _rows.Columns * _width;
        var (weights, residual, direction, image) = (new float[size], new float[size], new float[size], new float[size]);
        _columns.Multiply(targets, residual, _width, _parallel);
        Precondition(residual, new double[_width], direction);
        var length = Scaled(residual);
        var converged = Array.ConvertAll(length, one => one * Tolerance);
        for (var step = 0; step < steps && !length.Zip(converged).All(pair => pair.First <= pair.Second); step++)
        {
            _parallel.CancellationToken.ThrowIfCancellationRequested();
            Apply(direction, image);
            var along = Product(direction, image);
            var rates = length.Zip(along, (one, other) => other > 0 ? one / other : 0).ToArray();
            Advance(rates, direction, image, weights, residual);
            var next = Scaled(residual);
            Precondition(residual, next.Zip(length, (one, before) => before > 0 ? one / before : 0).ToArray(), direction);
            length = next;
        }

        return weights;
    }

    private void Apply(float[] panel, float[] product)
    {
        _rows.Multiply(panel, _images, _width, _parallel);
        _columns.Multiply(_images, product, _width, _parallel);
        for (var feature = 0; feature < _rows.Columns; feature++)
        {
            VectorKernels.AddScaled(panel.AsSpan(feature * _width, _width), Penalty(feature), product.AsSpan(feature * _width, _width));
        }
    }

    private float Penalty(int feature) => feature == _rows.Columns - 1 ? 0 : _penalty;

    // direction = residual / diagonal + share x direction, lane by lane.
    private void Precondition(float[] residual, double[] shares, float[] direction)
    {
        for (var i = 0; i < residual.Length; i++)
        {
            direction[i] = (float)((residual[i] / _diagonal[i / _width]) + (shares[i % _width] * direction[i]));
        }
    }

    private void Advance(double[] rates, float[] direction, float[] image, float[] weights, float[] residual)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] += (float)(rates[i % _width] * direction[i]);
            residual[i] -= (float)(rates[i % _width] * image[i]);
        }
    }

    private double[] Scaled(float[] residual)
    {
        var sums = new double[_width];
        for (var i = 0; i < residual.Length; i++)
        {
            sums[i % _width] += (double)residual[i] * residual[i] / _diagonal[i / _width];
        }

        return sums;
    }

    private double[] Product(float[] a, float[] b)
    {
        var sums = new double[_width];
        for (var i = 0; i < a.Length; i++)
        {
            sums[i % _width] += (double)a[i] * b[i];
        }

        return sums;
    }
}
