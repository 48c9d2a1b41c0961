using MarketLoop.Analysis.Preference;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending.Sources;

/// <summary>The preference model on the history up to this second.</summary>
internal sealed class PreferenceSource : ICandidateSource
{
    /// <inheritdoc />
    public void Gather(ListContext context, CandidatePool pool)
    {
        if (ModelFor(context) is not { } model || context.History.Touches.Length == 0)
        {
            return;
        }

        IReadOnlyList<RankedProduct> ranked = model.Rank(context.History.Touches, ListBuilder.Depth, context.Door.Admits);
        double best = ranked.Count > 0 ? ranked[0].Score : 0;
        for (int i = 0; i < ranked.Count; i++)
        {
            // A model may score below 0 where history speaks against a product; the order is what counts then.
            double strength = best > 0 && ranked[i].Score > 0 ? ranked[i].Score / best : 1e-3 / (i + 1);
            pool.Add(ranked[i].Product, RecommendationSource.Collaborative, strength, ranked[i].Because);
        }
    }

    // The one place where a placement's own model would be looked up.
    private static PreferenceModel? ModelFor(ListContext context) => context.Models.Preference;
}
