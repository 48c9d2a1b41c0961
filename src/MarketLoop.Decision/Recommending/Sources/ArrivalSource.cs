using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending.Sources;

/// <summary>What is new in the shop: nobody bought it yet, so only being shown can tell whether it is wanted.</summary>
internal sealed class ArrivalSource : ICandidateSource
{
    /// <inheritdoc />
    public void Gather(ListContext context, CandidatePool pool)
    {
        IReadOnlyList<ProductId> arrivals = context.Shelf.Arrivals;
        int taken = 0;
        for (int i = 0; i < arrivals.Count && taken < ListBuilder.SharedDepth; i++)
        {
            if (pool.Add(arrivals[i], RecommendationSource.Arrival, 1.0 / (taken + 1)))
            {
                taken++;
            }
        }
    }
}
