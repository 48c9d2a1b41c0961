namespace MarketLoop.Decision.Recommending.Stages;

/// <summary>What earns the shop more counts more, where products say their margin: a product gains the placement's weight times its margin.</summary>
internal static class MarginStage
{
    public static void Apply(IReadOnlyList<Candidate> candidates, double weight)
    {
        for (int i = 0; i < candidates.Count && weight > 0; i++)
        {
            candidates[i].Set(ScoreSlot.Margin, weight * candidates[i].Place.Margin);
        }
    }
}
