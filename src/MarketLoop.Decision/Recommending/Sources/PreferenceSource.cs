using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Preference;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending.Sources;

/// <summary>The preference model that was chosen for what the placement is for, on the history up to this second.</summary>
internal sealed class PreferenceSource : ICandidateSource
{
    /// <inheritdoc />
    public void Gather(ListContext context, CandidatePool pool)
    {
        (PreferenceModel? model, IReadOnlyList<ProductTouch> history) = Choose(context);
        if (model is null || history.Count == 0)
        {
            return;
        }

        IReadOnlyList<RankedProduct> ranked = model.Rank(history, ListBuilder.Depth, context.Door.Admits);
        double best = ranked.Count > 0 ? ranked[0].Score : 0;
        for (int i = 0; i < ranked.Count; i++)
        {
            // A model may score below 0 where history speaks against a product; the order is what counts then.
            double strength = best > 0 && ranked[i].Score > 0 ? ranked[i].Score / best : 1e-3 / (i + 1);
            pool.Add(ranked[i].Product, RecommendationSource.Collaborative, strength, ranked[i].Because);
        }
    }

    // Where an aim has no model of its own, taste answers; but taste never learned what is bought again, so there the habits of the reorder source lead.
    private static (PreferenceModel? Model, IReadOnlyList<ProductTouch> History) Choose(ListContext context)
    {
        PreferenceAim aim = context.Request.Placement.Aim;
        ProductTouch[] touches = context.History.Touches;
        int beside = Math.Min(context.Request.Beside.Count, touches.Length);
        return context.Models.Preferences.GetValueOrDefault(aim) switch
        {
            { } own when aim == PreferenceAim.Basket && beside > 0 => (own, new ArraySegment<ProductTouch>(touches, 0, beside)), // the cart stands in front
            { } own when aim != PreferenceAim.Basket => (own, touches),
            _ => (aim == PreferenceAim.Reorder ? null : context.Models.Preference, touches),
        };
    }
}
