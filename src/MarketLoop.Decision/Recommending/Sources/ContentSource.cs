using MarketLoop.Analysis.Features;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending.Sources;

/// <summary>What reads like the last products touched, where the preference model is blind: new products beside known ones, and anything beside a new one.</summary>
internal sealed class ContentSource(AlikeByContent alike) : ICandidateSource
{
    private const int MostAnchors = 5;
    private const int PerAnchor = 20;

    /// <inheritdoc />
    public void Gather(ListContext context, CandidatePool pool)
    {
        ProductTouch[] touches = context.History.Touches; // what is looked at right now stands in front
        for (int anchor = 0; anchor < touches.Length && anchor < MostAnchors; anchor++)
        {
            IReadOnlyList<AlikeProduct> own = alike.Of(touches[anchor].Product);
            for (int i = 0; i < own.Count && i < PerAnchor; i++)
            {
                pool.Add(own[i].Product, RecommendationSource.Content, own[i].Likeness / own[0].Likeness / (anchor + 1), touches[anchor].Product);
            }
        }
    }
}
