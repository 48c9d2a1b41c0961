using MarketLoop.Analysis.Features;

namespace MarketLoop.Decision.Recommending.Sources;

/// <summary>What the customer bought before, the oftener and the more lately the stronger; only where a placement allows bought products.</summary>
internal sealed class ReorderSource : ICandidateSource
{
    private const double HalfLifeDays = 60;

    /// <inheritdoc />
    public void Gather(ListContext context, CandidatePool pool)
    {
        if (!context.Request.Placement.AllowsBought)
        {
            return;
        }

        double strongest = 0;
        foreach (ProductTouch touch in context.History.Touches)
        {
            strongest = Math.Max(strongest, StrengthOf(touch));
        }

        foreach (ProductTouch touch in context.History.Touches)
        {
            if (touch.Purchases > 0)
            {
                pool.Add(touch.Product, RecommendationSource.Reorder, StrengthOf(touch) / strongest, touch.Product);
            }
        }
    }

    private static double StrengthOf(ProductTouch touch) => touch.Purchases * Math.Pow(0.5, touch.AgeDays / HalfLifeDays);
}
