using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Recommending;

/// <summary>How popularity is counted.</summary>
public sealed record DecayedPopularityOptions
{
    /// <summary>Days after which an interaction counts half, above 0. Default 14. Infinity counts all alike; lowering it follows fashions faster.</summary>
    public double HalfLifeDays { get; init; } = 14;

    /// <summary>What a weight counts for. Default <see cref="WeightScale.Binary"/>: each user and item (or each event) once.</summary>
    public WeightScale Scale { get; init; } = WeightScale.Binary;

    /// <summary>Day from which ages are counted; null (default) means the latest seen.</summary>
    public double? AsOfDay { get; init; }
}

/// <summary>Popularity with exponential forgetting: pop(j) = sum of value x 2^(-age / half-life).</summary>
public static class DecayedPopularityTrainer
{
    /// <summary>Counts each cell of a matrix once, at its last day. O(cells).</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static DecayedPopularityModel Fit(InteractionMatrix matrix, DecayedPopularityOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        options ??= new DecayedPopularityOptions();
        CellWeighting.Validate(options.Scale, options.HalfLifeDays, userDamping: 0);
        cancellationToken.ThrowIfCancellationRequested();
        var valued = CellWeighting.Apply(matrix, options.Scale, options.HalfLifeDays, userDamping: 0, options.AsOfDay);
        return Sum(valued.AllItems, valued.AllWeights, matrix.Items);
    }

    /// <summary>Counts every event at its own day, so that buying again counts again. O(events).</summary>
    /// <param name="items">Item of each event, in 0..<paramref name="itemCount"/>-1.</param>
    /// <param name="weights">Weight of each event, finite and at least 0; empty means 1.</param>
    /// <param name="days">Day of each event, finite.</param>
    /// <param name="itemCount">Items of the model.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit.</param>
    /// <exception cref="ArgumentException">Lengths differ, an item is outside, a number is not finite, or an option is out of range.</exception>
    public static DecayedPopularityModel Fit(
        ReadOnlySpan<int> items, ReadOnlySpan<float> weights, ReadOnlySpan<double> days, int itemCount,
        DecayedPopularityOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(itemCount);
        if (days.Length != items.Length || (weights.Length != 0 && weights.Length != items.Length))
        {
            throw new ArgumentException($"{items.Length} items, {weights.Length} weights and {days.Length} days do not fit together.", nameof(items));
        }

        options ??= new DecayedPopularityOptions();
        CellWeighting.Validate(options.Scale, options.HalfLifeDays, userDamping: 0);
        cancellationToken.ThrowIfCancellationRequested();
        if ((!days.IsEmpty && !TensorPrimitives.IsFiniteAll(days)) || (!weights.IsEmpty && !TensorPrimitives.IsFiniteAll(weights)))
        {
            throw new ArgumentException("A weight or a day is not finite.", nameof(weights));
        }

        var asOf = options.AsOfDay ?? (days.IsEmpty ? 0 : TensorPrimitives.Max(days));
        var sums = new double[itemCount];
        for (var i = 0; i < items.Length; i++)
        {
            if ((uint)items[i] >= (uint)itemCount)
            {
                throw new ArgumentOutOfRangeException(nameof(items), items[i], $"Event {i} names item {items[i]} of {itemCount}.");
            }

            var value = CellWeighting.ValueOf(weights.IsEmpty ? 1 : weights[i], options.Scale);
            sums[items[i]] += value * CellWeighting.Decay(asOf - days[i], options.HalfLifeDays);
        }

        return new DecayedPopularityModel(Array.ConvertAll(sums, sum => (float)sum));
    }

    private static DecayedPopularityModel Sum(ReadOnlySpan<int> items, ReadOnlySpan<float> values, int count)
    {
        var sums = new double[count];
        for (var i = 0; i < items.Length; i++)
        {
            sums[items[i]] += values[i];
        }

        return new DecayedPopularityModel(Array.ConvertAll(sums, sum => (float)sum));
    }
}

/// <summary>Popularity of each item at the moment of the fit. Immutable, thread-safe.</summary>
public sealed class DecayedPopularityModel : IItemScorer
{
    internal const string Kind = "DPOP";
    private const ushort FormatVersion = 1;

    private readonly float[] _popularity;

    internal DecayedPopularityModel(float[] popularity)
    {
        _popularity = popularity;
        Highest = popularity.Length == 0 ? 0 : TensorPrimitives.Max<float>(popularity);
    }

    /// <inheritdoc />
    public int Items => _popularity.Length;

    /// <summary>Popularity of the most popular item; 0 when nothing was seen.</summary>
    public float Highest { get; }

    /// <summary>Popularity of each item.</summary>
    public ReadOnlySpan<float> Popularity => _popularity;

    /// <summary>The same scores for every history. O(items).</summary>
    /// <inheritdoc />
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        ScoringDoor.Validate(Items, history, weights, scores);
        _popularity.CopyTo(scores);
    }

    /// <summary>Always -1: popularity has nothing to do with a history.</summary>
    /// <inheritdoc />
    public int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item)
    {
        ScoringDoor.Validate(history, weights);
        return -1;
    }

    /// <summary>Writes the model; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Items);
        writer.Write<float>(_popularity);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole popularity model of a known version.</exception>
    public static DecayedPopularityModel Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var popularity = reader.ReadArray<float>(reader.ReadCount());
        reader.Complete();
        reader.Require(popularity.Length == 0 || TensorPrimitives.IsFiniteAll<float>(popularity), "a popularity is not finite");
        return new DecayedPopularityModel(popularity);
    }
}
