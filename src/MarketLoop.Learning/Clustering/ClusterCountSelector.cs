using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>How the number of clusters is chosen.</summary>
public sealed record ClusterCountOptions
{
    /// <summary>Fewest clusters tried, at least 2. Default 2.</summary>
    public int Minimum { get; init; } = 2;

    /// <summary>Most clusters tried, from <see cref="Minimum"/> to 256. Default 12: more segments than that nobody can name.</summary>
    public int Maximum { get; init; } = 12;

    /// <summary>Rows whose silhouettes are computed, at least 10. Default 2,000; cost grows with the square.</summary>
    public int SilhouetteRows { get; init; } = 2_000;

    /// <summary>Rows on which the candidates are fitted, at least 10. Default 8,000.</summary>
    public int FitRows { get; init; } = 8_000;

    /// <summary>Starts of each candidate, at least 1. Default 8; too few and a poor optimum at the true number hides it.</summary>
    public int Restarts { get; init; } = 8;

    /// <summary>
    /// By how much the silhouette must exceed that of structureless data of the same shape for structure to be reported, 0..1.
    /// Default 0.05. Raising it asks for clearer clusters.
    /// </summary>
    public double StructureMargin { get; init; } = 0.05;

    /// <summary>Uniform reference sets of the gap statistic, at least 1. Default 5. Raising it steadies the gap and costs small fits.</summary>
    public int GapReferences { get; init; } = 5;

    /// <summary>Reruns on half of the rows for the stability of each candidate, at least 1. Default 4.</summary>
    public int StabilityReruns { get; init; } = 4;

    /// <summary>Seed of samples, starts and reference data.</summary>
    public ulong Seed { get; init; }

    internal void Validate()
    {
        OptionGuard.Within(Minimum, 2, int.MaxValue);
        OptionGuard.Within(Maximum, Minimum, 256);
        OptionGuard.Within(SilhouetteRows, 10, 20_000);
        OptionGuard.Within(FitRows, 10, int.MaxValue);
        OptionGuard.Within(Restarts, 1, int.MaxValue);
        OptionGuard.Within(StructureMargin, 0, 1);
        OptionGuard.Within(GapReferences, 1, 1_000);
        OptionGuard.Within(StabilityReruns, 1, 1_000);
    }
}

/// <summary>What one number of clusters scored.</summary>
/// <param name="Clusters">The number.</param>
/// <param name="Silhouette">Mean silhouette of the sample, -1..1.</param>
/// <param name="Reference">The larger mean silhouette of the two structureless references at this number.</param>
/// <param name="Inertia">Inertia of the fit.</param>
/// <param name="Gap">Gap statistic: by how much log inertia lies below that of structureless data; larger is better.</param>
/// <param name="GapError">Its standard error.</param>
/// <param name="Stability">Mean adjusted Rand index of reruns on half of the rows, 1 the same each time, 0 chance.</param>
public sealed record ClusterCountScore(int Clusters, double Silhouette, double Reference, double Inertia, double Gap, double GapError, double Stability);

/// <summary>The number of clusters chosen and why.</summary>
/// <param name="Clusters">The number chosen; 1 only when the rows do not allow more.</param>
/// <param name="HasStructure">False when data without any clusters would have scored as well: the segments are then a convenient cut, not a discovery.</param>
/// <param name="GapClusters">What the gap statistic would choose, a second opinion: the least k whose gap is within a standard error of the next one's or above; 1 means no clusters.</param>
/// <param name="Scores">A score per number tried, ascending; for a plot.</param>
public sealed record ClusterCountChoice(int Clusters, bool HasStructure, int GapClusters, IReadOnlyList<ClusterCountScore> Scores);

/// <summary>
/// Chooses the number of clusters by the mean silhouette; checks it, in the spirit of the gap statistic, against reference
/// data of the same covariance without clusters (one uniform in the principal box, one normal); and goes on to more clusters while
/// one of them visibly hides two. The gap statistic and the stability of each number stand beside it.
/// Sources: Rousseeuw, J. Comp. Appl. Math. 20, 1987; Tibshirani, Walther and Hastie, JRSS B 63, 2001.
/// </summary>
public static class ClusterCountSelector
{
    private const int FewestRows = 10;
    private const double LeastShareOfBest = 0.6;

