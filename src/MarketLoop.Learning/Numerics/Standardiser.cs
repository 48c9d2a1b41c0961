using System.Numerics.Tensors;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Numerics;

/// <summary>What a column is measured in after the transformation.</summary>
public enum ColumnScaling
{
    /// <summary>Deviations from the mean: most values lie within -3..3.</summary>
    ZScore = 0,

    /// <summary>Share of the way from the smallest to the largest value learned from, 0..1; what serving sees beyond is clipped.</summary>
    MinMax = 1,
}

/// <summary>How a <see cref="Standardiser"/> is fitted.</summary>
public sealed record StandardiserOptions
{
    /// <summary>Columns that pass through sign(x) ln(1 + |x|) first; for counts and money. Default: none.</summary>
    public IReadOnlyCollection<int> LogColumns { get; init; } = [];

    /// <summary>
    /// Share of rows clipped at each end of every column, 0..0.25; 0.005 clips below the 0.5 % and above the 99.5 % quantile.
    /// Default 0 (off). Raising it makes single extreme customers matter less.
    /// </summary>
    public double WinsorisedShare { get; init; }

    /// <summary>What columns are measured in. Default z-scores; min-max for learners that want 0..1, and only with clipping where single values may be extreme.</summary>
    public ColumnScaling Scaling { get; init; }
}

/// <summary>
/// A fitted column-wise transformation: optional symmetric log, clipping at fitted quantiles, then z-score or min-max. Immutable, thread-safe.
/// A constant column becomes 0. Learned once on training rows and saved with the model, so that serving sees the same numbers.
/// </summary>
public sealed class Standardiser
{
    private const string Kind = "STDR";
    private const ushort FormatVersion = 1;

    private readonly bool[] _isLog;
    private readonly float[] _low;
    private readonly float[] _high;
    private readonly double[] _means;
    private readonly double[] _deviations;
    private readonly float[] _offsets;
    private readonly float[] _factors;

    internal Standardiser(bool[] isLog, float[] low, float[] high, double[] means, double[] deviations)
    {
        _isLog = isLog;
        _low = low;
        _high = high;
        _means = means;
        _deviations = deviations;
        _offsets = Array.ConvertAll(means, mean => (float)mean);
        _factors = Array.ConvertAll(deviations, deviation => deviation > 0 ? (float)(1 / deviation) : 0f);
    }

    /// <summary>Columns it was fitted on.</summary>
    public int Columns => _means.Length;

    /// <summary>Mean of each column after log and clipping; with min-max its smallest value.</summary>
    public ReadOnlySpan<double> Means => _means;

    /// <summary>Standard deviation (n) of each column after log and clipping, with min-max its range; 0 for a constant column.</summary>
    public ReadOnlySpan<double> Deviations => _deviations;

    /// <summary>Transforms one or more rows; source and destination may be the same span. O(n k).</summary>
    /// <param name="rowMajor">Rows of <see cref="Columns"/> values.</param>
    /// <param name="destination">As long as the rows.</param>
    /// <exception cref="ArgumentException">A length does not fit or a value is not finite.</exception>
    public void Transform(ReadOnlySpan<float> rowMajor, Span<float> destination)
    {
        if (rowMajor.Length % Columns != 0 || destination.Length != rowMajor.Length)
        {
            throw new ArgumentException($"Rows of {Columns} columns and a destination of the same length are needed; got {rowMajor.Length} and {destination.Length} values.", nameof(rowMajor));
        }

        Tabular.ThrowIfNotFinite(rowMajor, Columns);
        for (var start = 0; start < rowMajor.Length; start += Columns)
        {
            var row = destination.Slice(start, Columns);
            Prepare(rowMajor.Slice(start, Columns), row, _isLog);
            TensorPrimitives.Max(row, _low, row);
            TensorPrimitives.Min(row, _high, row);
            TensorPrimitives.Subtract(row, _offsets, row);
            TensorPrimitives.Multiply(row, _factors, row);
        }
    }

