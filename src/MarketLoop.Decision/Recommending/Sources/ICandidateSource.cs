using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending.Sources;

/// <summary>Names products that a list might hold. Each source gives its best a strength of 1 and the others less.</summary>
internal interface ICandidateSource
{
    /// <summary>What the products it names are said to come from.</summary>
    RecommendationSource Source { get; }

    /// <summary>True when it looks at the customer: such a source is not asked for those who opted out.</summary>
    bool IsPersonal { get; }

    /// <summary>Puts its products into the pool; nothing when it has none.</summary>
    void Gather(ListContext context, CandidatePool pool);
}
