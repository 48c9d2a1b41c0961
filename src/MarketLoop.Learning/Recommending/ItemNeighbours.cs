using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>How item neighbours are learned.</summary>
public sealed record ItemNeighboursOptions
{
    /// <summary>How likeness is measured. Default <see cref="Similarity.Cosine"/>.</summary>
    public Similarity Similarity { get; init; } = Similarity.Cosine;

    /// <summary>Neighbours kept for each item, at least 1. Default 100. Raising it costs memory and lets weak links outvote strong ones.</summary>
    public int Neighbours { get; init; } = 100;

    /// <summary>
    /// Added to the divisor of cosine and Jaccard, at least 0. Default 0.3. Raising it distrusts pairs seen together only a few times. Measured against
    /// damped norms: with <see cref="UserDamping"/> 0 norms are counts of users, and 3 to 10 is the like.
    /// </summary>
    public double Shrinkage { get; init; } = 0.3;

    /// <summary>
    /// Exponent on the recommended item's norm, 0..1, of which the other item gets the rest. 0.5 is cosine. Default 0.6.
    /// Raising it pushes popular items down, lowering it lets them through. Cosine only.
    /// </summary>
    public double PopularityDamping { get; init; } = 0.6;

    /// <summary>A pair in a user's basket of n items counts n^-damping, 0..2. Default 1. Raising it makes users who take everything say less.</summary>
    public double UserDamping { get; init; } = 1;

    /// <summary>BM25's k, at least 0. Default 100. Lowering it makes repeated or heavy interactions count less.</summary>
    public double Bm25Saturation { get; init; } = Bm25.DefaultSaturation;

    /// <summary>BM25's b, 0..1. Default 0.8. Raising it pushes popular items down.</summary>
    public double Bm25LengthShare { get; init; } = Bm25.DefaultLengthShare;

    /// <summary>What a cell counts for. Default <see cref="WeightScale.Binary"/>.</summary>
    public WeightScale Scale { get; init; } = WeightScale.Binary;

    /// <summary>Half-life of a cell in days, above 0. Default infinity (no decay). Lowering it forgets faster.</summary>
    public double HalfLifeDays { get; init; } = double.PositiveInfinity;

    /// <summary>Day from which ages are counted; null (default) means the matrix's latest.</summary>
    public double? AsOfDay { get; init; }

    internal void Validate()
    {
        OptionGuard.Within((int)Similarity, 0, 2);
        OptionGuard.Within(Bm25Saturation, 0, 1e9);
        OptionGuard.Within(Bm25LengthShare, 0, 1);
        OptionGuard.Within(Neighbours, 1, int.MaxValue);
        OptionGuard.Within(Shrinkage, 0, double.MaxValue);
        OptionGuard.Within(PopularityDamping, 0, 1);
        CellWeighting.Validate(Scale, HalfLifeDays, UserDamping);
    }
}

/// <summary>
/// Item-to-item collaborative filtering. With x the weighted cells and n_i = sum_u x_ui^2,
/// sim(i to j) = sum_u x_ui x_uj / (n_i^(1-a) n_j^a + shrinkage), a being the popularity damping; or Jaccard's or BM25's in its place.
/// Sources: Sarwar et al., WWW 2001; Deshpande and Karypis, ACM TOIS 22, 2004 (damping exponent); Bell and Koren, 2007 (shrinkage).
/// </summary>
public static class ItemNeighboursTrainer
{
    /// <summary>
    /// Fits neighbours. O(sum of squared row lengths), parallel over items; each similarity is summed in ascending users by one
    /// worker, so the bytes do not depend on the number of threads.
    /// </summary>
    /// <param name="matrix">Users x items; empty gives a model without neighbours.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit within one item per worker.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static ItemNeighboursModel Fit(InteractionMatrix matrix, ItemNeighboursOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        options ??= new ItemNeighboursOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();

        var byUser = CellWeighting.Apply(matrix, options.Scale, options.HalfLifeDays, options.UserDamping, options.AsOfDay).ToSparse();
        var byItem = byUser.Transpose();
        if (options.Similarity == Similarity.Bm25)
        {
            byItem = Bm25.Weigh(byItem, options.Bm25Saturation, options.Bm25LengthShare);
            byUser = byItem.Transpose();
        }

        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        return PairSearch.Find(byItem, byUser, options.Neighbours, Measure(byItem, options), parallel);
    }

    private static PairSimilarity Measure(SparseMatrix byItem, ItemNeighboursOptions options)
    {
        var norms = byItem.SquaredNorms();
        switch (options.Similarity)
        {
            case Similarity.Jaccard:
                return (i, j, together) => (float)(together / (norms[i] + norms[j] - together + options.Shrinkage));
            case Similarity.Bm25:
                return (_, _, together) => (float)together;
            default:
                var from = Array.ConvertAll(norms, norm => Math.Pow(norm, 1 - options.PopularityDamping));
                var to = Array.ConvertAll(norms, norm => Math.Pow(norm, options.PopularityDamping));
                return (i, j, together) => (float)(together / ((from[i] * to[j]) + options.Shrinkage));
        }
    }
}
