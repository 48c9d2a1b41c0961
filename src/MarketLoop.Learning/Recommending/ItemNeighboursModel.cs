using System.Numerics.Tensors;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Recommending;

/// <summary>Fitted neighbours of each item, strongest first, in compressed rows. Immutable, thread-safe. 8 bytes a neighbour.</summary>
public sealed class ItemNeighboursModel : ICandidateScorer, ILinkWalker
{
    internal const string Kind = "INBR";
    private const ushort FormatVersion = 1;

    private readonly int[] _starts;
    private readonly int[] _neighbours;
    private readonly float[] _similarities;

    private ItemNeighboursModel(int[] starts, int[] neighbours, float[] similarities)
    {
        _starts = starts;
        _neighbours = neighbours;
        _similarities = similarities;
    }

    /// <inheritdoc />
    public int Items => _starts.Length - 1;

    /// <summary>Neighbours stored over all items.</summary>
    public int Count => _neighbours.Length;

    /// <summary>Neighbours of an item, strongest first; empty for an item never seen with another.</summary>
    public ReadOnlySpan<int> NeighboursOf(int item) => _neighbours.AsSpan(_starts[item].._starts[item + 1]);

    /// <summary>Similarities of those neighbours, in the same order.</summary>
    public ReadOnlySpan<float> SimilaritiesOf(int item) => _similarities.AsSpan(_starts[item].._starts[item + 1]);

    /// <summary>score(j) = sum over the history of weight(i) sim(i to j). O(items + history x neighbours).</summary>
    /// <inheritdoc />
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores) => LinkScoring.Score(this, history, weights, scores);

    /// <inheritdoc />
    public double Gather(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, IReadOnlyList<int> asked, SparseScores scores) => LinkScoring.Gather(this, history, weights, scores);

    /// <summary>The entry with the largest weight(i) sim(i to item). O(history x neighbours).</summary>
    /// <inheritdoc />
    public int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item)
    {
        ScoringDoor.Validate(history, weights);
        var best = -1;
        var strongest = 0f;
        for (var h = 0; h < history.Length; h++)
        {
            if ((uint)history[h] >= (uint)Items)
            {
                continue;
            }

            var place = NeighboursOf(history[h]).IndexOf(item);
            if (place < 0)
            {
                continue;
            }

            var strength = (weights.IsEmpty ? 1 : weights[h]) * SimilaritiesOf(history[h])[place];
            if (strength > strongest)
            {
                strongest = strength;
                best = h;
            }
        }

        return best;
    }

    /// <summary>Writes the model; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Items);
        writer.Write<int>(_starts);
        writer.Write<int>(_neighbours);
        writer.Write<float>(_similarities);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole neighbour model of a known version.</exception>
    public static ItemNeighboursModel Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var items = reader.ReadCount(0, int.MaxValue - 1);
        var starts = reader.ReadArray<int>(items + 1L);
        reader.Require(starts[0] == 0, "the first row does not start at 0");
        for (var i = 0; i < items; i++)
        {
            reader.Require(starts[i] <= starts[i + 1], "rows do not ascend");
        }

        var neighbours = reader.ReadArray<int>(starts[items]);
        var similarities = reader.ReadArray<float>(starts[items]);
        reader.Complete();
        foreach (var neighbour in neighbours)
        {
            reader.Require((uint)neighbour < (uint)items, "a neighbour is not an item");
        }

        reader.Require(similarities.Length == 0 || TensorPrimitives.IsFiniteAll<float>(similarities), "a similarity is not finite");
        return new ItemNeighboursModel(starts, neighbours, similarities);
    }

    void ILinkWalker.Walk<TSink>(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, TSink sink)
    {
        for (var h = 0; h < history.Length; h++)
        {
            if ((uint)history[h] >= (uint)Items)
            {
                continue;
            }

            var weight = weights.IsEmpty ? 1 : weights[h];
            var neighbours = NeighboursOf(history[h]);
            var similarities = SimilaritiesOf(history[h]);
            for (var i = 0; i < neighbours.Length; i++)
            {
                sink.Add(neighbours[i], weight * similarities[i]);
            }
        }
    }

    internal static ItemNeighboursModel Of(ScoredItem[][] rows)
    {
        var starts = new int[rows.Length + 1];
        for (var i = 0; i < rows.Length; i++)
        {
            starts[i + 1] = checked(starts[i] + rows[i].Length);
        }

        var neighbours = new int[starts[^1]];
        var similarities = new float[starts[^1]];
        for (var i = 0; i < rows.Length; i++)
        {
            for (var k = 0; k < rows[i].Length; k++)
            {
                neighbours[starts[i] + k] = rows[i][k].Item;
                similarities[starts[i] + k] = rows[i][k].Score;
            }
        }

        return new ItemNeighboursModel(starts, neighbours, similarities);
    }
}
