using MarketLoop.Learning.Persistence;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Learning.Sequences;

/// <summary>
/// Links between items that learn while they serve: <see cref="Learn"/> takes one act in time of that act only. Thread-safe: writers
/// lock single rows, readers never wait and may see an act half learned for an instant. About 26 bytes a link.
/// </summary>
public sealed class SequentialNeighboursModel : ICandidateScorer, ILinkWalker
{
    private const string Kind = "SEQN";
    private const ushort FormatVersion = 1;
    private const int Locks = 256;
    private const double LeastPopularity = 0.01; // an item that was linked before it was ever learned stays within bounds
    private const double LeastWeight = 1e-6; // entries further back than this cannot reorder floats

    private readonly PairCounts[] _rows;
    private readonly long[] _popularity;
    private readonly double[] _sourceNorms;
    private readonly double[] _norms;
    private readonly double[] _gaps;
    private readonly Lock[] _locks = [.. Enumerable.Range(0, Locks).Select(_ => new Lock())];

    internal SequentialNeighboursModel(int items, SequentialNeighboursOptions options)
    {
        Options = options;
        _rows = new PairCounts[items];
        Array.Fill(_rows, PairCounts.Empty);
        _popularity = new long[items];
        _sourceNorms = new double[items];
        _norms = new double[items];
        for (var item = 0; item < items; item++)
        {
            SetPopularity(item, 0);
        }

        _gaps = [0, .. Enumerable.Range(1, options.Window).Select(gap => Math.Pow(gap, -options.GapDecay))];
    }

    /// <inheritdoc />
    public int Items => _rows.Length;

    /// <summary>How it learns and scores.</summary>
    public SequentialNeighboursOptions Options { get; }

    /// <summary>Links stored over all items. O(items).</summary>
    public long Count => _rows.Sum(row => (long)row.Count);

    /// <summary>Learns that an item came after others. The model is then the same as if it had been fitted with this act. O(window).</summary>
    /// <param name="recent">What the user touched before, newest last; only the last <see cref="SequentialNeighboursOptions.Window"/> count. Items outside 0..Items-1 are passed over.</param>
    /// <param name="recentWeights">Weights of those entries; empty means 1.</param>
    /// <param name="item">What the user touches now, in 0..Items-1.</param>
    /// <param name="weight">How much that counts, at least 0.</param>
    /// <exception cref="ArgumentException">The item is outside, a weight is not finite or below 0, or lengths differ.</exception>
    public void Learn(ReadOnlySpan<int> recent, ReadOnlySpan<float> recentWeights, int item, float weight = 1)
    {
        ScoringDoor.Validate(recent, recentWeights);
        ArgumentOutOfRangeException.ThrowIfNegative(item);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(item, Items);
        if (!float.IsFinite(weight) || weight < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight must be finite and at least 0.");
        }

        CountTouch(item, weight);
        for (var gap = 1; gap <= Math.Min(Options.Window, recent.Length); gap++)
        {
            var earlier = recent[^gap];
            if ((uint)earlier >= (uint)Items || (earlier == item && !Options.LinksItself))
            {
                continue;
            }

            var value = (double)weight * (recentWeights.IsEmpty ? 1 : Math.Max(0, recentWeights[^gap])) * _gaps[gap];
            Link(earlier, item, value * Options.Forward);
            Link(item, earlier, value * Options.Backward);
        }
    }

