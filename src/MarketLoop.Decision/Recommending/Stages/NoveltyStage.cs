namespace MarketLoop.Decision.Recommending.Stages;

/// <summary>What everybody finds anyway counts less: a product loses the placement's novelty weight times its share of the strongest demand.</summary>
internal static class NoveltyStage
{
    public static void Apply(IReadOnlyList<Candidate> candidates, double weight)
    {
        for (int i = 0; i < candidates.Count && weight > 0; i++)
        {
            candidates[i].Set(ScoreSlot.Novelty, -weight * candidates[i].Place.Popularity);
        }
    }
}
