using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Recommending;

/// <summary>
/// Personal preference plus a share of what is in demand now: score(j) = p(j) / max p + w pop(j) / max pop. For a history without
/// evidence the first part is 0 and popularity alone ranks, so nobody goes without recommendations. Immutable, thread-safe.
/// </summary>
public sealed class PreferenceBlend : IItemScorer
{
    private const string Kind = "BLND";
    private const ushort FormatVersion = 1;
    private const int NeighboursCode = 0;

    private readonly float[] _weightedPopularity;

    /// <summary>Joins two fitted models of the same items.</summary>
    /// <param name="preference">Scores from the customer's own history: an <see cref="ItemNeighboursModel"/> of <see cref="ItemNeighboursTrainer"/> or <see cref="EaseTrainer"/>.</param>
    /// <param name="popularity">What is in demand.</param>
    /// <param name="popularityWeight">w, at least 0. Raising it makes recommendations more alike for all. 0 leaves popularity to histories without evidence.</param>
    /// <exception cref="ArgumentException">The models know different numbers of items, or the weight is out of range.</exception>
    public PreferenceBlend(IItemScorer preference, DecayedPopularityModel popularity, double popularityWeight = 0.1)
    {
        ArgumentNullException.ThrowIfNull(preference);
        ArgumentNullException.ThrowIfNull(popularity);
        OptionGuard.Within(popularityWeight, 0, 1e6);
        if (preference.Items != popularity.Items)
        {
            throw new ArgumentException($"The preference model knows {preference.Items} items, the popularity model {popularity.Items}.", nameof(popularity));
        }

        Preference = preference;
        Popularity = popularity;
        PopularityWeight = popularityWeight;
        _weightedPopularity = new float[popularity.Items];
        if (popularity.Highest > 0)
        {
            // With w = 0 a trace is kept: too small to reorder evidence (float scores in 0..1 differ by more), enough to rank without any.
            TensorPrimitives.Multiply(popularity.Popularity, (float)(Math.Max(popularityWeight, 1e-9) / popularity.Highest), _weightedPopularity);
        }
    }

    /// <inheritdoc />
    public int Items => Popularity.Items;

    /// <summary>The personal part.</summary>
    public IItemScorer Preference { get; }

    /// <summary>The part that is the same for all.</summary>
    public DecayedPopularityModel Popularity { get; }

    /// <summary>w.</summary>
    public double PopularityWeight { get; }

    /// <summary>Scores in 0..1 + w (below 0 only where the preference model scores below 0). O(items + the preference model).</summary>
    /// <inheritdoc />
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        Preference.Score(history, weights, scores);
        if (scores.IsEmpty)
        {
            return;
        }

        var highest = TensorPrimitives.Max<float>(scores);
        if (highest > 0)
        {
            TensorPrimitives.Multiply(scores, 1 / highest, scores);
            TensorPrimitives.Add(scores, _weightedPopularity, scores);
        }
        else
        {
            _weightedPopularity.CopyTo(scores);
        }
    }

    /// <inheritdoc />
    public int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item) => Preference.StrongestReason(history, weights, item);

    /// <summary>Writes the blend with both its models; the same fits give the same bytes.</summary>
    /// <exception cref="NotSupportedException">The preference model is of a type without a file format.</exception>
    public void Save(Stream stream)
    {
        if (Preference is not ItemNeighboursModel neighbours)
        {
            throw new NotSupportedException($"{Preference.GetType().Name} cannot be saved inside a blend.");
        }

        using (var writer = new ModelWriter(stream, Kind, FormatVersion))
        {
            writer.Write(NeighboursCode);
            writer.Write(PopularityWeight);
            writer.Complete();
        }

        neighbours.Save(stream);
        Popularity.Save(stream);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole blend of a known version.</exception>
    public static PreferenceBlend Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        _ = reader.ReadCount(NeighboursCode, NeighboursCode);
        var weight = reader.ReadFiniteDouble();
        reader.Complete();
        reader.Require(weight is >= 0 and <= 1e6, "the popularity weight is out of range");
        var preference = ItemNeighboursModel.Load(stream);
        var popularity = DecayedPopularityModel.Load(stream);
        reader.Require(preference.Items == popularity.Items, "its two models know different numbers of items");
        return new PreferenceBlend(preference, popularity, weight);
    }
}
