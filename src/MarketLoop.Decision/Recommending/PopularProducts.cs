using System.Collections.Frozen;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Recommending;

/// <summary>Favourites of everybody and of each segment, counted over the last weeks with decay. Thread-safe; readers never wait.</summary>
/// <remarks>Whole counts per day, decayed only when ranked: the result does not depend on the order in which events came in.
/// The horizon ends at the newest event, so a shop that imported old history has favourites too.</remarks>
public sealed class PopularProducts(IEventLog log, IOptions<RecommendingOptions> options) : IDisposable
{
    private const int HalfLivesKept = 6;
    private const int OrderWeight = 20;
    private const int CartWeight = 4;
    private const int ViewWeight = 1;

    private readonly SemaphoreSlim refreshing = new(1, 1);
    private readonly Dictionary<ProductId, Dictionary<int, int>> everybody = [];
    private readonly Dictionary<int, Dictionary<ProductId, Dictionary<int, int>>> segments = [];
    private long position;
    private ModelVersion? segmentsOf;
    private Favourites? current;

    /// <summary>The favourites; read from the log when nobody asked before.</summary>
    public async ValueTask<Favourites> FindAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref current) ?? await RefreshAsync(_ => null, null, cancellationToken);

    /// <summary>Takes in what is new in the log. Called once a turn. O(new interactions); after a new segment model O(interactions of the horizon).</summary>
    /// <param name="segmentOf">Segment of a customer; null when unknown.</param>
    /// <param name="models">Models that <paramref name="segmentOf"/> speaks for.</param>
    /// <param name="cancellationToken">Cancels; counts stay as they were before or after, never in between for readers.</param>
    public async Task<Favourites> RefreshAsync(Func<CustomerId, int?> segmentOf, ModelVersion? models, CancellationToken cancellationToken)
    {
        await refreshing.WaitAsync(cancellationToken);
        try
        {
            if (models != segmentsOf)
            {
                everybody.Clear();
                segments.Clear();
                position = 0;
                segmentsOf = models;
            }

            long head = log.Head;
            if (head > position || current is null)
            {
                await CountAsync(segmentOf, head, cancellationToken);
                position = head;
                Volatile.Write(ref current, Rank());
            }

            return current!; // written above when it was null
        }
        finally
        {
            refreshing.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => refreshing.Dispose();

    private async Task CountAsync(Func<CustomerId, int?> segmentOf, long head, CancellationToken cancellationToken)
    {
        TimeWindow window = TimeWindow.Everything;
        if (position == 0 && (await log.GetStatusAsync(cancellationToken)).Last is { } last)
        {
            window = new TimeWindow(last.AddDays(-HalfLivesKept * options.Value.PopularityHalfLifeDays), DateTimeOffset.MaxValue);
        }

        await foreach (Interaction interaction in log.ReadInteractionsAsync(new LogRange(position, head, window), cancellationToken))
        {
            int weight = WeightOf(interaction.Kind);
            if (weight == 0)
            {
                continue;
            }

            int day = (int)(interaction.OccurredAt.UtcTicks / TimeSpan.TicksPerDay);
            int? segment = segmentOf(interaction.Customer);
            foreach (LineItem line in interaction.Lines.Where(l => l.IsMerchandise))
            {
                Count(everybody, line.Product, day, weight);
                if (segment is { } index)
                {
                    if (!segments.TryGetValue(index, out Dictionary<ProductId, Dictionary<int, int>>? own))
                    {
                        segments[index] = own = [];
                    }

                    Count(own, line.Product, day, weight);
                }
            }
        }
    }

    private static int WeightOf(InteractionKind kind) => kind switch
    {
        InteractionKind.OrderCompleted => OrderWeight,
        InteractionKind.ProductAdded => CartWeight,
        InteractionKind.ProductViewed => ViewWeight,
        _ => 0,
    };

    private static void Count(Dictionary<ProductId, Dictionary<int, int>> counts, ProductId product, int day, int weight)
    {
        if (!counts.TryGetValue(product, out Dictionary<int, int>? days))
        {
            counts[product] = days = [];
        }

        days[day] = days.GetValueOrDefault(day) + weight;
    }

    private Favourites Rank()
    {
        int today = everybody.Values.SelectMany(days => days.Keys).DefaultIfEmpty(0).Max();
        int oldest = today - (HalfLivesKept * options.Value.PopularityHalfLifeDays);
        return new Favourites(
            Rank(everybody, today, oldest),
            segments.ToFrozenDictionary(s => s.Key, s => (IReadOnlyList<ScoredProduct>)Rank(s.Value, today, oldest)),
            segmentsOf);
    }

    private List<ScoredProduct> Rank(Dictionary<ProductId, Dictionary<int, int>> counts, int today, int oldest)
    {
        double halfLife = options.Value.PopularityHalfLifeDays;
        List<ScoredProduct> ranked = new(counts.Count);
        foreach ((ProductId product, Dictionary<int, int> days) in counts)
        {
            double score = 0;
            foreach (int day in days.Keys.Order().ToList()) // fixed order: sums of doubles depend on it
            {
                if (day < oldest)
                {
                    days.Remove(day);
                }
                else
                {
                    score += days[day] * Math.Pow(2, (day - today) / halfLife);
                }
            }

            if (score > 0)
            {
                ranked.Add(new ScoredProduct(product, score));
            }
        }

        ranked.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : string.CompareOrdinal(a.Product.Value, b.Product.Value));
        return ranked;
    }
}

/// <summary>Favourites as of one refresh. Immutable.</summary>
/// <param name="Everybody">Products by decayed popularity, best first.</param>
/// <param name="Segments">The same for each segment.</param>
/// <param name="Models">Models whose segments are meant; null without any.</param>
public sealed record Favourites(
    IReadOnlyList<ScoredProduct> Everybody,
    IReadOnlyDictionary<int, IReadOnlyList<ScoredProduct>> Segments,
    ModelVersion? Models);

/// <summary>A product with a ranker's score.</summary>
public readonly record struct ScoredProduct(ProductId Product, double Score);
