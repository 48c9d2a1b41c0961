using System.Collections.Concurrent;
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
    private readonly int[] _byPopularity;
    private readonly ConcurrentBag<float[]> _zeroed = [];

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

        _byPopularity = new int[popularity.Items];
        for (var item = 0; item < _byPopularity.Length; item++)
        {
            _byPopularity[item] = item;
        }

        Array.Sort(_byPopularity, (a, b) => _weightedPopularity[a] != _weightedPopularity[b] ? _weightedPopularity[b].CompareTo(_weightedPopularity[a]) : a.CompareTo(b));
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

    /// <summary>
    /// The best items of <see cref="Score"/> without scoring all: only what the history links to, and the most popular beside it, can be among them.
    /// The same items, scores and order, to the bit. O(links of the history + n log n).
    /// </summary>
    /// <param name="history">Items of the history; unseen ones are passed over.</param>
    /// <param name="weights">A weight each; empty means 1.</param>
    /// <param name="destination">Receives the best, best first; its length is n.</param>
    /// <returns>How many were selected; -1 when the preference model has no links to follow, and all items must be scored.</returns>
    /// <exception cref="ArgumentException">The weights are not one for each item of the history.</exception>
    public int SelectBest(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<ScoredItem> destination)
    {
        if (Preference is not ItemNeighboursModel links)
        {
            return -1;
        }

        ScoringDoor.Validate(history, weights);
        var scores = _zeroed.TryTake(out var kept) ? kept : new float[Items];
        List<int> linked = [];
        Gather(links, history, weights, scores, linked);
        var selector = new TopItemSelector(destination);
        var highest = 0f;
        foreach (var item in linked)
        {
            highest = Math.Max(highest, scores[item]);
        }

        if (highest > 0)
        {
            foreach (var item in linked)
            {
                // An item whose links cancelled on the way stands here twice, and is offered once.
                if (scores[item] != 0 && !float.IsNaN(scores[item]))
                {
                    selector.Offer(item, (scores[item] * (1 / highest)) + _weightedPopularity[item]);
                    scores[item] = float.NaN;
                }
            }
        }

        var left = destination.Length;
        for (var place = 0; place < _byPopularity.Length && left > 0; place++)
        {
            var item = _byPopularity[place];
            if (highest <= 0 || scores[item] == 0)
            {
                selector.Offer(item, _weightedPopularity[item]);
                left--;
            }
        }

        foreach (var item in linked)
        {
            scores[item] = 0;
        }

        _zeroed.Add(scores);
        return selector.Finish().Length;
    }

    /// <inheritdoc />
    public int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item) => Preference.StrongestReason(history, weights, item);

    // Sums in the order of the dense scoring.
    private static void Gather(ItemNeighboursModel links, ReadOnlySpan<int> history, ReadOnlySpan<float> weights, float[] scores, List<int> linked)
    {
        for (var h = 0; h < history.Length; h++)
        {
            if ((uint)history[h] >= (uint)links.Items)
            {
                continue;
            }

            var weight = weights.IsEmpty ? 1 : weights[h];
            var neighbours = links.NeighboursOf(history[h]);
            var similarities = links.SimilaritiesOf(history[h]);
            for (var i = 0; i < neighbours.Length; i++)
            {
                if (scores[neighbours[i]] == 0)
                {
                    linked.Add(neighbours[i]);
                }

                scores[neighbours[i]] += weight * similarities[i];
            }
        }
    }

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
