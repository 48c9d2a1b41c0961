using MarketLoop.Analysis.Preference;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>What is worth trying on a clickstream: each family with all events alike, then what a view, a cart and a buy count.</summary>
internal static class EventSearch
{
    private static readonly (string Setting, double[] Values)[] WeightGrid =
        [("cart", [0, 0.5, 1.5, 2, 3, 5]), ("buy", [0, 0.25, 0.5, 1.5, 2, 3, 5]), ("view", [0, 0.25, 0.5, 2])];

    public static IRankerRecipe Popularity { get; } = new EventRecipe(Recipe.Of("popularity"), HistoryWeights.Equal);

    public static IEnumerable<IRankerRecipe> Propose(RankingTable table, HistoryWeights? pinned)
    {
        foreach ((EventRecipe start, (string, double[])[] grid) in Families())
        {
            foreach (IRankerRecipe recipe in SequenceSearch.Climb(table, start, grid, rounds: 1))
            {
                yield return recipe;
            }

            EventRecipe best = (EventRecipe?)table.Best(start.Model) ?? start;
            foreach (IRankerRecipe recipe in pinned is null ? SequenceSearch.Climb(table, best, WeightGrid, rounds: 2).Skip(1) : [best.WithKinds(pinned)])
            {
                yield return recipe;
            }
        }
    }

    /// <summary>The best on the validation part of those that count all events alike.</summary>
    public static IRankerRecipe BestOfEqualWeights(RankingTable? table)
    {
        IRankerRecipe? best = table?.Tried.Where(tried => tried.Recipe is EventRecipe { Weights: { View: 1, Cart: 1, Buy: 1 } })
            .OrderByDescending(tried => tried.Metrics.Ndcg).Select(tried => tried.Recipe).FirstOrDefault();
        return best ?? new EventRecipe(Recipe.Of("sequential-neighbours"), HistoryWeights.Equal);
    }

    private static IEnumerable<(EventRecipe Start, (string, double[])[] Grid)> Families()
    {
        yield return (new EventRecipe(Recipe.Of("sequential-neighbours", ("backward", 0.75), ("historyDecay", 0.8), ("shrinkage", 1)), HistoryWeights.Equal),
            [("damping", [0.1, 0.2, 0.4, 0.5]), ("historyDecay", [0.6, 0.9, 0.95]), ("backward", [0.5, 1]), ("window", [5, 25, 50]), ("gapDecay", [0.2, 1]), ("sourceDamping", [0, 0.15, 0.5]), ("shrinkage", [0, 0.3, 3, 10])]);
        yield return (new EventRecipe(Recipe.Of("item-neighbours", ("damping", 0.4)), HistoryWeights.Equal with { StepDecay = 0.9 }),
            [("damping", [0.2, 0.3, 0.5]), ("shrinkage", [0, 1, 3]), ("userDamping", [0, 1]), ("stepDecay", [0.6, 0.8, 1])]);
        yield return (new EventRecipe(Recipe.Of("stan", ("halfLifeDays", double.PositiveInfinity), ("positionSteps", 5), ("itself", 0)), HistoryWeights.Equal),
            [("positionSteps", [2, 10]), ("lengthDamping", [0.25, 0.75]), ("distanceSteps", [1, 5]), ("before", [0.5, 1]), ("idf", [0.3])]);
        yield return (new EventRecipe(Recipe.Of("rp3beta"), HistoryWeights.Equal with { StepDecay = 0.9 }), [("beta", [0.2, 0.6]), ("stepDecay", [0.6, 0.8, 1])]);
    }
}
