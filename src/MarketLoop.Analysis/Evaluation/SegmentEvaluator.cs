using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Segmentation;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Evaluation;

/// <summary>Result of <c>evaluate segments</c>.</summary>
public sealed record SegmentReport
{
    /// <summary>The moment looked from.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Customers sorted into segments.</summary>
    public required int Customers { get; init; }

    /// <summary>Number of segments chosen; 0 with too few customers.</summary>
    public required int K { get; init; }

    /// <summary>False when data without any types would have scored as well.</summary>
    public required bool HasStructure { get; init; }

    /// <summary>Score of each number tried.</summary>
    public required IReadOnlyList<SegmentCountScore> Scores { get; init; }

    /// <summary>The segments, largest first.</summary>
    public required IReadOnlyList<SegmentProfile> Segments { get; init; }

    /// <summary>How alike the segments of other seeds are.</summary>
    public required SegmentStability Stability { get; init; }

    /// <summary>Why, in words.</summary>
    public required string Why { get; init; }
}

/// <summary>Score of one number of segments.</summary>
/// <param name="K">The number.</param>
/// <param name="Silhouette">Mean silhouette, -1..1.</param>
/// <param name="WithoutStructure">Silhouette of data of the same shape without types.</param>
public sealed record SegmentCountScore(int K, double Silhouette, double WithoutStructure);

/// <summary>Agreement with reseeded runs, as adjusted Rand index (1 the same, 0 chance).</summary>
/// <param name="Reseeds">Runs compared.</param>
/// <param name="Mean">Mean agreement.</param>
/// <param name="Lowest">Lowest agreement.</param>
/// <param name="Counts">Number of segments that each run chose.</param>
public sealed record SegmentStability(int Reseeds, double Mean, double Lowest, IReadOnlyList<int> Counts);

/// <summary>Measures the segmentation of a shop's customers.</summary>
public static class SegmentEvaluator
{
    private const int Reseeds = 5;
    private const int FirstSeed = 1;

    /// <summary>The same over a whole shop, as of its last event.</summary>
    /// <param name="log">Its history.</param>
    /// <param name="catalog">Its catalogue.</param>
    /// <param name="zone">Its time zone.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="MarketLoopException">The shop has no events yet.</exception>
    public static async Task<SegmentReport> EvaluateAsync(IEventLog log, ICatalogStore catalog, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        LogStatus status = await log.GetStatusAsync(cancellationToken);
        DateTimeOffset asOf = status.Last?.AddSeconds(1) ?? throw new MarketLoopException("The shop has no events yet: import some first.");
        Product[] products = [.. catalog.Current.Values.OrderBy(product => product.Id.Value, StringComparer.Ordinal)];
        return await EvaluateAsync(log.ReadInteractionsAsync(LogRange.Everything, cancellationToken), products, asOf, zone, FirstSeed, progress: null, cancellationToken);
    }

    /// <summary>Sorts all customers as of one moment, and does it again with other seeds.</summary>
    /// <param name="interactions">History in any order.</param>
    /// <param name="products">The catalogue.</param>
    /// <param name="asOf">Nothing at or after this moment is looked at.</param>
    /// <param name="zone">The shop's time zone.</param>
    /// <param name="seed">Seed of the first run; the others follow it.</param>
    /// <param name="progress">Told each step; null for nobody.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<SegmentReport> EvaluateAsync(
        IAsyncEnumerable<Interaction> interactions, IReadOnlyCollection<Product> products, DateTimeOffset asOf, TimeZoneInfo zone, int seed,
        IProgress<string>? progress, CancellationToken cancellationToken)
    {
        progress?.Report("computing features");
        FeatureBook book = new(zone);
        await foreach (Interaction interaction in interactions.WithCancellation(cancellationToken))
        {
            book.Add(interaction);
        }

        book.AdvanceTo(asOf);
        Product[] ordered = [.. products.OrderBy(p => p.Id.Value, StringComparer.Ordinal)];
        progress?.Report("choosing the number of segments");
        SegmentFit fit = SegmentTrainer.Train(book, ordered, seed, cancellationToken);
        return new SegmentReport
        {
            AsOf = asOf,
            Customers = fit.Assignments.Length,
            K = fit.Model?.Segments.Count ?? 0,
            HasStructure = fit.Choice?.HasStructure ?? false,
            Scores = [.. (fit.Choice?.Scores ?? []).Select(s => new SegmentCountScore(s.Clusters, s.Silhouette, s.Reference))],
            Segments = fit.Model?.Segments ?? [],
            Stability = Compare(book, ordered, fit, seed, progress, cancellationToken),
            Why = fit.Card.Choice,
        };
    }

    private static SegmentStability Compare(FeatureBook book, Product[] products, SegmentFit first, int seed, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        List<double> agreements = [];
        List<int> counts = [];
        for (int i = 1; first.Model is not null && i <= Reseeds; i++)
        {
            progress?.Report($"comparing with another seed, {i} of {Reseeds}");
            SegmentFit again = SegmentTrainer.Train(book, products, unchecked(seed + i), cancellationToken);
            agreements.Add(AdjustedRandIndex(first.Assignments, again.Assignments));
            counts.Add(again.Model?.Segments.Count ?? 0);
        }

        return new SegmentStability(agreements.Count, agreements.Count == 0 ? 0.0 : agreements.Average(), agreements.Count == 0 ? 0.0 : agreements.Min(), counts);
    }

    /// <summary>Agreement of two partitions, corrected for chance. Source: Hubert and Arabie, Journal of Classification 2, 1985.</summary>
    private static double AdjustedRandIndex(int[] first, int[] second)
    {
        Dictionary<(int, int), long> both = [];
        Dictionary<int, long> ofFirst = [];
        Dictionary<int, long> ofSecond = [];
        for (int i = 0; i < first.Length; i++)
        {
            both[(first[i], second[i])] = both.GetValueOrDefault((first[i], second[i])) + 1;
            ofFirst[first[i]] = ofFirst.GetValueOrDefault(first[i]) + 1;
            ofSecond[second[i]] = ofSecond.GetValueOrDefault(second[i]) + 1;
        }

        // Pairs are whole numbers far below 2^53, so the order of adding them does not matter.
        double together = both.Values.Sum(Pairs);
        double pairsOfFirst = ofFirst.Values.Sum(Pairs);
        double pairsOfSecond = ofSecond.Values.Sum(Pairs);
        double expected = pairsOfFirst * pairsOfSecond / Math.Max(1.0, Pairs(first.Length));
        double most = (pairsOfFirst + pairsOfSecond) / 2.0;
        return most - expected == 0.0 ? 1.0 : (together - expected) / (most - expected);
    }

    private static double Pairs(long count) => count * (count - 1) / 2.0;
}
