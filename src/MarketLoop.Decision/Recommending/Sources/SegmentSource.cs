using MarketLoop.Analysis.Segmentation;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending.Sources;

/// <summary>What the customer's segment buys more than others do.</summary>
internal sealed class SegmentSource : ICandidateSource
{
    /// <inheritdoc />
    public void Gather(ListContext context, CandidatePool pool)
    {
        if (NameOf(context) is null || context.Insight?.Segment is not { } index)
        {
            return;
        }

        IReadOnlyList<ProductId> favourites = context.Models.Segments!.Segments[index].Favourites; // there when it has a name
        for (int i = 0; i < favourites.Count && i < ListBuilder.SharedDepth; i++)
        {
            pool.Add(favourites[i], RecommendationSource.Segment, 1.0 / (i + 1));
        }
    }

    /// <summary>The name of the customer's segment; null when it is of another training, or there is none.</summary>
    public static LocalizedText? NameOf(ListContext context) =>
        context.Insight is { Segment: { } index } insight && context.Models.Segments is { } segments && insight.Models == context.Models.Version && index < segments.Segments.Count
            ? segments.Segments[index].Name
            : null;
}
