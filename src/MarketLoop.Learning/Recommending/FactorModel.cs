using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Recommending;

/// <summary>
/// Factors of items, and the fold-in that finds the factors of any history: nobody needs to have been there when it was fitted. Immutable,
/// thread-safe. 4 k bytes an item.
/// </summary>
public sealed class FactorModel : IItemScorer
{
    private const string Kind = "FACT";
    private const ushort FormatVersion = 1;

    private readonly FactorSide _items;
    private readonly float[] _weightedGram;
    private readonly double[] _mean;
    private readonly double _unobserved;
    private readonly double _regularisation;
    private readonly double _exponent;
    private readonly ScratchPool<AlsRow> _workers;

    internal FactorModel(FactorSide items, double unobserved, double regularisation, double exponent)
    {
        _items = items;
        (_unobserved, _regularisation, _exponent) = (unobserved, regularisation, exponent);
        _weightedGram = items.Gram(CancellationToken.None);
        TensorPrimitives.Multiply(_weightedGram, (float)unobserved, _weightedGram);
        _mean = new double[items.Factors];
        for (var row = 0; row < items.Rows; row++)
        {
            VectorKernels.AddWide(items[row][..items.Factors], _mean);
        }

        TensorPrimitives.Divide(_mean, Math.Max(1, items.Rows), _mean);

        _workers = new ScratchPool<AlsRow>(() => new AlsRow(items.Stride));
    }

    /// <inheritdoc />
    public int Items => _items.Rows;

    /// <summary>Factors k of each item.</summary>
    public int Factors => _items.Factors;

    internal FactorSide Side => _items;

    /// <summary>The same fold-in over other items.</summary>
    internal FactorModel With(FactorSide items) => new(items, _unobserved, _regularisation, _exponent);

    /// <summary>Factors of an item.</summary>
    public ReadOnlySpan<float> FactorsOf(int item) => _items[item][.._items.Factors];

    /// <summary>The factors of a history, such that its inner product with an item's is the item's score. O(n k^2 + k^3).</summary>
    /// <param name="history">As for <see cref="Score"/>.</param>
    /// <param name="weights">As for <see cref="Score"/>; those below 0 count 0.</param>
    /// <param name="factors"><see cref="Factors"/> long; all 0 when nothing of the history is known.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a weight is not finite.</exception>
    public void FoldIn(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> factors)
    {
        ScoringDoor.Validate(history, weights);
        if (factors.Length != Factors)
        {
            throw new ArgumentException($"The buffer holds {factors.Length} factors, the model has {Factors}.", nameof(factors));
        }

        Span<float> padded = stackalloc float[_items.Stride];
        var worker = _workers.Rent();
        Fold(worker, history, weights, padded);
        _workers.Return(worker);
        padded[..Factors].CopyTo(factors);
    }

    /// <summary>Standard deviation over all items of the inner products with a vector, from the items' second moments: q' (G / n) q - (q' mean)^2. O(k^2).</summary>
    internal double Deviation(ReadOnlySpan<float> factors)
    {
        double squares = 0, mean = 0;
        for (var i = 0; i < factors.Length; i++)
        {
            var row = _weightedGram.AsSpan(i * _items.Stride, _items.Stride); // on and above the diagonal
            squares += factors[i] * ((2.0 * TensorPrimitives.Dot<float>(row[i..factors.Length], factors[i..])) - (row[i] * (double)factors[i]));
            mean += factors[i] * _mean[i];
        }

        return Math.Sqrt(Math.Max(0, (squares / (_unobserved * Math.Max(1, Items))) - (mean * mean)));
    }

    /// <summary>Fold-in, then an inner product for each item. O(n k^2 + k^3 + items k).</summary>
    /// <inheritdoc />
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        ScoringDoor.Validate(Items, history, weights, scores);
        Span<float> padded = stackalloc float[_items.Stride];
        var worker = _workers.Rent();
        var isKnown = Fold(worker, history, weights, padded);
        _workers.Return(worker);
        if (!isKnown)
        {
            scores.Clear();
            return;
        }

        InnerProductKernels.DotRows(ref padded[0], ref MemoryMarshal.GetArrayDataReference(_items.Values), _items.Stride, scores);
    }

    /// <summary>The entry with the largest share of the score: c h_i' A^-1 h_j (Hu et al., section 5).</summary>
    /// <inheritdoc />
    public int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item)
    {
        Span<int> reason = stackalloc int[1];
        StrongestReasons(history, weights, [item], reason);
        return reason[0];
    }

    /// <summary>One fold-in for the whole list, and one solution A^-1 h_j for each entry of the history. O(n k^2 + k^3 + items n k).</summary>
    /// <inheritdoc />
    public void StrongestReasons(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, ReadOnlySpan<int> items, Span<int> reasons)
    {
        ScoringDoor.Validate(history, weights);
        ScoringDoor.ValidateReasons(items, reasons);
        reasons.Fill(-1);
        Span<float> padded = stackalloc float[_items.Stride];
        Span<float> strongest = items.Length <= 256 ? stackalloc float[items.Length] : new float[items.Length];
        strongest.Clear();
        var worker = _workers.Rent();
        var isKnown = Fold(worker, history, weights, padded);
        for (var j = 0; j < history.Length && isKnown; j++)
        {
            if ((uint)history[j] >= (uint)Items)
            {
                continue;
            }

            _items[history[j]].CopyTo(padded);
            worker.SolveAgain(padded);
            for (var i = 0; i < items.Length; i++)
            {
                var share = (uint)items[i] >= (uint)Items ? 0 : (weights.IsEmpty ? 1 : weights[j]) * TensorPrimitives.Dot<float>(_items[items[i]], padded);
                (reasons[i], strongest[i]) = share > strongest[i] ? (j, share) : (reasons[i], strongest[i]);
            }
        }

        _workers.Return(worker);
    }

    /// <summary>Writes the model; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Items);
        writer.Write(Factors);
        writer.Write(_unobserved);
        writer.Write(_regularisation);
        writer.Write(_exponent);
        writer.Write<float>(_items.Values);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole factor model of a known version.</exception>
    public static FactorModel Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var rows = reader.ReadCount();
        var factors = reader.ReadCount(1, 1_024);
        var (unobserved, regularisation, exponent) = (reader.ReadFiniteDouble(), reader.ReadFiniteDouble(), reader.ReadFiniteDouble());
        var items = FactorSide.Read(reader, rows, factors);
        reader.Complete();
        reader.Require(unobserved > 0 && regularisation > 0 && exponent is >= 0 and <= 1, "a setting is out of range");
        return new FactorModel(items, unobserved, regularisation, exponent);
    }

    // Known entries only, in the history's order; false when there is none.
    private bool Fold(AlsRow worker, ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> padded)
    {
        var (seen, counts) = worker.Room(history.Length);
        var known = 0;
        for (var i = 0; i < history.Length; i++)
        {
            if ((uint)history[i] < (uint)Items)
            {
                (seen[known], counts[known]) = (history[i], weights.IsEmpty ? 1 : Math.Max(0, weights[i]));
                known++;
            }
        }

        if (known == 0)
        {
            padded.Clear();
            return false;
        }

        var penalty = ImplicitAlsTrainer.Penalty(known, Items, _unobserved, _regularisation, _exponent);
        worker.SolveExactly(_items, _weightedGram, seen.AsSpan(0, known), counts.AsSpan(0, known), penalty, padded);
        return true;
    }
}
