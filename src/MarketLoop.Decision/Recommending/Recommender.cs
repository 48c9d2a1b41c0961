using MarketLoop.Analysis;
using MarketLoop.Analysis.Models;
using MarketLoop.Data.EventLog;
using MarketLoop.Decision.Placements;
using MarketLoop.Decision.Recommending.Sources;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>Recommends: for a customer up to this second, for a session, beside products, or the same for all. Thread-safe; models and shelves are swapped under it and nobody waits.</summary>
public sealed class Recommender(IEventLog log, RecentActivity activity, Analyst analyst, CurrentModels models, ShelfKeeper shelves, PlacementDesk placements)
{
    private readonly ListBuilder personal = new(
        [
            new PreferenceSource(), new ReorderSource(), new TogetherSource(shelves.Together), new SegmentSource(), new ContentSource(shelves.Alike), new CategorySource(),
            new DemandSource(RecommendationSource.Popular), new DemandSource(RecommendationSource.Trending), new ArrivalSource(),
        ],
        fills: true);

    private readonly ListBuilder shared = new([new DemandSource(RecommendationSource.Popular), new DemandSource(RecommendationSource.Trending), new ArrivalSource()], fills: true);
    private readonly ListBuilder similar = new([new SimilarSource(), new ContentSource(shelves.Alike), new CategorySource()], fills: false);
    private readonly ListBuilder partners = new([new TogetherSource(shelves.Together)], fills: false);

    /// <summary>The rules in force for a place by its name; a name nobody saved has the ready-made ones.</summary>
    public Placement PlacementOf(string name) => placements.Find(name);

    /// <summary>The best products for a customer by the rules of the front page.</summary>
    /// <param name="customer">A known customer or a browser; somebody unknown gets what everybody buys.</param>
    /// <param name="count">Most products wanted.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<RankedList> RecommendAsync(CustomerId customer, int count, CancellationToken cancellationToken) =>
        RecommendAsync(new ListRequest { Placement = PlacementOf("home"), Customer = customer, Count = count }, cancellationToken);

    /// <summary>A list by the rules of a placement: nothing bought before (unless the placement allows it), out of stock, or no merchandise. An empty catalogue gives an empty list.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Count or offset are out of range.</exception>
    public async Task<RankedList> RecommendAsync(ListRequest request, CancellationToken cancellationToken)
    {
        Validate(request);
        CustomerPortrait? portrait = null;
        TouchHistory history = TouchHistory.None;
        if (request.Customer is { } customer)
        {
            (portrait, history) = await ReadAsync(customer, cancellationToken);
        }

        history = history.With(request.Beside).With(request.Session);
        return personal.Build(ContextOf(request, history, portrait?.Insight), SourceWeights.For(request.Placement));
    }

    /// <summary>The same for everybody: what is in demand, by the rules of the placement. Nothing about a customer or a session is looked at.</summary>
    public RankedList RecommendShared(ListRequest request)
    {
        Validate(request);
        SourceWeights weights = request.Placement.Algorithm is "trending" or "arrival" ? SourceWeights.For(request.Placement) : SourceWeights.For(request.Placement with { Algorithm = "popular" });
        return shared.Build(ContextOf(request with { Customer = null, Session = [] }, TouchHistory.None, null), weights);
    }

    /// <summary>What everybody buys, by the rules of the front page.</summary>
    public RankedList RecommendPopular(int count, ProductId? viewing) =>
        RecommendShared(new ListRequest { Placement = PlacementOf("home"), Count = count, Beside = viewing is { } product ? [product] : [] });

    /// <summary>Products liked by the same customers as the first product of <see cref="ListRequest.Beside"/>, else those that read like it, else wanted in its category. Not filled up: an unknown product has nothing similar.</summary>
    public RankedList FindSimilar(ListRequest request)
    {
        Validate(request);
        return similar.Build(ContextOf(request, TouchHistory.None.With(request.Beside), null), SourceWeights.Auto);
    }

    /// <summary>Products bought in the same orders as those of <see cref="ListRequest.Beside"/>. Not filled up.</summary>
    public RankedList FindPartners(ListRequest request)
    {
        Validate(request);
        return partners.Build(ContextOf(request, TouchHistory.None.With(request.Beside), null), SourceWeights.Auto);
    }

    /// <summary>Why a product may not be in a list; <see cref="RemovalCause.None"/> when it may and only its score decides.</summary>
    public async Task<RemovalCause> CheckAsync(ListRequest request, ProductId product, CancellationToken cancellationToken)
    {
        Validate(request);
        TouchHistory history = request.Customer is { } customer ? (await ReadAsync(customer, cancellationToken)).History : TouchHistory.None;
        return new Admission(request, shelves.Current, shelves.Products, history).Check(product);
    }

    private async ValueTask<(CustomerPortrait? Portrait, TouchHistory History)> ReadAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        CustomerId resolved = await log.ResolveAsync(customer, cancellationToken);
        CustomerPortrait? portrait = analyst.FindPortrait(resolved);
        return (portrait, (await activity.FindAsync(resolved, portrait, cancellationToken)).MergeWith(portrait));
    }

    private static void Validate(ListRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Count < 1 || request.Offset < 0 || request.Offset > ListRequest.FarthestPlace - request.Count)
        {
            throw new ArgumentOutOfRangeException(nameof(request), $"A list has at least 1 product and an offset from 0, and ends at place {ListRequest.FarthestPlace} or before.");
        }
    }

    private ListContext ContextOf(ListRequest request, TouchHistory history, CustomerInsight? insight)
    {
        Shelf shelf = shelves.Current;
        return new ListContext
        {
            Request = request,
            Shelf = shelf,
            Models = models.Value,
            History = history,
            Insight = insight,
            Door = new Admission(request, shelf, shelves.Products, history),
        };
    }
}
