using MarketLoop.Data.Catalog;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>Finds products for a customer: what the preference model says, else what the segment likes, else what everybody likes. Thread-safe.</summary>
public sealed class Recommender(RecentActivity activity, PopularProducts popular, ICatalogStore catalog)
{
    private static readonly LocalizedText PopularReason = new("popular in this shop", "本店热门");

    /// <summary>The best products for a customer, none bought before, none out of stock, none that is no merchandise. An empty catalogue gives an empty list.</summary>
    /// <param name="customer">A known customer or a browser.</param>
    /// <param name="count">Most products wanted.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<RankedList> RecommendAsync(CustomerId customer, int count, CancellationToken cancellationToken) =>
        RecommendAsync(customer, count, viewing: null, cancellationToken);

    /// <summary>The same beside a product that the customer is looking at now, which is taken as the newest interest and never shown itself.</summary>
    public async Task<RankedList> RecommendAsync(CustomerId customer, int count, ProductId? viewing, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        IReadOnlyDictionary<ProductId, Product> products = catalog.Current;
        IReadOnlyList<Interaction> recent = await activity.FindAsync(customer, cancellationToken);
        HashSet<ProductId> excluded = [.. recent.Where(i => i.Kind == InteractionKind.OrderCompleted).SelectMany(i => i.Lines).Select(l => l.Product)];
        if (viewing is { } shown)
        {
            excluded.Add(shown);
        }

        List<Recommendation> items = [];
        Fill(items, (await popular.FindAsync(cancellationToken)).Everybody, count, products, excluded);
        return new RankedList(items, "popular", null);
    }

    /// <summary>What everybody likes: the list the shop would show without us. Nothing about a customer is looked at.</summary>
    public async Task<RankedList> RecommendPopularAsync(int count, ProductId? viewing, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        HashSet<ProductId> excluded = viewing is { } shown ? [shown] : [];
        List<Recommendation> items = [];
        Fill(items, (await popular.FindAsync(cancellationToken)).Everybody, count, catalog.Current, excluded);
        return new RankedList(items, "popular", null);
    }

    private static void Fill(List<Recommendation> items, IReadOnlyList<ScoredProduct> ranked, int count, IReadOnlyDictionary<ProductId, Product> products, HashSet<ProductId> excluded)
    {
        foreach (ScoredProduct scored in ranked)
        {
            if (items.Count >= count)
            {
                return;
            }

            if (products.TryGetValue(scored.Product, out Product? product) && product.IsRecommendable && excluded.Add(scored.Product))
            {
                items.Add(new Recommendation(scored.Product, scored.Score, RecommendationSource.Popular, PopularReason));
            }
        }
    }
}
