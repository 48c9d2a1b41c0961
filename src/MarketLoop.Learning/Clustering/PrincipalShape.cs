using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>Principal axes and extents of a table: enough to draw data of the same shape that has no clusters.</summary>
internal sealed class PrincipalShape
{
    private readonly PrincipalAxes _axes;
    private readonly double[] _lows;
    private readonly double[] _highs;

    public PrincipalShape(ReadOnlySpan<float> rowMajor, int columns)
    {
        var rows = rowMajor.Length / columns;
        _axes = PrincipalAxes.Fit(rowMajor, rows, columns);
        _lows = new double[columns];
        _highs = new double[columns];
        for (var i = 0; i < rows; i++)
        {
            for (var axis = 0; axis < columns; axis++)
            {
                var along = _axes.Along(axis, rowMajor.Slice(i * columns, columns));
                _lows[axis] = Math.Min(_lows[axis], along);
                _highs[axis] = Math.Max(_highs[axis], along);
            }
        }
    }

    /// <summary>Mean squared distance of a row to the mean.</summary>
    public double Variance
    {
        get
        {
            var sum = 0.0;
            foreach (var variance in _axes.Variances)
            {
                sum += variance;
            }

            return sum;
        }
    }

    /// <summary>Rows uniform in the box along the principal axes that holds the data.</summary>
    public float[] Uniform(int rows, SeededRandom random) =>
        Draw(rows, axis => _lows[axis] + ((_highs[axis] - _lows[axis]) * random.NextDouble()));

    /// <summary>Normal rows with the data's mean and covariance.</summary>
    public float[] Normal(int rows, SeededRandom random) => Draw(rows, axis => Math.Sqrt(_axes.Variances[axis]) * random.NextGaussian());

    private float[] Draw(int rows, Func<int, double> coordinate)
    {
        var columns = _axes.Columns;
        var drawn = new float[rows * columns];
        var row = new double[columns];
        for (var i = 0; i < rows; i++)
        {
            _axes.Means.CopyTo(row);
            for (var axis = 0; axis < columns; axis++)
            {
                var along = coordinate(axis);
                var loadings = _axes.Axis(axis);
                for (var j = 0; j < columns; j++)
                {
                    row[j] += along * loadings[j];
                }
            }

            for (var j = 0; j < columns; j++)
            {
                drawn[(i * columns) + j] = (float)row[j];
            }
        }

        return drawn;
    }
}