    /// <summary>Chooses. O(candidates x (fits of at most FitRows rows + SilhouetteRows^2)). Deterministic by seed.</summary>
    /// <param name="rowMajor">n x d values, row-major, finite, standardised by the caller.</param>
    /// <param name="rows">n, at least 1; below 10 there is nothing to choose and the answer is 1 without structure.</param>
    /// <param name="columns">d, at least 1.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="ArgumentException">The shape is wrong, there are no rows, a value is not finite, or an option is out of range.</exception>
    public static ClusterCountChoice Choose(ReadOnlyMemory<float> rowMajor, int rows, int columns, ClusterCountOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ClusterCountOptions();
        options.Validate();
        Tabular.ThrowIfUnusable(rowMajor.Span, rows, columns);
        cancellationToken.ThrowIfCancellationRequested();
        if (rows < FewestRows)
        {
            return new ClusterCountChoice(1, HasStructure: false, GapClusters: 1, []);
        }

        var sample = TakeRows(rowMajor.Span, rows, columns, options.FitRows, SeededRandom.Fork(options.Seed, 1));
        var silhouettes = new SilhouetteSample(sample, columns, options.SilhouetteRows, SeededRandom.Fork(options.Seed, 2));
        var structureless = new StructurelessData(sample, columns, options.GapReferences, options.Seed);
        var scores = new List<ClusterCountScore>();
        var models = new List<KMeansModel>();
        for (var k = options.Minimum; k <= Math.Min(options.Maximum, silhouettes.Count - 1); k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var kMeans = new KMeansOptions { Clusters = k, Restarts = options.Restarts, Seed = options.Seed };
            var model = KMeansTrainer.Fit(sample, sample.Length / columns, columns, kMeans, cancellationToken);
            if (model.Clusters < k)
            {
                break; // fewer distinct rows than clusters: more cannot come either
            }

            var references = structureless.Fit(kMeans, cancellationToken);
            var (gap, error) = structureless.Gap(model, sample.Length / columns, references);
            var stability = ClusterStability.Of(sample, model, options.StabilityReruns, options.Seed + (ulong)k, cancellationToken);
            scores.Add(new ClusterCountScore(
                k, silhouettes.Mean(model, cancellationToken), structureless.Silhouette(references, cancellationToken), model.Inertia, gap, error, stability));
            models.Add(model);
        }

        if (scores.Count == 0)
        {
            return new ClusterCountChoice(1, HasStructure: false, GapClusters: 1, scores);
        }

        var best = BestSilhouette(scores);
        var hasStructure = IsStructure(scores[best], options);
        var chosen = hasStructure ? Refine(sample, scores, models, best, options, cancellationToken) : best;
        return new ClusterCountChoice(scores[chosen].Clusters, hasStructure, ByGap(sample, columns, structureless, scores, options, cancellationToken), scores);
    }

    private static int ByGap(float[] sample, int columns, StructurelessData structureless, List<ClusterCountScore> scores, ClusterCountOptions options, CancellationToken cancellationToken)
    {
        var gaps = scores.ConvertAll(score => (score.Clusters, score.Gap, score.GapError));
        if (options.Minimum == 2)
        {
            var one = new KMeansOptions { Clusters = 1, Restarts = 1, Seed = options.Seed };
            var model = KMeansTrainer.Fit(sample, sample.Length / columns, columns, one, cancellationToken);
            var (gap, error) = structureless.Gap(model, sample.Length / columns, structureless.Fit(one, cancellationToken));
            gaps.Insert(0, (1, gap, error));
        }

        for (var i = 0; i < gaps.Count - 1; i++)
        {
            if (gaps[i].Gap >= gaps[i + 1].Gap - gaps[i + 1].GapError)
            {
                return gaps[i].Clusters;
            }
        }

        return gaps[^1].Clusters;
    }

    private static bool IsStructure(ClusterCountScore score, ClusterCountOptions options) => score.Silhouette > score.Reference + options.StructureMargin;

    private static int BestSilhouette(List<ClusterCountScore> scores)
    {
        var best = 0;
        for (var i = 1; i < scores.Count; i++)
        {
            // Strictly better: of equals the fewer clusters win.
            best = scores[i].Silhouette > scores[best].Silhouette ? i : best;
        }

        return best;
    }

    /// <summary>
    /// Goes up from the best silhouette while a cluster hides two, over candidates that still stand out. When none resolves
    /// it, the silhouette's choice stays: such data (many discrete values, say) would split for ever.
    /// </summary>
    private static int Refine(float[] sample, List<ClusterCountScore> scores, List<KMeansModel> models, int best, ClusterCountOptions options, CancellationToken cancellationToken)
    {
        for (var i = best; i < scores.Count; i++)
        {
            var standsOut = IsStructure(scores[i], options) && scores[i].Silhouette >= LeastShareOfBest * scores[best].Silhouette;
            if (standsOut && !SplitDepth.HasHiddenClusters(sample, models[i], options.Seed, cancellationToken))
            {
                return i;
            }
        }

        return best;
    }

    private static float[] TakeRows(ReadOnlySpan<float> rowMajor, int rows, int columns, int wanted, SeededRandom random)
    {
        if (rows <= wanted)
        {
            return rowMajor.ToArray();
        }

        var taken = new float[wanted * columns];
        var indices = random.Sample(rows, wanted);
        for (var i = 0; i < wanted; i++)
        {
            rowMajor.Slice(indices[i] * columns, columns).CopyTo(taken.AsSpan(i * columns));
        }

        return taken;
    }
}