    /// <summary>score(j) = sum over the history of weight x decay^(steps back) x sim(i to j). O(items + links of the history).</summary>
    /// <inheritdoc />
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores) => LinkScoring.Score(this, history, weights, scores);

    /// <inheritdoc />
    public double Gather(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, IReadOnlyList<int> asked, SparseScores scores) => LinkScoring.Gather(this, history, weights, scores);

    /// <summary>The entry with the largest weight x decay^(steps back) x sim(i to item). O(history).</summary>
    /// <inheritdoc />
    public int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item)
    {
        ScoringDoor.Validate(history, weights);
        var best = -1;
        var strongest = 0.0;
        for (var h = 0; h < history.Length && (uint)item < (uint)Items; h++)
        {
            if ((uint)history[h] >= (uint)Items)
            {
                continue;
            }

            var sum = Volatile.Read(ref _rows[history[h]]).SumOf(item);
            var weight = Math.Pow(Options.HistoryDecay, history.Length - 1 - h) * (weights.IsEmpty ? 1 : weights[h]);
            var strength = sum == 0 ? 0 : weight * Similarity(sum, _sourceNorms[history[h]], item);
            if (strength > strongest)
            {
                (strongest, best) = (strength, h);
            }
        }

        return best;
    }

    /// <summary>Writes the model; equal learning gives equal bytes. Nothing may be learned meanwhile.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Items);
        writer.Write(Options.Window);
        writer.Write(Options.LinksItself);
        foreach (var number in (ReadOnlySpan<double>)
            [Options.Forward, Options.Backward, Options.GapDecay, Options.PopularityDamping, Options.SourceDamping, Options.Shrinkage, Options.HistoryDecay])
        {
            writer.Write(number);
        }

        writer.Write<long>(_popularity);
        foreach (var row in _rows)
        {
            var (items, sums) = row.Sorted();
            writer.Write(items.Length);
            writer.Write<int>(items);
            writer.Write<long>(sums);
        }

        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole model of a known version.</exception>
    public static SequentialNeighboursModel Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var items = reader.ReadCount(0, Array.MaxLength);
        var options = new SequentialNeighboursOptions
        {
            Window = reader.ReadCount(1, 1_000),
            LinksItself = reader.ReadBoolean(),
            Forward = reader.ReadFiniteDouble(),
            Backward = reader.ReadFiniteDouble(),
            GapDecay = reader.ReadFiniteDouble(),
            PopularityDamping = reader.ReadFiniteDouble(),
            SourceDamping = reader.ReadFiniteDouble(),
            Shrinkage = reader.ReadFiniteDouble(),
            HistoryDecay = reader.ReadFiniteDouble(),
        };
        var popularity = reader.ReadArray<long>(items);
        var rows = new (int[] Items, long[] Sums)[items];
        for (var item = 0; item < items; item++)
        {
            var count = reader.ReadCount(0, items);
            rows[item] = (reader.ReadArray<int>(count), reader.ReadArray<long>(count));
        }

        reader.Complete();
        options.Validate(reader);
        var model = new SequentialNeighboursModel(items, options);
        for (var item = 0; item < items; item++)
        {
            reader.Require(popularity[item] >= 0, "a popularity is below 0");
            model.SetPopularity(item, popularity[item]);
            for (var i = 0; i < rows[item].Items.Length; i++)
            {
                reader.Require((uint)rows[item].Items[i] < (uint)items && rows[item].Sums[i] > 0, "a link is not a positive sum of an item");
                model._rows[item] = model._rows[item].Add(rows[item].Items[i], rows[item].Sums[i]);
            }
        }

        return model;
    }

    /// <summary>Learns a whole sequence, oldest first.</summary>
    internal void LearnAll(ReadOnlySpan<int> items, ReadOnlySpan<float> weights)
    {
        for (var i = 0; i < items.Length; i++)
        {
            Learn(items[..i], weights[..i], items[i], weights[i]);
        }
    }

    void ILinkWalker.Walk<TSink>(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, TSink sink)
    {
        var decay = 1.0;
        for (var h = history.Length - 1; h >= 0 && decay > LeastWeight; h--, decay *= Options.HistoryDecay)
        {
            if ((uint)history[h] >= (uint)Items)
            {
                continue;
            }

            var row = Volatile.Read(ref _rows[history[h]]);
            var weight = decay * (weights.IsEmpty ? 1 : weights[h]);
            var norm = _sourceNorms[history[h]];
            var count = row.Count;
            for (var entry = 0; entry < count; entry++)
            {
                var (item, sum) = row.At(entry);
                sink.Add(item, (float)(weight * Similarity(sum, norm, item)));
            }
        }
    }

    private double Similarity(long sum, double sourceNorm, int item) => sum / (PairCounts.One * ((sourceNorm * _norms[item]) + Options.Shrinkage));

    private void CountTouch(int item, double weight)
    {
        lock (_locks[item % Locks])
        {
            SetPopularity(item, PairCounts.Plus(_popularity[item], PairCounts.ToFixed(weight * weight)));
        }
    }

    private void SetPopularity(int item, long popularity)
    {
        _popularity[item] = popularity;
        var count = Math.Max(popularity / PairCounts.One, LeastPopularity);
        _sourceNorms[item] = Math.Pow(count, Options.SourceDamping);
        _norms[item] = Math.Pow(count, Options.PopularityDamping);
    }

    private void Link(int from, int to, double value)
    {
        var units = PairCounts.ToFixed(value);
        if (units == 0)
        {
            return;
        }

        lock (_locks[from % Locks])
        {
            Volatile.Write(ref _rows[from], _rows[from].Add(to, units));
        }
    }
}
