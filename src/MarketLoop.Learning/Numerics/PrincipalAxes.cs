namespace MarketLoop.Learning.Numerics;

/// <summary>
/// Mean and principal axes of a table, widest first. Each axis points to where its largest loading is positive, so that a drawing does not
/// flip from one day to the next. Immutable, thread-safe. Source: Pearson, Philosophical Magazine 2, 1901.
/// </summary>
public sealed class PrincipalAxes
{
    private readonly double[] _means;
    private readonly double[] _axes;
    private readonly double[] _variances;

    private PrincipalAxes(double[] means, double[] axes, double[] variances)
    {
        _means = means;
        _axes = axes;
        _variances = variances;
    }

    /// <summary>Columns, d; also the number of axes.</summary>
    public int Columns => _means.Length;

    /// <summary>Mean of each column.</summary>
    public ReadOnlySpan<double> Means => _means;

    /// <summary>Variance (n) along each axis, descending.</summary>
    public ReadOnlySpan<double> Variances => _variances;

    /// <summary>The d loadings of an axis, of length 1.</summary>
    public ReadOnlySpan<double> Axis(int axis) => _axes.AsSpan(axis * Columns, Columns);

    /// <summary>How far along an axis a row lies from the mean. O(d).</summary>
    public double Along(int axis, ReadOnlySpan<float> row)
    {
        var loadings = Axis(axis);
        var sum = 0.0;
        for (var j = 0; j < loadings.Length; j++)
        {
            sum += (row[j] - _means[j]) * loadings[j];
        }

        return sum;
    }

    /// <summary>Finds the axes. O(n d^2 + d^3); made for dozens of columns.</summary>
    /// <param name="rowMajor">n x d values, row-major, finite.</param>
    /// <param name="rows">n, at least 1.</param>
    /// <param name="columns">d, at least 1.</param>
    /// <exception cref="ArgumentException">The shape is wrong, there are no rows, or a value is not finite.</exception>
    public static PrincipalAxes Fit(ReadOnlySpan<float> rowMajor, int rows, int columns)
    {
        Tabular.ThrowIfUnusable(rowMajor, rows, columns);
        var means = new double[columns];
        for (var i = 0; i < rows; i++)
        {
            VectorKernels.AddWide(rowMajor.Slice(i * columns, columns), means);
        }

        for (var j = 0; j < columns; j++)
        {
            means[j] /= rows;
        }

        var covariance = new double[columns * columns];
        var centred = new double[columns];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                centred[j] = rowMajor[(i * columns) + j] - means[j];
            }

            for (var a = 0; a < columns; a++)
            {
                for (var b = 0; b < columns; b++)
                {
                    covariance[(a * columns) + b] += centred[a] * centred[b] / rows;
                }
            }
        }

        return Sorted(means, SymmetricEigen.Decompose(covariance, columns), covariance);
    }

    private static PrincipalAxes Sorted(double[] means, double[] vectors, double[] diagonal)
    {
        var columns = means.Length;
        var order = Enumerable.Range(0, columns).OrderByDescending(a => diagonal[(a * columns) + a]).ToArray();
        var axes = new double[columns * columns];
        for (var place = 0; place < columns; place++)
        {
            var axis = axes.AsSpan(place * columns, columns);
            var largest = 0;
            for (var j = 0; j < columns; j++)
            {
                axis[j] = vectors[(j * columns) + order[place]];
                largest = Math.Abs(axis[j]) > Math.Abs(axis[largest]) ? j : largest;
            }

            if (axis[largest] < 0)
            {
                for (var j = 0; j < columns; j++)
                {
                    axis[j] = -axis[j];
                }
            }
        }

        return new PrincipalAxes(means, axes, Array.ConvertAll(order, a => Math.Max(0, diagonal[(a * columns) + a])));
    }
}
