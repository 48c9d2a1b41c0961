using System.Buffers;
using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Classification;

/// <summary>A fitted logistic regression together with the preparation of its columns. Immutable, thread-safe.</summary>
public sealed class LogisticRegressionModel
{
    private const string Kind = "LOGR";
    private const ushort FormatVersion = 1;
    private const int StackColumns = 128;

    private readonly double[] _coefficients;

    internal LogisticRegressionModel(Standardiser preparation, double[] coefficients, ConvergenceReport convergence)
    {
        Preparation = preparation;
        _coefficients = coefficients;
        Convergence = convergence;
    }

    /// <summary>Columns of a row.</summary>
    public int Columns => Preparation.Columns;

    /// <summary>What happens to a row before the coefficients meet it.</summary>
    public Standardiser Preparation { get; }

    /// <summary>Log-odds of a row at the mean of every column.</summary>
    public double Intercept => _coefficients[0];

    /// <summary>Change of the log-odds per standard deviation of each (prepared) column; comparable with one another.</summary>
    public ReadOnlySpan<double> Coefficients => _coefficients.AsSpan(1);

    /// <summary>How the fit went.</summary>
    public ConvergenceReport Convergence { get; }

    /// <summary>Probability (0..1) of a positive for one row. O(d); allocates nothing.</summary>
    /// <exception cref="ArgumentException">The row has another length or holds a value that is not finite.</exception>
    public double Predict(ReadOnlySpan<float> row)
    {
        var logOdds = LogOdds(row);
        return logOdds >= 0 ? 1 / (1 + Math.Exp(-logOdds)) : Math.Exp(logOdds) / (1 + Math.Exp(logOdds));
    }

    /// <summary>What each column adds to the log-odds of one row: its coefficient times how far it lies from the mean. They sum with <see cref="Intercept"/> to <see cref="LogOdds"/>. O(d).</summary>
    /// <param name="row">One row of <see cref="Columns"/> values.</param>
    /// <param name="contributions"><see cref="Columns"/> values are written.</param>
    /// <exception cref="ArgumentException">A length does not fit or a value is not finite.</exception>
    public void Contributions(ReadOnlySpan<float> row, Span<double> contributions)
    {
        ThrowIfOtherLength(row);
        if (contributions.Length != Columns)
        {
            throw new ArgumentException($"{contributions.Length} contributions do not fit {Columns} columns.", nameof(contributions));
        }

        var prepared = new float[Columns];
        Preparation.Transform(row, prepared);
        for (var j = 0; j < prepared.Length; j++)
        {
            contributions[j] = _coefficients[j + 1] * prepared[j];
        }
    }

    /// <summary>Log-odds of a positive for one row. O(d); allocates nothing.</summary>
    /// <exception cref="ArgumentException">The row has another length or holds a value that is not finite.</exception>
    public double LogOdds(ReadOnlySpan<float> row)
    {
        ThrowIfOtherLength(row);
        float[]? rented = null;
        var prepared = Columns <= StackColumns ? stackalloc float[Columns] : (rented = ArrayPool<float>.Shared.Rent(Columns)).AsSpan(0, Columns);
        try
        {
            Preparation.Transform(row, prepared);
            var sum = Intercept;
            for (var j = 0; j < prepared.Length; j++)
            {
                sum += _coefficients[j + 1] * prepared[j];
            }

            return sum;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<float>.Shared.Return(rented);
            }
        }
    }

    /// <summary>Probabilities of many rows. O(n d).</summary>
    /// <param name="rowMajor">n rows of <see cref="Columns"/> values.</param>
    /// <param name="probabilities">n probabilities are written.</param>
    /// <exception cref="ArgumentException">Lengths do not fit or a value is not finite.</exception>
    public void PredictAll(ReadOnlySpan<float> rowMajor, Span<double> probabilities)
    {
        if ((long)probabilities.Length * Columns != rowMajor.Length)
        {
            throw new ArgumentException($"{rowMajor.Length} values are not {probabilities.Length} rows of {Columns} columns.", nameof(rowMajor));
        }

        for (var i = 0; i < probabilities.Length; i++)
        {
            probabilities[i] = Predict(rowMajor.Slice(i * Columns, Columns));
        }
    }

    /// <summary>Writes the model with its preparation; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using (var writer = new ModelWriter(stream, Kind, FormatVersion))
        {
            writer.Write(Columns);
            writer.Write(Convergence.HasConverged);
            writer.Write(Convergence.Iterations);
            writer.Write(Convergence.GradientNorm);
            writer.Write(Convergence.Objective);
            writer.Write(Convergence.IsSeparated);
            writer.Write(Convergence.HasOneClass);
            writer.Write<double>(_coefficients);
            writer.Complete();
        }

        Preparation.Save(stream);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole logistic regression of a known version.</exception>
    public static LogisticRegressionModel Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var columns = reader.ReadCount(1, int.MaxValue - 1);
        var convergence = new ConvergenceReport(
            reader.ReadBoolean(), reader.ReadCount(), reader.ReadFiniteDouble(), reader.ReadFiniteDouble(), reader.ReadBoolean(), reader.ReadBoolean());
        var coefficients = reader.ReadArray<double>(columns + 1L);
        reader.Complete();
        reader.Require(TensorPrimitives.IsFiniteAll<double>(coefficients), "a coefficient is not finite");
        var preparation = Standardiser.Load(stream);
        reader.Require(preparation.Columns == columns, "its preparation has another number of columns");
        return new LogisticRegressionModel(preparation, coefficients, convergence);
    }

    private void ThrowIfOtherLength(ReadOnlySpan<float> row)
    {
        if (row.Length != Columns)
        {
            throw new ArgumentException($"The row has {row.Length} values, the model {Columns} columns.", nameof(row));
        }
    }
}
