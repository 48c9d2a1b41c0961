using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>Mean, principal axes and extents of a table: enough to draw data of the same shape that has no clusters.</summary>
internal sealed class PrincipalShape
{
    private readonly int _columns;
    private readonly double[] _means;
    private readonly double[] _axes;
    private readonly double[] _deviations;
    private readonly double[] _lows;
    private readonly double[] _highs;

    public PrincipalShape(ReadOnlySpan<float> rowMajor, int columns)
    {
        _columns = columns;
        _means = new double[columns];
        var rows = rowMajor.Length / columns;
        for (var i = 0; i < rows; i++)
        {
            VectorKernels.AddWide(rowMajor.Slice(i * columns, columns), _means);
        }

        for (var j = 0; j < columns; j++)
        {
            _means[j] /= rows;
        }

        var covariance = new double[columns * columns];
        var centred = new double[columns];
        for (var i = 0; i < rows; i++)
        {
            Centre(rowMajor.Slice(i * columns, columns), centred);
            for (var a = 0; a < columns; a++)
            {
                for (var b = 0; b < columns; b++)
                {
                    covariance[(a * columns) + b] += centred[a] * centred[b] / rows;
                }
            }
        }

        _axes = SymmetricEigen.Decompose(covariance, columns);
        _deviations = new double[columns];
        _lows = new double[columns];
        _highs = new double[columns];
        for (var a = 0; a < columns; a++)
        {
            _deviations[a] = Math.Sqrt(Math.Max(0, covariance[(a * columns) + a]));
        }

        for (var i = 0; i < rows; i++)
        {
            Centre(rowMajor.Slice(i * columns, columns), centred);
            Extend(centred);
        }
    }

    /// <summary>Rows uniform in the box along the principal axes that holds the data.</summary>
    public float[] Uniform(int rows, SeededRandom random) =>
        Draw(rows, axis => _lows[axis] + ((_highs[axis] - _lows[axis]) * random.NextDouble()));

    /// <summary>Normal rows with the data's mean and covariance.</summary>
    public float[] Normal(int rows, SeededRandom random) => Draw(rows, axis => _deviations[axis] * random.NextGaussian());

    private float[] Draw(int rows, Func<int, double> coordinate)
    {
        var drawn = new float[rows * _columns];
        var row = new double[_columns];
        for (var i = 0; i < rows; i++)
        {
            _means.CopyTo(row, 0);
            for (var axis = 0; axis < _columns; axis++)
            {
                var along = coordinate(axis);
                for (var j = 0; j < _columns; j++)
                {
                    row[j] += along * _axes[(j * _columns) + axis];
                }
            }

            for (var j = 0; j < _columns; j++)
            {
                drawn[(i * _columns) + j] = (float)row[j];
            }
        }

        return drawn;
    }

    private void Extend(double[] centred)
    {
        for (var axis = 0; axis < _columns; axis++)
        {
            var along = 0.0;
            for (var j = 0; j < _columns; j++)
            {
                along += centred[j] * _axes[(j * _columns) + axis];
            }

            _lows[axis] = Math.Min(_lows[axis], along);
            _highs[axis] = Math.Max(_highs[axis], along);
        }
    }

    private void Centre(ReadOnlySpan<float> row, double[] centred)
    {
        for (var j = 0; j < _columns; j++)
        {
            centred[j] = row[j] - _means[j];
        }
    }
}
