using MarketLoop.Analysis.Features;

namespace MarketLoop.Decision.Recommending.Sources;

/// <summary>What everybody buys: over the last weeks, or lately more than usually. The same for all.</summary>
internal sealed class DemandSource(RecommendationSource source) : ICandidateSource
{
    /// <inheritdoc />
    public void Gather(ListContext context, CandidatePool pool)
    {
        IReadOnlyList<ProductDemand> demand = source == RecommendationSource.Trending ? context.Shelf.Trending : context.Shelf.Popular;
        int taken = 0;
        for (int i = 0; i < demand.Count && taken < ListBuilder.SharedDepth; i++)
        {
            if (demand[i].Weight > 0 && pool.Add(demand[i].Product, source, demand[i].Weight / demand[0].Weight))
            {
                taken++;
            }
        }
    }
}