    /// <summary>
    /// The way back for one transformed row: z-score and log undone (clipping cannot be). For showing centroids in readable units.
    /// </summary>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Invert(ReadOnlySpan<float> row, Span<float> destination)
    {
        if (row.Length != Columns || destination.Length != Columns)
        {
            throw new ArgumentException($"A row and a destination of {Columns} values are needed.", nameof(row));
        }

        for (var j = 0; j < Columns; j++)
        {
            var value = (row[j] * _deviations[j]) + _means[j];
            destination[j] = (float)(_isLog[j] ? Math.Sign(value) * (Math.Exp(Math.Abs(value)) - 1) : value);
        }
    }

    /// <summary>Writes the fitted numbers; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Columns);
        foreach (var isLog in _isLog)
        {
            writer.Write(isLog);
        }

        writer.Write<float>(_low);
        writer.Write<float>(_high);
        writer.Write<double>(_means);
        writer.Write<double>(_deviations);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole standardiser of a known version.</exception>
    public static Standardiser Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var columns = reader.ReadCount(1, 1 << 20);
        var isLog = new bool[columns];
        for (var j = 0; j < columns; j++)
        {
            isLog[j] = reader.ReadBoolean();
        }

        var low = reader.ReadArray<float>(columns);
        var high = reader.ReadArray<float>(columns);
        var means = reader.ReadArray<double>(columns);
        var deviations = reader.ReadArray<double>(columns);
        reader.Complete();
        reader.Require(TensorPrimitives.IsFiniteAll<double>(means) && TensorPrimitives.IsFiniteAll<double>(deviations), "a mean or deviation is not finite");
        return new Standardiser(isLog, low, high, means, deviations);
    }

    internal static void Prepare(ReadOnlySpan<float> row, Span<float> destination, bool[] isLog)
    {
        for (var j = 0; j < row.Length; j++)
        {
            var value = row[j];
            destination[j] = isLog[j] ? MathF.CopySign((float)SymmetricLog(Math.Abs((double)value)), value) : value;
        }
    }

    private static double SymmetricLog(double magnitude)
    {
        var shifted = 1 + magnitude;
        return shifted == 1 ? magnitude : Math.Log(shifted) * (magnitude / (shifted - 1));
    }
}

/// <summary>Fits a <see cref="Standardiser"/>.</summary>
public static class StandardiserTrainer
{
    // More rows than this do not move a quantile that anybody could tell apart.
    private const int QuantileRows = 100_000;
    private const int PartRows = 8_192;

    /// <summary>Learns logs, clipping bounds, means and deviations. O(n k), parallel, plus a sort of at most 100,000 evenly spaced rows per column when clipping.</summary>
    /// <param name="rowMajor">n x k values, row-major, finite.</param>
    /// <param name="rows">n, at least 1.</param>
    /// <param name="columns">k, at least 1.</param>
    /// <param name="options">Null means plain z-scores.</param>
    /// <param name="cancellationToken">Stops the fit.</param>
    /// <exception cref="ArgumentException">The shape is wrong, there are no rows, a value is not finite, or an option is out of range.</exception>
    public static Standardiser Fit(ReadOnlyMemory<float> rowMajor, int rows, int columns, StandardiserOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new StandardiserOptions();
        Tabular.ThrowIfUnusable(rowMajor.Span, rows, columns);
        var isLog = LogFlags(options, columns);
        cancellationToken.ThrowIfCancellationRequested();

        var low = new float[columns];
        var high = new float[columns];
        low.AsSpan().Fill(float.MinValue);
        high.AsSpan().Fill(float.MaxValue);
        if (options.WinsorisedShare > 0)
        {
            FitBounds(rowMajor.Span, rows, columns, isLog, options.WinsorisedShare, low, high, cancellationToken);
        }

        if (options.Scaling == ColumnScaling.MinMax)
        {
            return FitRange(rowMajor.Span, rows, columns, isLog, low, high);
        }

        var means = SumsOf(rowMajor, rows, columns, isLog, low, high, centre: null, cancellationToken);
        TensorPrimitives.Divide(means, rows, means);
        var squares = SumsOf(rowMajor, rows, columns, isLog, low, high, means, cancellationToken);
        for (var j = 0; j < columns; j++)
        {
            // A constant column leaves rounding dust of its mean, which must not be blown up to unit variance.
            var deviation = Math.Sqrt(squares[j] / rows);
            squares[j] = deviation > 1e-7 * Math.Abs(means[j]) ? deviation : 0;
        }

        return new Standardiser(isLog, low, high, means, squares);
    }

