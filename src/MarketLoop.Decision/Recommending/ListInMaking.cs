using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>A list that is being filled: each product once, only what may be shown, until it is full.</summary>
internal sealed class ListInMaking
{
    private readonly IReadOnlyDictionary<ProductId, Product> products;
    private readonly int count;
    private readonly HashSet<ProductId> taken = [];
    private readonly List<Recommendation> items = [];

    public ListInMaking(IReadOnlyDictionary<ProductId, Product> products, int count, ProductId? viewing)
    {
        this.products = products;
        this.count = count;
        if (viewing is { } product)
        {
            taken.Add(product);
        }
    }

    public bool IsFull => items.Count >= count;

    public void Exclude(ProductId product) => taken.Add(product);

    /// <summary>True when the product may be in the list and is not yet.</summary>
    public bool Admits(ProductId id) => !taken.Contains(id) && products.TryGetValue(id, out Product? product) && product.IsRecommendable;

    public void Add(ProductId id, double score, RecommendationSource source, LocalizedText reason)
    {
        if (!IsFull && Admits(id))
        {
            taken.Add(id);
            items.Add(new Recommendation(id, score, source, reason));
        }
    }

    /// <summary>The list, named after where its first product came from.</summary>
    public RankedList Finish(ModelVersion? models)
    {
        RecommendationSource source = items.Count > 0 ? items[0].Source : RecommendationSource.Popular;
        return source switch
        {
            RecommendationSource.Collaborative => new RankedList(items, "collaborative", models),
            RecommendationSource.Segment => new RankedList(items, "segment", models),
            _ => new RankedList(items, "popular", null),
        };
    }
}
