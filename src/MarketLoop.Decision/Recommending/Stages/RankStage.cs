namespace MarketLoop.Decision.Recommending.Stages;

/// <summary>Puts candidates in order of score, ties by product id, so that the same state gives the same list.</summary>
internal static class RankStage
{
    public static Candidate[] Apply(IReadOnlyList<Candidate> candidates)
    {
        Candidate[] ranked = [.. candidates];
        Array.Sort(ranked, static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : string.CompareOrdinal(a.Product.Id.Value, b.Product.Id.Value));
        return ranked;
    }
}
