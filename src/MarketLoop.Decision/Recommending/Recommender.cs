using MarketLoop.Analysis;
using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Preference;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>Finds products for a customer: what the preference model says of the acts up to this second, else what the segment likes, else what everybody buys. Thread-safe.</summary>
public sealed class Recommender(IEventLog log, RecentActivity activity, Analyst analyst, CurrentModels models, ICatalogStore catalog)
{
    private static readonly LocalizedText PopularReason = new("popular in this shop", "本店热门");
    private static readonly LocalizedText CatalogueReason = new("from our range", "本店商品");

    /// <summary>The best products for a customer, none bought before, none out of stock, none that is no merchandise. An empty catalogue gives an empty list.</summary>
    /// <param name="customer">A known customer or a browser; somebody unknown gets what everybody buys.</param>
    /// <param name="count">Most products wanted.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<RankedList> RecommendAsync(CustomerId customer, int count, CancellationToken cancellationToken) =>
        RecommendAsync(customer, count, viewing: null, cancellationToken);

    /// <summary>The same beside a product that the customer is looking at now, which is taken as the newest interest and never shown itself.</summary>
    public async Task<RankedList> RecommendAsync(CustomerId customer, int count, ProductId? viewing, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ServingModels serving = models.Value;
        ListInMaking list = new(catalog.Current, count, viewing);
        CustomerPortrait? portrait = analyst.FindPortrait(await log.ResolveAsync(customer, cancellationToken));
        TouchHistory history = TouchHistory.Merge(portrait, await activity.FindAsync(customer, cancellationToken), viewing);
        foreach (ProductTouch bought in history.Touches.Where(t => t.Purchases > 0))
        {
            list.Exclude(bought.Product);
        }

        if (serving.Preference is { } preference)
        {
            foreach (RankedProduct ranked in preference.Rank(history.Touches, count, list.Admits))
            {
                list.Add(ranked.Product, ranked.Score, RecommendationSource.Collaborative, ReasonFor(ranked, history));
            }
        }

        AddSegmentFavourites(list, serving, portrait?.Insight);
        AddPopular(list);
        return list.Finish(serving.Version);
    }

    /// <summary>What everybody buys: the list the shop would show without us. Nothing about a customer is looked at.</summary>
    public RankedList RecommendPopular(int count, ProductId? viewing)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ListInMaking list = new(catalog.Current, count, viewing);
        AddPopular(list);
        return list.Finish(models: null);
    }

    private static void AddSegmentFavourites(ListInMaking list, ServingModels serving, CustomerInsight? insight)
    {
        if (list.IsFull || insight?.Segment is not { } index || serving.Segments is not { } segments || insight.Models != serving.Version || index >= segments.Segments.Count)
        {
            return;
        }

        LocalizedText name = segments.Segments[index].Name;
        LocalizedText reason = new($"liked by customers like you ({name.English})", $"与您相似的顾客喜欢（{name.Chinese}）");
        IReadOnlyList<ProductId> favourites = segments.Segments[index].Favourites;
        for (int i = 0; i < favourites.Count; i++)
        {
            list.Add(favourites[i], 1.0 / (i + 1), RecommendationSource.Segment, reason);
        }
    }

    private void AddPopular(ListInMaking list)
    {
        foreach (ProductDemand demand in analyst.Popular)
        {
            if (list.IsFull)
            {
                return;
            }

            list.Add(demand.Product, demand.Weight, RecommendationSource.Popular, PopularReason);
        }

        if (list.IsFull)
        {
            return;
        }

        foreach (ProductId product in catalog.Current.Keys.OrderBy(p => p.Value, StringComparer.Ordinal))
        {
            list.Add(product, 0, RecommendationSource.Catalogue, CatalogueReason);
        }
    }

    private LocalizedText ReasonFor(RankedProduct ranked, TouchHistory history)
    {
        if (ranked.Because is not { } because || !catalog.Current.TryGetValue(because, out Product? product))
        {
            return PopularReason;
        }

        ProductTouch? touch = history.Touches.FirstOrDefault(t => t.Product == because);
        return touch switch
        {
            { Purchases: > 0 } => new LocalizedText($"because you bought {product.Name.English}", $"因为您购买过 {product.Name.Chinese}"),
            { Adds: > 0 } => new LocalizedText($"because you put {product.Name.English} into your cart", $"因为您将 {product.Name.Chinese} 加入了购物车"),
            _ => new LocalizedText($"because you looked at {product.Name.English}", $"因为您浏览过 {product.Name.Chinese}"),
        };
    }
}
