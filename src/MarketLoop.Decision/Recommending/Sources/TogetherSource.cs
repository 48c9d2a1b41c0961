using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending.Sources;

/// <summary>What is bought in the same orders as the products of the page or the cart, else as the last ones touched.</summary>
internal sealed class TogetherSource(BoughtTogether together) : ICandidateSource
{
    private const int MostAnchors = 5;
    private const int PerAnchor = 20;

    /// <inheritdoc />
    public void Gather(ListContext context, CandidatePool pool)
    {
        int anchors = Math.Min(MostAnchors, context.Request.Beside.Count > 0 ? context.Request.Beside.Count : context.History.Touches.Length);
        for (int anchor = 0; anchor < anchors; anchor++)
        {
            ProductId product = context.Request.Beside.Count > 0 ? context.Request.Beside[anchor] : context.History.Touches[anchor].Product;
            IReadOnlyList<PartnerProduct> partners = together.Of(product);
            for (int i = 0; i < partners.Count && i < PerAnchor; i++)
            {
                pool.Add(partners[i].Product, RecommendationSource.Together, partners[i].Score / partners[0].Score / (anchor + 1), product);
            }
        }
    }
}
