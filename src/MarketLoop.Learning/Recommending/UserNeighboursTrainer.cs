using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>How customers alike are found and listened to.</summary>
public sealed record UserNeighboursOptions
{
    /// <summary>How likeness is measured. Default <see cref="Similarity.Cosine"/>.</summary>
    public Similarity Similarity { get; init; } = Similarity.Cosine;

    /// <summary>Users who are listened to, at least 1. Default 200. Raising it is steadier and leans to popular items.</summary>
    public int Neighbours { get; init; } = 200;

    /// <summary>Added to the divisor of cosine and Jaccard, at least 0. Default 0. Raising it distrusts users with little in common.</summary>
    public double Shrinkage { get; init; }

    /// <summary>Exponent on a similarity before its user is listened to, 0..16. Default 1. Raising it lets the most alike say more.</summary>
    public double Amplification { get; init; } = 1;

    /// <summary>An item shared that n users have counts n^-damping, 0..2. Default 0.5. Raising it makes what everybody has say less. BM25 has its own measure of that.</summary>
    public double ItemDamping { get; init; } = 0.5;

    /// <summary>A recommended item that n users have is divided by n^damping, 0..1. Default 0. Raising it pushes popular items down.</summary>
    public double PopularityDamping { get; init; }

    /// <summary>BM25's k, at least 0. Default 100. Lowering it makes repeated or heavy interactions count less.</summary>
    public double Bm25Saturation { get; init; } = Bm25.DefaultSaturation;

    /// <summary>BM25's b, 0..1. Default 0.8. Raising it makes users with many items say less.</summary>
    public double Bm25LengthShare { get; init; } = Bm25.DefaultLengthShare;

    /// <summary>
    /// An item with more users than this, at least 1, is not looked through for candidates; it counts in full for those that other items brought. Default 10,000.
    /// Raising it is more exact and slower: with at least as many as there are users, the search is exact.
    /// </summary>
    public int MostUsersPerItem { get; init; } = 10_000;

    /// <summary>Candidates compared in full when an item has too many users, at least 1 (and never fewer than are wanted). Default 1,000. Raising it is more exact and slower.</summary>
    public int Candidates { get; init; } = 1_000;

    /// <summary>What a cell counts for. Default <see cref="WeightScale.Binary"/>.</summary>
    public WeightScale Scale { get; init; } = WeightScale.Binary;

    /// <summary>Half-life of a cell in days, above 0. Default infinity (no decay). Lowering it forgets faster.</summary>
    public double HalfLifeDays { get; init; } = double.PositiveInfinity;

    /// <summary>Day from which ages are counted; null (default) means the matrix's latest.</summary>
    public double? AsOfDay { get; init; }

    internal void Validate()
    {
        OptionGuard.Within((int)Similarity, 0, 2);
        OptionGuard.Within(Neighbours, 1, int.MaxValue);
        OptionGuard.Within(Shrinkage, 0, double.MaxValue);
        OptionGuard.Within(Amplification, 0, 16);
        OptionGuard.Within(ItemDamping, 0, 2);
        OptionGuard.Within(PopularityDamping, 0, 1);
        OptionGuard.Within(Bm25Saturation, 0, 1e9);
        OptionGuard.Within(Bm25LengthShare, 0, 1);
        OptionGuard.Within(MostUsersPerItem, 1, int.MaxValue);
        OptionGuard.Within(Candidates, 1, int.MaxValue);
        CellWeighting.Validate(Scale, HalfLifeDays, userDamping: 0);
    }
}

/// <summary>
/// User-to-user collaborative filtering: a history is compared with every stored user, and the most alike are asked what they took.
/// Sources: Resnick et al., CSCW 1994; Breese, Heckerman and Kadie, UAI 1998 (case amplification; inverse user frequency).
/// </summary>
public static class UserNeighboursTrainer
{
    /// <summary>Prepares the stored users and their index. O(cells + users + items); 16 bytes a cell are kept.</summary>
    /// <param name="matrix">Users x items; empty gives a model that scores 0.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Looked at between the passes over the cells.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static UserNeighboursModel Fit(InteractionMatrix matrix, UserNeighboursOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        options ??= new UserNeighboursOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();

        var rows = CellWeighting.Apply(matrix, options.Scale, options.HalfLifeDays, userDamping: 0, options.AsOfDay).ToSparse();
        var counts = rows.ColumnCounts();
        var isBm25 = options.Similarity == Similarity.Bm25;
        var rarity = Array.ConvertAll(counts, n => (float)(isBm25 ? Bm25.Rarity(rows.Rows, n) : Math.Pow(Math.Max(1, n), -options.ItemDamping / 2)));
        var meanLength = isBm25 ? Bm25.MeanLength(rows) : 0;
        cancellationToken.ThrowIfCancellationRequested();
        var compared = isBm25 ? Bm25.Weigh(rows, options.Bm25Saturation, options.Bm25LengthShare) : Damped(rows, rarity);

        // What a neighbour took counts as it is: the rarity that served the comparison is taken out again.
        var outward = new float[counts.Length];
        for (var item = 0; item < outward.Length; item++)
        {
            outward[item] = (float)(Math.Pow(Math.Max(1, counts[item]), -options.PopularityDamping) / rarity[item]);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return new UserNeighboursModel(compared, rarity, outward, meanLength, options);
    }

    private static SparseMatrix Damped(SparseMatrix rows, float[] rarity)
    {
        var values = new float[rows.Values.Length];
        for (var cell = 0; cell < values.Length; cell++)
        {
            values[cell] = rows.Values[cell] * rarity[rows.Indices[cell]];
        }

        return rows with { Values = values };
    }
}
