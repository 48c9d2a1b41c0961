namespace MarketLoop.Learning.Recommending;

/// <summary>Finds the items whose factors have the largest inner product with a query: <see cref="ExactIndex"/> all of them, <see cref="HnswIndex"/> nearly all, much faster. Immutable, thread-safe.</summary>
public interface IVectorIndex
{
    /// <summary>Items that may be found: 0..Items-1.</summary>
    int Items { get; }

    /// <summary>Length of a query.</summary>
    int Factors { get; }

    /// <summary>Finds the best items. Ties: higher product, then lower index.</summary>
    /// <param name="query"><see cref="Factors"/> finite numbers, such as <see cref="FactorModel.FoldIn"/> writes.</param>
    /// <param name="best">Receives them, best first; its length is how many are wanted.</param>
    /// <param name="allowed">A bit for each item, item i in bit i % 64 of word i / 64: only those set may be found. Empty allows all.</param>
    /// <returns>How many were found: all that are wanted, if that many are allowed.</returns>
    /// <exception cref="ArgumentException">A length does not fit, or the query is not finite.</exception>
    int Search(ReadOnlySpan<float> query, Span<ScoredItem> best, ReadOnlySpan<ulong> allowed = default);
}
