using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Recommending;

/// <summary>
/// An approximate index of items by inner product: a hierarchical navigable small world graph. Each search follows links from item to item towards larger products and
/// looks at a few thousand items of a million. Immutable, thread-safe. (8 M + 5) bytes an item and 2 for each search at once, beside the factors.
/// </summary>
public sealed class HnswIndex : IVectorIndex
{
    private const string Kind = "HNSW";
    private const ushort FormatVersion = 1;
    private const int WidestBeam = 4_096; // a filter that would ask for more is answered by a scan of what it allows

    private readonly HnswGraph _graph;
    private readonly int _width;
    private readonly ScratchPool<HnswBeam> _beams;

    private HnswIndex(HnswGraph graph, int width)
    {
        _graph = graph;
        _width = width;
        _beams = new ScratchPool<HnswBeam>(() => new HnswBeam(graph.Items.Rows));
    }

    /// <inheritdoc />
    public int Items => _graph.Items.Rows;

    /// <inheritdoc />
    public int Factors => _graph.Items.Factors;

    /// <summary>
    /// Builds the index of a model's items; the factors are shared, not copied. About O(items log items) searches of <see cref="HnswOptions.BuildWidth"/>, on all cores; the
    /// bytes do not depend on their number.
    /// </summary>
    /// <param name="model">The model; one without items gives an index that finds nothing.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the build within a few items per worker.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static HnswIndex Build(FactorModel model, HnswOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Build(model.Side, options, cancellationToken);
    }

    /// <summary>Builds the index of any vectors; they are copied.</summary>
    /// <param name="values">Items x factors, row-major, finite.</param>
    /// <param name="factors">Length of a vector, 1..1,024.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the build within a few items per worker.</param>
    /// <exception cref="ArgumentException">The values do not fit rows of that length, one is not finite, or an option is out of range.</exception>
    public static HnswIndex Build(ReadOnlySpan<float> values, int factors, HnswOptions? options = null, CancellationToken cancellationToken = default) =>
        Build(FactorSide.Of(values, factors), options, cancellationToken);

    private static HnswIndex Build(FactorSide items, HnswOptions? options, CancellationToken cancellationToken)
    {
        options ??= new HnswOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        return new HnswIndex(new HnswBuilder(items, options, cancellationToken).Build(), options.SearchWidth);
    }

    /// <summary>Searches with the width of the options. Allocates nothing once as many searches as run at a time were made.</summary>
    /// <inheritdoc />
    public int Search(ReadOnlySpan<float> query, Span<ScoredItem> best, ReadOnlySpan<ulong> allowed = default) => Search(query, best, allowed, _width);

    /// <summary>Searches with another width.</summary>
    /// <param name="query">As for <see cref="IVectorIndex.Search"/>.</param>
    /// <param name="best">As for <see cref="IVectorIndex.Search"/>.</param>
    /// <param name="allowed">As for <see cref="IVectorIndex.Search"/>. The search widens by what it leaves out; where little is left, that is scanned instead.</param>
    /// <param name="width">At least 1; that of <paramref name="best"/> when less. Raising it finds more and takes longer.</param>
    /// <returns>How many were found: all that are wanted, if that many are allowed.</returns>
    /// <exception cref="ArgumentException">A length does not fit, the query is not finite, or the width is below 1.</exception>
    public int Search(ReadOnlySpan<float> query, Span<ScoredItem> best, ReadOnlySpan<ulong> allowed, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        var items = _graph.Items;
        Span<float> padded = stackalloc float[items.Stride];
        VectorQuery.Prepare(items, query, allowed, padded);
        var open = VectorQuery.CountAllowed(allowed, Items);
        if (open == 0 || best.IsEmpty)
        {
            return 0;
        }

        var wide = (long)Math.Max(width, best.Length) * Items / open;
        if (wide >= open || wide > WidestBeam)
        {
            return VectorQuery.Scan(items, padded, best, allowed);
        }

        var selector = new TopItemSelector(best);
        var beam = _beams.Rent();
        beam.Search(_graph, padded, level: 0, beam.Descend(_graph, padded, level: 0), (int)wide);
        for (var i = 0; i < beam.Count; i++)
        {
            var met = beam[i];
            if (VectorQuery.Allows(allowed, met.Item))
            {
                selector.Offer(met.Item, met.Score);
            }
        }

        _beams.Return(beam);
        var found = selector.Finish().Length;

        // What is allowed may lie far from where the query leads.
        return found < Math.Min(best.Length, open) ? VectorQuery.Scan(items, padded, best, allowed) : found;
    }

    /// <summary>Writes the index with its factors; the same build gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Items);
        writer.Write(Factors);
        writer.Write<float>(_graph.Items.Values);
        Write(writer);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole index of a known version.</exception>
    public static HnswIndex Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var index = Read(reader, FactorSide.Read(reader, reader.ReadCount(), reader.ReadCount(1, 1_024)));
        reader.Complete();
        return index;
    }

    /// <summary>Writes the graph without the factors.</summary>
    internal void Write(ModelWriter writer)
    {
        writer.Write(_graph.Links);
        writer.Write(_width);
        writer.Write(_graph.Entry);
        writer.Write<byte>(_graph.Levels);
        writer.Write<int>(_graph.Lowest);
        writer.Write<int>(_graph.Upper);
    }

    /// <summary>Reads the graph of some items.</summary>
    internal static HnswIndex Read(ModelReader reader, FactorSide items)
    {
        var links = reader.ReadCount(2, 256);
        var width = reader.ReadCount(1, 10_000);
        var entry = reader.ReadCount(0, Math.Max(0, items.Rows - 1));
        var levels = reader.ReadArray<byte>(items.Rows);
        var lowest = reader.ReadArray<int>(2L * links * items.Rows);
        var upper = reader.ReadArray<int>(levels.Sum(level => (long)level * links));
        reader.Require(items.Rows == 0 || levels[entry] == levels.Max(), "the entry is not on the highest level");
        var graph = new HnswGraph(items, links, levels) { Entry = entry };
        lowest.CopyTo(graph.Lowest, 0);
        upper.CopyTo(graph.Upper, 0);
        for (var item = 0; item < items.Rows; item++)
        {
            for (var level = 0; level <= levels[item]; level++)
            {
                foreach (var link in graph.LinksOf(item, level))
                {
                    reader.Require(link >= -1 && link < items.Rows && (link < 0 || levels[link] >= level), "a link leads nowhere");
                }
            }
        }

        return new HnswIndex(graph, width);
    }
}
