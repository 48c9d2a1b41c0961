using System.Collections.Concurrent;
using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Persistence;
using MarketLoop.Learning.Sequences;

namespace MarketLoop.Learning.Recommending;

/// <summary>One scorer of a blend.</summary>
/// <param name="Scorer">An <see cref="ItemNeighboursModel"/>, a <see cref="SequentialNeighboursModel"/>, a <see cref="HabitScorer"/> or an <see cref="IndexedFactorModel"/>.</param>
/// <param name="Share">How much its standardised scores count, at least 0.</param>
public sealed record BlendPart(ICandidateScorer Scorer, double Share);

/// <summary>
/// The ranking that is served: score(j) = sum over parts of share x s(j) / deviation(s) + share of popularity x pop(j) / deviation(pop). Scorers differ in
/// scale, and one scorer's scale differs between histories; brought to deviation 1 over all items of a question they can be added. For a history without
/// evidence popularity alone ranks, so nobody goes without. Each part has its own weights of the history. Immutable, thread-safe.
/// </summary>
public sealed class LinkBlend
{
    /// <summary>Most personal parts of one blend.</summary>
    public const int MostParts = 16;

    private const string Kind = "LBLN";
    private const ushort FormatVersion = 1;
    private const double Trace = 1e-9; // too small to reorder evidence, enough to rank without any

    private readonly float[] _demand;
    private readonly int[] _byDemand;
    private readonly int[] _order;
    private readonly ConcurrentBag<(SparseScores Own, SparseScores Sum)> _buffers = [];

