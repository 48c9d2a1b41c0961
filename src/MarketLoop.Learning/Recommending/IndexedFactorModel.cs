using System.Numerics.Tensors;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Recommending;

/// <summary>
/// A factor model with an index of its items, for catalogues too large to score whole for each request: exact up to <see cref="ExactIndex.SensibleItems"/>, a
/// graph beyond. Immutable, thread-safe. The index shares the model's factors.
/// </summary>
public sealed class IndexedFactorModel : ICandidateScorer
{
    private const string Kind = "FIDX";
    private const ushort FormatVersion = 1;
    private const int Candidates = 256; // what other scorers name is scored as well, so this many need only hold what nobody else thinks of

    private readonly IVectorIndex _index;

    private IndexedFactorModel(FactorModel model, IVectorIndex index)
    {
        Model = model;
        _index = index;
    }

    /// <summary>The model.</summary>
    public FactorModel Model { get; }

    /// <inheritdoc />
    public int Items => Model.Items;

    /// <summary>Whether <see cref="SelectBest"/> misses nothing.</summary>
    public bool IsExact => _index is ExactIndex;

    /// <summary>Makes the index: at once for a small catalogue, else as long as <see cref="HnswIndex.Build(FactorModel, HnswOptions?, CancellationToken)"/> takes.</summary>
    /// <param name="model">The model, of <see cref="ImplicitAlsTrainer"/> or <see cref="BprTrainer"/>.</param>
    /// <param name="options">How the graph is built. Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the build.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static IndexedFactorModel Build(FactorModel model, HnswOptions? options = null, CancellationToken cancellationToken = default) =>
        Build(model, options, ExactIndex.SensibleItems, cancellationToken);

    internal static IndexedFactorModel Build(FactorModel model, HnswOptions? options, int exactUpTo, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new IndexedFactorModel(model, model.Items <= exactUpTo ? ExactIndex.Of(model) : HnswIndex.Build(model, options, cancellationToken));
    }

    /// <inheritdoc />
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores) => Model.Score(history, weights, scores);

    /// <inheritdoc />
    public int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item) => Model.StrongestReason(history, weights, item);

    /// <inheritdoc />
    public void StrongestReasons(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, ReadOnlySpan<int> items, Span<int> reasons) => Model.StrongestReasons(history, weights, items, reasons);

    /// <summary>
    /// The items to which <see cref="Score"/> gives the highest scores above 0, by fold-in and a search: all of them where <see cref="IsExact"/>, to the bit, else nearly all. Ties:
    /// higher score, then lower index. O(n k^2 + k^3) and the search. Allocates nothing.
    /// </summary>
    /// <param name="history">As for <see cref="IItemScorer.Score"/>.</param>
    /// <param name="weights">As for <see cref="IItemScorer.Score"/>.</param>
    /// <param name="destination">Receives the best, best first; its length is how many are wanted. A caller that will leave some out (bought, out of stock) asks for more.</param>
    /// <returns>How many were found: fewer than wanted where fewer have evidence, 0 when nothing of the history is known.</returns>
    /// <exception cref="ArgumentException">The weights are not one for each item of the history, or one is not finite.</exception>
    public int SelectBest(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<ScoredItem> destination)
    {
        Span<float> query = stackalloc float[Model.Factors];
        Model.FoldIn(history, weights, query);
        if (!query.ContainsAnyExcept(0f))
        {
            return 0;
        }

        var found = _index.Search(query, destination);
        while (found > 0 && destination[found - 1].Score <= 0)
        {
            found--;
        }

        return found;
    }

    /// <summary>The best items of the index, and those asked about. O(n k^2 + k^3, the search, and k for each item asked about).</summary>
    /// <inheritdoc />
    public double Gather(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, IReadOnlyList<int> asked, SparseScores scores)
    {
        ScoringDoor.Validate(Items, history, weights, scores);
        ArgumentNullException.ThrowIfNull(asked);
        Span<float> query = stackalloc float[Model.Factors];
        Model.FoldIn(history, weights, query);
        if (!query.ContainsAnyExcept(0f))
        {
            return 0;
        }

        Span<ScoredItem> best = stackalloc ScoredItem[Candidates];
        foreach (var candidate in best[.._index.Search(query, best)])
        {
            scores.Add(candidate.Item, candidate.Score);
        }

        for (var i = 0; i < asked.Count; i++)
        {
            if (!scores.IsTouched(asked[i]))
            {
                scores.Add(asked[i], TensorPrimitives.Dot<float>(query, Model.FactorsOf(asked[i])));
            }
        }

        return Model.Deviation(query);
    }

    /// <summary>Writes the model and the graph, if there is one; the same build gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        Model.Save(stream);
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(IsExact ? 0 : 1);
        (_index as HnswIndex)?.Write(writer);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole model with its index of a known version.</exception>
    public static IndexedFactorModel Load(Stream stream)
    {
        var model = FactorModel.Load(stream);
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var hasGraph = reader.ReadCount(0, 1) == 1;
        IVectorIndex index = hasGraph ? HnswIndex.Read(reader, model.Side) : ExactIndex.Of(model);
        reader.Complete();
        return new IndexedFactorModel(model, index);
    }
}
