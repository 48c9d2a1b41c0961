using MarketLoop.Decision.Placements;

namespace MarketLoop.Decision.Recommending;

/// <summary>How much the word of each source counts in the blended score. Immutable.</summary>
/// <remarks>The preference model leads, because it alone was chosen on held-out purchases; the others decide between products that it holds alike, and speak where it is silent. A source that the placement names leads in its stead.</remarks>
internal sealed class SourceWeights
{
    private const double Trace = 0.01;
    private static readonly double[] Blend = Make();
    private readonly double[] weights;

    private SourceWeights(double[] weights) => this.weights = weights;

    /// <summary>Of the blend of all sources.</summary>
    public static SourceWeights Auto { get; } = new(Blend);

    public double this[RecommendationSource source] => weights[(int)source];

    /// <summary>Of a placement.</summary>
    public static SourceWeights For(Placement placement)
    {
        int leader = Array.FindIndex(Enum.GetValues<RecommendationSource>(), source => string.Equals(SourceNames.Of(source), placement.Algorithm, StringComparison.Ordinal));
        if (leader < 0)
        {
            return Auto;
        }

        double[] led = [.. Blend.Select(weight => weight * Trace)];
        led[leader] = 1;
        led[(int)RecommendationSource.Pinned] = 1;
        return new SourceWeights(led);
    }

    private static double[] Make()
    {
        double[] blend = new double[Enum.GetValues<RecommendationSource>().Length];
        blend[(int)RecommendationSource.Pinned] = 1;
        blend[(int)RecommendationSource.Collaborative] = 1;
        blend[(int)RecommendationSource.Reorder] = 0.5;
        blend[(int)RecommendationSource.Together] = 0.15;
        blend[(int)RecommendationSource.Segment] = 0.1;
        blend[(int)RecommendationSource.Content] = 0.08;
        blend[(int)RecommendationSource.Category] = 0.06;
        blend[(int)RecommendationSource.Popular] = 0.05;
        blend[(int)RecommendationSource.Trending] = 0.04;
        blend[(int)RecommendationSource.Arrival] = 0.02;
        blend[(int)RecommendationSource.Catalogue] = 1e-6;
        return blend;
    }
}
