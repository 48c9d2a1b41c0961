using MarketLoop.Analysis.Features;
using MarketLoop.Decision.Recommending.Sources;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>Says in both languages why a product is in a list: the last stage.</summary>
internal static class ReasonWriter
{
    private static readonly LocalizedText Popular = new("popular in this shop", "本店热门");
    private static readonly LocalizedText Catalogue = new("from our range", "本店商品");
    private static readonly LocalizedText Pinned = new("picked by the shop", "店铺精选");
    private static readonly LocalizedText Trending = new("in demand these days", "近期热销");
    private static readonly LocalizedText Arrival = new("new in this shop", "新品上架");
    private static readonly LocalizedText Again = new("you bought it before", "您购买过");

    /// <summary>The reason for a candidate.</summary>
    public static LocalizedText Write(Candidate candidate, ListContext context) => candidate.Source switch
    {
        RecommendationSource.Pinned => Pinned,
        RecommendationSource.Segment when SegmentSource.NameOf(context) is { } name => new LocalizedText($"liked by customers like you ({name.English})", $"与您相似的顾客喜欢（{name.Chinese}）"),
        RecommendationSource.Trending => Trending,
        RecommendationSource.Arrival => Arrival,
        RecommendationSource.Reorder => Again,
        RecommendationSource.Catalogue => Catalogue,
        RecommendationSource.Collaborative or RecommendationSource.Together or RecommendationSource.Content or RecommendationSource.Category => WriteBecause(candidate, context),
        _ => Popular,
    };

    private static LocalizedText WriteBecause(Candidate candidate, ListContext context)
    {
        if (candidate.Because is not { } because || !context.Shelf.Products.TryGetValue(because, out Product? product))
        {
            return Popular;
        }

        (string english, string chinese) = (product.Name.English, product.Name.Chinese);
        if (candidate.Source == RecommendationSource.Together)
        {
            return new LocalizedText($"often bought with {english}", $"常与 {chinese} 一起购买");
        }

        if (candidate.Source == RecommendationSource.Content)
        {
            return new LocalizedText($"similar to {english}", $"与 {chinese} 相似");
        }

        return Array.Find(context.History.Touches, touch => touch.Product == because) switch
        {
            { Purchases: > 0 } => new LocalizedText($"because you bought {english}", $"因为您购买过 {chinese}"),
            { Adds: > 0 } => new LocalizedText($"because you put {english} into your cart", $"因为您将 {chinese} 加入了购物车"),
            { Views: > 0 } => new LocalizedText($"because you looked at {english}", $"因为您浏览过 {chinese}"),
            _ => new LocalizedText($"liked by those who like {english}", $"喜欢 {chinese} 的顾客也喜欢"),
        };
    }
}
