namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>What is worth trying on a clickstream: each family with all events alike, then what a view, a cart and a buy count.</summary>
internal static class EventSearch
{
    private static readonly (string Setting, double[] Values)[] WeightGrid =
        [("cart", [0, 0.5, 1.5, 2, 3, 5]), ("buy", [0, 0.25, 0.5, 1.5, 2, 3, 5]), ("view", [0, 0.25, 0.5, 2])];

    public static IRankerRecipe Popularity { get; } = new EventRecipe(Recipe.Of("popularity"), EventWeights.Equal);

    public static IEnumerable<IRankerRecipe> Propose(RankingTable table, EventWeights? pinned)
    {
        foreach ((ITunableRecipe start, (string, double[])[] grid) in Families())
        {
            foreach (IRankerRecipe recipe in SequenceSearch.Climb(table, new EventRecipe(start, EventWeights.Equal), grid, rounds: 1))
            {
                yield return recipe;
            }

            EventRecipe best = (EventRecipe?)table.Best(start.Model) ?? new EventRecipe(start, EventWeights.Equal);
            foreach (IRankerRecipe recipe in pinned is null ? SequenceSearch.Climb(table, best, WeightGrid, rounds: 2).Skip(1) : [best.With(pinned)])
            {
                yield return recipe;
            }
        }
    }

    /// <summary>The best on the validation part of those that count all events alike.</summary>
    public static IRankerRecipe BestOfEqualWeights(RankingTable? table)
    {
        IRankerRecipe? best = table?.Tried.Where(tried => tried.Recipe is EventRecipe { Weights: var weights } && weights == EventWeights.Equal)
            .OrderByDescending(tried => tried.Metrics.Ndcg).Select(tried => tried.Recipe).FirstOrDefault();
        return best ?? new EventRecipe(Recipe.Of("sequential-neighbours"), EventWeights.Equal);
    }

    private static IEnumerable<(ITunableRecipe Start, (string, double[])[] Grid)> Families()
    {
        yield return (Recipe.Of("sequential-neighbours").With("backward", 0.75).With("historyDecay", 0.8).With("shrinkage", 1),
            [("damping", [0.1, 0.2, 0.4, 0.5]), ("historyDecay", [0.6, 0.9, 0.95]), ("backward", [0.5, 1]), ("window", [5, 25, 50]), ("gapDecay", [0.2, 1]), ("sourceDamping", [0, 0.15, 0.5]), ("shrinkage", [0, 0.3, 3, 10])]);
        yield return (new DecayedHistory(Recipe.Of("item-neighbours", ("damping", 0.4)), 0.9),
            [("damping", [0.2, 0.3, 0.5]), ("shrinkage", [0, 1, 3]), ("userDamping", [0, 1]), ("historyDecay", [0.6, 0.8, 1])]);
        yield return (Recipe.Of("stan").With("halfLifeDays", double.PositiveInfinity).With("positionSteps", 5).With("itself", 0),
            [("positionSteps", [2, 10]), ("lengthDamping", [0.25, 0.75]), ("distanceSteps", [1, 5]), ("before", [0.5, 1]), ("idf", [0.3])]);
        yield return (new DecayedHistory(Recipe.Of("rp3beta"), 0.9), [("beta", [0.2, 0.6]), ("historyDecay", [0.6, 0.8, 1])]);
    }
}
