using MarketLoop.Analysis.Preference;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Evaluation;

/// <summary>Measures the recommender by a time split: learn before, test after, on products not bought before.</summary>
/// <remarks>
/// Only customers and products of the train part count. Candidates are chosen on a validation part cut from the end of train, then the
/// chosen one is fitted on all of train. Postage and the like stay in the test part though they are never recommended: they count as missed.
/// </remarks>
public static class RecommendationEvaluator
{
    /// <summary>Names of the file formats that <see cref="EvaluateFileAsync"/> reads.</summary>
    public static IReadOnlyList<string> Formats { get; } = [OnlineRetailImporter.FormatName];

    /// <summary>Evaluates a file, cleaned as an import would clean it.</summary>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="file">The file, gzipped or not.</param>
    /// <param name="splitAt">First moment of the test part.</param>
    /// <param name="at">Length of the lists, at least 1.</param>
    /// <param name="progress">Told each step; null for nobody.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArgumentException">The format is unknown, or nothing happened before the split.</exception>
    public static async Task<RecommendationReport> EvaluateFileAsync(
        string format, Stream file, DateTimeOffset splitAt, int at, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        if (!Formats.Contains(format, StringComparer.Ordinal))
        {
            throw new ArgumentException($"Recommendations can be evaluated on {string.Join(", ", Formats)}; {format} is none of these.", nameof(format));
        }

        progress?.Report("reading and cleaning the file");
        return Evaluate(await OnlineRetailImporter.ReadOrdersAsync(file, cancellationToken), splitAt, at, progress, cancellationToken);
    }

    /// <summary>Evaluates.</summary>
    /// <param name="interactions">Orders (and views, if any), in any order.</param>
    /// <param name="splitAt">First moment of the test part.</param>
    /// <param name="at">Length of the lists, at least 1.</param>
    /// <param name="progress">Told each step; null for nobody.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArgumentException">Nothing happened before the split.</exception>
    public static RecommendationReport Evaluate(
        IReadOnlyCollection<Interaction> interactions, DateTimeOffset splitAt, int at, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(at);
        List<Interaction> known = [.. interactions.Where(i => i.OccurredAt < splitAt)];
        if (known.Count == 0)
        {
            throw new ArgumentException($"Nothing happened before {splitAt:yyyy-MM-dd}.", nameof(splitAt));
        }

        PreferenceChoice choice = Choose(known, splitAt, at, progress, cancellationToken);
        progress?.Report("fitting on all of train");
        PreferenceData train = Gather(known, splitAt);
        PreferenceTester tester = new(train, train.HoldOut(interactions, DateTimeOffset.MaxValue), at);
        RankingMetrics ours = Measure(train, tester, choice.Candidate, cancellationToken);
        progress?.Report("measuring baselines");
        return new RecommendationReport
        {
            SplitAt = splitAt,
            At = at,
            Users = ours.Users,
            Recall = ours.Recall,
            Precision = ours.Precision,
            F1 = ours.F1,
            Ndcg = ours.Ndcg,
            Map = ours.Map,
            Mrr = ours.Mrr,
            HitRate = ours.HitRate,
            Coverage = ours.Coverage,
            Chosen = new ChosenModel(choice.Candidate.Model, choice.Candidate.Describe(), choice.Why, choice.Table),
            Baselines = MeasureBaselines(train, tester, cancellationToken),
        };
    }

    private static PreferenceChoice Choose(List<Interaction> known, DateTimeOffset splitAt, int at, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        DateTimeOffset validationFrom = splitAt - PreferenceTrainer.HeldOutLength(known.Min(i => i.OccurredAt), splitAt);
        PreferenceData history = Gather(known, validationFrom);
        PreferenceChooser chooser = new(history, history.HoldOut(known, splitAt), at);
        return chooser.Choose(step => progress?.Report(step), cancellationToken);
    }

    private static PreferenceData Gather(IEnumerable<Interaction> interactions, DateTimeOffset until) =>
        PreferenceData.Gather(interactions, until, _ => true, keepsAll: true);

    private static RankingMetrics Measure(PreferenceData train, PreferenceTester tester, PreferenceCandidate candidate, CancellationToken cancellationToken) =>
        tester.Measure(candidate.Blend(train, candidate.FitLinks(train, cancellationToken), cancellationToken), candidate.History, goodsOnly: true, cancellationToken);

    private static SortedDictionary<string, RankingQuality> MeasureBaselines(PreferenceData train, PreferenceTester tester, CancellationToken cancellationToken)
    {
        HistoryWeights purchases = new(0, 0, 1, double.PositiveInfinity);
        InteractionMatrix matrix = train.Matrix(purchases, goodsOnly: false);
        DecayedPopularityOptions everBought = new() { HalfLifeDays = double.PositiveInfinity };
        ItemNeighboursOptions cosine = new() { Neighbours = Math.Max(1, train.Products.Length), Shrinkage = 0, PopularityDamping = 0.5, UserDamping = 0 };
        return new SortedDictionary<string, RankingQuality>(StringComparer.Ordinal)
        {
            ["popularity"] = Quality(DecayedPopularityTrainer.Fit(matrix, everBought, cancellationToken)),
            ["itemCosine"] = Quality(ItemNeighboursTrainer.Fit(matrix, cosine, cancellationToken)),
        };

        RankingQuality Quality(IItemScorer scorer) => RankingQuality.Of(tester.Measure(scorer, purchases, goodsOnly: false, cancellationToken));
    }
}
