namespace MarketLoop.Learning.Recommending;

/// <summary>
/// The inner product of every item, and the best of them: nothing is missed and nothing has to be built. A model's factors are shared, not copied. Immutable, thread-safe.
/// </summary>
public sealed class ExactIndex : IVectorIndex
{
    /// <summary>
    /// Up to this many items the scan is the better choice: it answers in a fifth of a millisecond or less, as long as the fold-in before it takes, misses nothing and needs no build.
    /// The graph is quicker from some 12,000 items of 64 factors on (docs/algorithms/vector-search.md).
    /// </summary>
    public const int SensibleItems = 20_000;

    private const int Group = 32;

    private readonly FactorSide _items;

    private ExactIndex(FactorSide items) => _items = items;

    /// <summary>An index of a model's items.</summary>
    public static ExactIndex Of(FactorModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new ExactIndex(model.Side);
    }

    /// <summary>An index of any vectors; they are copied.</summary>
    /// <param name="values">Items x factors, row-major, finite.</param>
    /// <param name="factors">Length of a vector, 1..1,024.</param>
    /// <exception cref="ArgumentException">The values do not fit rows of that length, or one is not finite.</exception>
    public static ExactIndex Of(ReadOnlySpan<float> values, int factors) => new(FactorSide.Of(values, factors));

    /// <inheritdoc />
    public int Items => _items.Rows;

    /// <inheritdoc />
    public int Factors => _items.Factors;

    /// <summary>O(items x factors), bound by the speed of the memory from some ten thousand items on. Allocates nothing.</summary>
    /// <inheritdoc />
    public int Search(ReadOnlySpan<float> query, Span<ScoredItem> best, ReadOnlySpan<ulong> allowed = default)
    {
        Span<float> padded = stackalloc float[_items.Stride];
        VectorQuery.Prepare(_items, query, allowed, padded);
        return VectorQuery.Scan(_items, padded, best, allowed);
    }

    /// <summary>
    /// The best items of many queries, on all cores. A block of items is read from memory once for 32 queries; each answer is what <see cref="Search"/>
    /// would give, to the bit.
    /// </summary>
    /// <param name="queries">Queries x <see cref="Factors"/>, row-major, finite.</param>
    /// <param name="wanted">How many for each, at least 1.</param>
    /// <param name="cancellationToken">Stops within a block.</param>
    /// <returns>For each query its items, best first.</returns>
    /// <exception cref="ArgumentException">The numbers do not fit rows of factors, or one is not finite.</exception>
    public ScoredItem[][] SearchMany(ReadOnlySpan<float> queries, int wanted, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(wanted);
        var padded = FactorSide.Of(queries, Factors);
        var answers = new ScoredItem[padded.Rows][];
        Parallel.For(0, (padded.Rows + Group - 1) / Group, new ParallelOptions { CancellationToken = cancellationToken }, group =>
        {
            var from = group * Group;
            Answer(padded, from, answers.AsSpan(from, Math.Min(Group, padded.Rows - from)), Math.Min(wanted, Items), cancellationToken);
        });
        return answers;
    }

    private void Answer(FactorSide queries, int from, Span<ScoredItem[]> answers, int wanted, CancellationToken cancellationToken)
    {
        Span<int> counts = stackalloc int[Group];
        Span<float> products = stackalloc float[VectorQuery.Block];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = new ScoredItem[wanted];
        }

        for (var first = 0; first < Items; first += VectorQuery.Block)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < answers.Length; i++)
            {
                var selector = new TopItemSelector(answers[i], counts[i]);
                VectorQuery.ScanBlock(_items, queries[from + i], first, products, ref selector);
                counts[i] = selector.Count;
            }
        }

        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = new TopItemSelector(answers[i], counts[i]).Finish().ToArray();
        }
    }
}
