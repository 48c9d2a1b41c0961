using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending.Sources;

/// <summary>Names products that a list might hold. Each source gives its best a strength of 1 and the others less.</summary>
internal interface ICandidateSource
{
    /// <summary>Puts its products into the pool; nothing when it has none.</summary>
    void Gather(ListContext context, CandidatePool pool);
}
