using MarketLoop.Analysis.Preference;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending.Sources;

/// <summary>What is liked by the same customers as one product.</summary>
internal sealed class SimilarSource : ICandidateSource
{
    /// <inheritdoc />
    public void Gather(ListContext context, CandidatePool pool)
    {
        if (context.Models.Preference is not { } model || context.Request.Beside.Count == 0)
        {
            return;
        }

        ProductId product = context.Request.Beside[0];
        IReadOnlyList<RankedProduct> ranked = model.Similar(product, ListBuilder.Depth, context.Door.Admits);
        for (int i = 0; i < ranked.Count; i++)
        {
            // Without a link to the product the model would go on with what is popular.
            if (ranked[i].Because is not null && ranked[i].Score > 0)
            {
                pool.Add(ranked[i].Product, RecommendationSource.Collaborative, ranked[i].Score / ranked[0].Score, product);
            }
        }
    }
}