    /// <summary>Joins fitted models of the same items.</summary>
    /// <param name="parts">At most <see cref="MostParts"/>; none leaves popularity alone.</param>
    /// <param name="popularity">What is in demand.</param>
    /// <param name="popularityShare">Share of popularity, at least 0. 0 leaves it to histories without evidence.</param>
    /// <exception cref="ArgumentException">The models know different numbers of items, or a share is out of range.</exception>
    public LinkBlend(IReadOnlyList<BlendPart> parts, DecayedPopularityModel popularity, double popularityShare)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(popularity);
        OptionGuard.Within(popularityShare, 0, 1e6);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts.Count, MostParts, nameof(parts));
        foreach (var part in parts)
        {
            OptionGuard.Within(part.Share, 0, 1e6);
            if (part.Scorer.Items != popularity.Items)
            {
                throw new ArgumentException($"A part knows {part.Scorer.Items} items, the popularity model {popularity.Items}.", nameof(parts));
            }
        }

        Parts = parts;
        Popularity = popularity;
        PopularityShare = popularityShare;
        _order = [.. Enumerable.Range(0, parts.Count).OrderBy(part => parts[part].Scorer is IndexedFactorModel)]; // stable; those that answer what others name come last
        _demand = new float[popularity.Items];
        var deviation = Deviation(popularity.Popularity);
        var factor = popularityShare > 0 && deviation > 0 ? popularityShare / deviation : popularity.Highest > 0 ? Trace / popularity.Highest : 0;
        TensorPrimitives.Multiply(popularity.Popularity, (float)factor, _demand);
        _byDemand = [.. Enumerable.Range(0, Items)];
        Array.Sort(_byDemand, (a, b) => _demand[a] != _demand[b] ? _demand[b].CompareTo(_demand[a]) : a.CompareTo(b));
    }

    /// <summary>Items known.</summary>
    public int Items => Popularity.Items;

    /// <summary>The personal parts.</summary>
    public IReadOnlyList<BlendPart> Parts { get; }

    /// <summary>The part that is the same for all.</summary>
    public DecayedPopularityModel Popularity { get; }

    /// <summary>Share of popularity.</summary>
    public double PopularityShare { get; }

    /// <summary>
    /// The best items for a history. Only what the history links to, what an index finds and the most popular beside it can be among them, so that is all that is looked at.
    /// O(links of the history x parts + n log n), and a search for each index.
    /// </summary>
    /// <param name="history">Items of the history, oldest first; unseen ones are passed over.</param>
    /// <param name="weights">Parts x history, row-major: each part's weight of each entry.</param>
    /// <param name="destination">Receives the best, best first; its length is n.</param>
    /// <returns>How many were selected: n, or all items when there are fewer.</returns>
    /// <exception cref="ArgumentException">The weights are not parts x history, or one is not finite.</exception>
    public int SelectBest(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<ScoredItem> destination)
    {
        Validate(history, weights);
        var buffers = _buffers.TryTake(out var kept) ? kept : (Own: new SparseScores(Items), Sum: new SparseScores(Items));
        foreach (var part in history.IsEmpty ? [] : _order.AsSpan())
        {
            if (Parts[part].Scorer is IndexedFactorModel)
            {
                Name(_byDemand.AsSpan(0, Math.Min(destination.Length, Items)), buffers.Sum);
            }

            var deviation = Parts[part].Scorer.Gather(history, weights.Slice(part * history.Length, history.Length), buffers.Sum.Touched, buffers.Own);
            var factor = deviation > 0 ? (float)(Parts[part].Share / deviation) : 0;
            foreach (var item in buffers.Own.Touched)
            {
                buffers.Sum.Add(item, factor * buffers.Own[item]);
            }

            buffers.Own.Clear();
        }

        var selector = new TopItemSelector(destination);
        foreach (var item in buffers.Sum.Touched)
        {
            selector.Offer(item, buffers.Sum[item] + _demand[item]);
        }

        var left = destination.Length;
        for (var place = 0; place < _byDemand.Length && left > 0; place++)
        {
            if (!buffers.Sum.IsTouched(_byDemand[place]))
            {
                selector.Offer(_byDemand[place], _demand[_byDemand[place]]);
                left--;
            }
        }

        buffers.Sum.Clear();
        _buffers.Add(buffers);
        return selector.Finish().Length;
    }

    /// <summary>Which entry of a history speaks most for each item, asked of the parts in their order; -1 where none does.</summary>
    /// <param name="history">As for <see cref="SelectBest"/>.</param>
    /// <param name="weights">As for <see cref="SelectBest"/>.</param>
    /// <param name="items">The items to be explained.</param>
    /// <param name="reasons">One for each item; overwritten.</param>
    /// <exception cref="ArgumentException">The weights are not parts x history, or one is not finite; or the buffer does not fit.</exception>
    public void StrongestReasons(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, ReadOnlySpan<int> items, Span<int> reasons)
    {
        Validate(history, weights);
        ScoringDoor.ValidateReasons(items, reasons);
        reasons.Fill(-1);
        Span<int> own = items.Length <= 256 ? stackalloc int[items.Length] : new int[items.Length];
        for (var part = 0; part < Parts.Count && reasons.Contains(-1); part++)
        {
            Parts[part].Scorer.StrongestReasons(history, weights.Slice(part * history.Length, history.Length), items, own);
            for (var i = 0; i < own.Length; i++)
            {
                reasons[i] = reasons[i] < 0 ? own[i] : reasons[i];
            }
        }
    }

    /// <summary>Writes the blend with all its models; the same fits give the same bytes.</summary>
    /// <exception cref="NotSupportedException">A part is of a type without a file format.</exception>
    public void Save(Stream stream)
    {
        using (var writer = new ModelWriter(stream, Kind, FormatVersion))
        {
            writer.Write(Items);
            writer.Write(PopularityShare);
            writer.Write(Parts.Count);
            foreach (var part in Parts)
            {
                writer.Write(part.Share);
                writer.Write((int)CodeOf(part.Scorer));
            }

            writer.Complete();
        }

        foreach (var part in Parts)
        {
            switch (part.Scorer)
            {
                case ItemNeighboursModel links: links.Save(stream); break;
                case SequentialNeighboursModel links: links.Save(stream); break;
                case IndexedFactorModel factors: factors.Save(stream); break;
            }
        }

        Popularity.Save(stream);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole blend of a known version.</exception>
    public static LinkBlend Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var items = reader.ReadCount(0, Array.MaxLength);
        var popularityShare = reader.ReadFiniteDouble();
        var shares = new (double Share, PartCode Code)[reader.ReadCount(0, MostParts)];
        for (var part = 0; part < shares.Length; part++)
        {
            shares[part] = (reader.ReadFiniteDouble(), (PartCode)reader.ReadCount(0, (int)PartCode.Factors));
        }

        reader.Complete();
        reader.Require(popularityShare is >= 0 and <= 1e6 && Array.TrueForAll(shares, part => part.Share is >= 0 and <= 1e6), "a share is out of range");
        BlendPart[] parts = [.. shares.Select(part => new BlendPart(Read(part.Code), part.Share))];
        var popularity = DecayedPopularityModel.Load(stream);
        reader.Require(popularity.Items == items && Array.TrueForAll(parts, part => part.Scorer.Items == items), "its models know different numbers of items");
        return new LinkBlend(parts, popularity, popularityShare);

        ICandidateScorer Read(PartCode code) => code switch
        {
            PartCode.Links => ItemNeighboursModel.Load(stream),
            PartCode.Sequences => SequentialNeighboursModel.Load(stream),
            PartCode.Factors => IndexedFactorModel.Load(stream),
            _ => new HabitScorer(items),
        };
    }

    private static void Name(ReadOnlySpan<int> items, SparseScores sum)
    {
        foreach (var item in items)
        {
            sum.Add(item, 0);
        }
    }

    private static PartCode CodeOf(ICandidateScorer scorer) => scorer switch
    {
        ItemNeighboursModel => PartCode.Links,
        SequentialNeighboursModel => PartCode.Sequences,
        HabitScorer => PartCode.Habits,
        IndexedFactorModel => PartCode.Factors,
        _ => throw new NotSupportedException($"{scorer.GetType().Name} cannot be saved inside a blend."),
    };

    private static double Deviation(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
        {
            return 0;
        }

        var mean = TensorPrimitives.Sum(values) / (double)values.Length;
        return Math.Sqrt(Math.Max(0, (TensorPrimitives.SumOfSquares(values) / (double)values.Length) - (mean * mean)));
    }

    private void Validate(ReadOnlySpan<int> history, ReadOnlySpan<float> weights)
    {
        if (weights.Length != Parts.Count * history.Length)
        {
            throw new ArgumentException($"{weights.Length} weights were given for {Parts.Count} parts x {history.Length} items.", nameof(weights));
        }
    }

    private enum PartCode
    {
        Links,
        Sequences,
        Habits,
        Factors,
    }
}
