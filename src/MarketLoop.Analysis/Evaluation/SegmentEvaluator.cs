using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Segmentation;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Learning.Clustering;

namespace MarketLoop.Analysis.Evaluation;

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
        SegmentFit fit = SegmentTrainer.Train(book, ordered, previous: null, seed, cancellationToken);
        return new SegmentReport
        {
            AsOf = asOf,
            Customers = fit.Assignments.Length,
            K = fit.Model?.Segments.Count ?? 0,
            HasStructure = fit.Choice?.HasStructure ?? false,
            GapK = fit.Choice?.GapClusters ?? 0,
            Scores = [.. (fit.Choice?.Scores ?? []).Select(s => new SegmentCountScore(s.Clusters, s.Silhouette, s.Reference, s.Gap, s.GapError, s.Stability))],
            Segments = fit.Model?.Segments ?? [],
            Algorithms = SegmentComparison.Compare(fit, seed, progress, cancellationToken),
            Control = SegmentComparison.Control(fit, seed, progress, cancellationToken),
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
            SegmentFit again = SegmentTrainer.Train(book, products, previous: null, unchecked(seed + i), cancellationToken);
            agreements.Add(ClusterAgreement.AdjustedRandIndex(first.Assignments, again.Assignments));
            counts.Add(again.Model?.Segments.Count ?? 0);
        }

        return new SegmentStability(agreements.Count, agreements.Count == 0 ? 0.0 : agreements.Average(), agreements.Count == 0 ? 0.0 : agreements.Min(), counts);
    }
}