    // Sums of the columns, or of their squared distances from a centre: parallel over fixed parts that are added in order.
    private static double[] SumsOf(
        ReadOnlyMemory<float> rowMajor, int rows, int columns, bool[] isLog, float[] low, float[] high, double[]? centre, CancellationToken cancellationToken)
    {
        var parts = new double[(rows + PartRows - 1) / PartRows][];
        Parallel.For(0, parts.Length, new ParallelOptions { CancellationToken = cancellationToken }, part =>
        {
            var sums = new double[columns];
            var row = new float[columns];
            var wide = new double[columns];
            var end = Math.Min(rows, (part + 1) * PartRows);
            for (var i = part * PartRows; i < end; i++)
            {
                Standardiser.Prepare(rowMajor.Span.Slice(i * columns, columns), row, isLog);
                TensorPrimitives.Max(row, low, row);
                TensorPrimitives.Min(row, high, row);
                if (centre is null)
                {
                    VectorKernels.AddWide(row, sums);
                    continue;
                }

                TensorPrimitives.ConvertTruncating<float, double>(row, wide);
                TensorPrimitives.Subtract(wide, centre, wide);
                TensorPrimitives.MultiplyAdd(wide, wide, sums, sums);
            }

            parts[part] = sums;
        });
        foreach (var part in parts.AsSpan(1))
        {
            TensorPrimitives.Add(parts[0], part, parts[0]);
        }

        return parts[0];
    }

    // The range is kept as offset and unit, and as the bounds of clipping: the model's form is the same as for z-scores.
    private static Standardiser FitRange(ReadOnlySpan<float> rowMajor, int rows, int columns, bool[] isLog, float[] low, float[] high)
    {
        var smallest = new float[columns];
        var largest = new float[columns];
        var row = new float[columns];
        smallest.AsSpan().Fill(float.MaxValue);
        largest.AsSpan().Fill(float.MinValue);
        for (var i = 0; i < rows; i++)
        {
            Standardiser.Prepare(rowMajor.Slice(i * columns, columns), row, isLog);
            TensorPrimitives.Max(row, low, row);
            TensorPrimitives.Min(row, high, row);
            TensorPrimitives.Min(smallest, row, smallest);
            TensorPrimitives.Max(largest, row, largest);
        }

        var ranges = new double[columns];
        for (var j = 0; j < columns; j++)
        {
            ranges[j] = (double)largest[j] - smallest[j];
        }

        return new Standardiser(isLog, smallest, largest, Array.ConvertAll(smallest, value => (double)value), ranges);
    }

    private static bool[] LogFlags(StandardiserOptions options, int columns)
    {
        OptionGuard.Within(options.WinsorisedShare, 0, 0.25);
        OptionGuard.Within((int)options.Scaling, (int)ColumnScaling.ZScore, (int)ColumnScaling.MinMax);
        var isLog = new bool[columns];
        foreach (var column in options.LogColumns)
        {
            if (column < 0 || column >= columns)
            {
                throw new ArgumentOutOfRangeException(nameof(options), column, $"{nameof(StandardiserOptions.LogColumns)} names column {column} of {columns}.");
            }

            isLog[column] = true;
        }

        return isLog;
    }

    private static void FitBounds(ReadOnlySpan<float> rowMajor, int rows, int columns, bool[] isLog, double share, float[] low, float[] high, CancellationToken cancellationToken)
    {
        var kept = Math.Min(rows, QuantileRows);
        var values = new float[kept];
        var cut = (int)Math.Floor(share * (kept - 1));
        for (var j = 0; j < columns; j++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < kept; i++)
            {
                var source = (int)((long)i * rows / kept);
                values[i] = rowMajor[(source * columns) + j];
            }

            Array.Sort(values);
            var bounds = new[] { values[cut], values[kept - 1 - cut] };
            Standardiser.Prepare(bounds, bounds, [isLog[j], isLog[j]]);
            (low[j], high[j]) = (bounds[0], bounds[1]);
        }
    }
}
