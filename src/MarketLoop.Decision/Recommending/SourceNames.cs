namespace MarketLoop.Decision.Recommending;

/// <summary>How sources are written in settings, policies and answers.</summary>
public static class SourceNames
{
    private static readonly string[] Names = [.. Enum.GetValues<RecommendationSource>().Select(source => source.ToString().ToLowerInvariant())];

    /// <summary>Sources that a placement can name as its algorithm.</summary>
    public static IReadOnlyList<string> Leading { get; } =
        [.. Enum.GetValues<RecommendationSource>().Where(source => source is not (RecommendationSource.Pinned or RecommendationSource.Catalogue)).Select(Of)];

    /// <summary>The written name of a source.</summary>
    public static string Of(RecommendationSource source) => Names[(int)source];
}
