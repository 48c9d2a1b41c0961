namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>What is worth trying where the order is known: each family from its usual settings, one setting after the other.</summary>
internal static class SequenceSearch
{
    private static readonly (string Setting, double[] Values)[] SequentialGrid =
    [
        ("damping", [0.1, 0.2, 0.3, 0.4, 0.5]), ("historyDecay", [0.2, 0.35, 0.5, 0.65, 0.8]), ("backward", [0, 0.15, 0.3, 0.5, 0.75]), ("window", [1, 3, 5, 10, 25]),
        ("gapDecay", [0.3, 0.5, 1, 1.5]), ("sourceDamping", [0, 0.15, 0.3, 0.5, 0.8]), ("shrinkage", [0, 1, 3, 10]),
    ];

    private static readonly (string Setting, double[] Values)[] StanGrid =
    [
        ("positionSteps", [0.35, 0.5, 0.75, 1, 1.5, 2.5, 5]), ("halfLifeDays", [1, 2, 4, 8, 30, double.PositiveInfinity]), ("lengthDamping", [0, 0.25, 0.5, 0.75]),
        ("distanceSteps", [1, 2, 4, double.PositiveInfinity]), ("before", [0.25, 0.5, 0.75, 1]), ("itself", [0, 0.5, 1, 2, 4]), ("idf", [0, 0.1, 0.5, 5]), ("neighbours", [100, 300, 1_000]), ("sample", [500, 2_500]),
    ];

    /// <summary>One line of items a user: nothing is taken twice.</summary>
    public static IEnumerable<IRankerRecipe> OfSequences(RankingTable table, RankingSplit split)
    {
        foreach (IRankerRecipe recipe in Climb(table, Recipe.Of("sequential-neighbours"), SequentialGrid, rounds: 2))
        {
            yield return recipe;
        }

        foreach (IRankerRecipe recipe in Climb(table, Recipe.Of("stan").With("halfLifeDays", double.PositiveInfinity).With("itself", 0), StanGrid.Where(grid => grid.Setting is not ("itself" or "halfLifeDays")), rounds: 1))
        {
            yield return recipe;
        }

        foreach (IRankerRecipe recipe in OfMatrices(table, split))
        {
            yield return recipe;
        }

        yield return Recipe.Of("transitions");
        yield return Recipe.Of("popularity");
    }

    /// <summary>Clicks of sessions: the same may come again.</summary>
    public static IEnumerable<IRankerRecipe> OfSessions(RankingTable table, RankingSplit split)
    {
        foreach (IRankerRecipe recipe in Climb(table, Recipe.Of("stan"), StanGrid, rounds: 2))
        {
            yield return recipe;
        }

        ITunableRecipe sequential = Recipe.Of("sequential-neighbours").With("linksItself", 1).With("shrinkage", 0).With("historyDecay", 0.35);
        foreach (IRankerRecipe recipe in Climb(table, sequential, SequentialGrid, rounds: 2))
        {
            yield return recipe;
        }

        foreach (IRankerRecipe recipe in Climb(table, Recipe.Of("v-sknn"), [("lengthDamping", [0.25, 0.5]), ("idf", [0.3, 5]), ("itself", [0.5, 2])], rounds: 1))
        {
            yield return recipe;
        }

        yield return Recipe.Of("transitions");
        foreach (IRankerRecipe recipe in OfMatrices(table, split))
        {
            yield return recipe;
        }

        foreach (double halfLife in (double[])[1, 3, 10, double.PositiveInfinity])
        {
            yield return Recipe.Of("popularity", ("halfLifeDays", halfLife));
        }
    }

    /// <summary>Baskets: most of the next was bought before.</summary>
    public static IEnumerable<IRankerRecipe> OfBaskets(RankingTable table, RankingSplit split)
    {
        (string, double[])[] grid = [("personal", [0.1, 0.3, 0.5, 0.7]), ("within", [0.8, 0.9, 1]), ("across", [0.6, 0.9, 1]), ("groupSize", [1, 3, 7, 20]), ("neighbours", [100, 300, 1_000])];
        foreach (IRankerRecipe recipe in Climb(table, Recipe.Of("next-basket"), grid, rounds: 1))
        {
            yield return recipe;
        }

        foreach (IRankerRecipe recipe in Climb(table, Recipe.Of("sequential-neighbours").With("linksItself", 1), SequentialGrid.Where(g => g.Setting is "damping" or "historyDecay" or "shrinkage"), rounds: 1))
        {
            yield return recipe;
        }

        foreach (IRankerRecipe recipe in OfMatrices(table, split))
        {
            yield return recipe;
        }

        yield return Recipe.Of("personal-frequency");
        yield return Recipe.Of("popularity");
    }

    /// <summary>The families without order, asked with fading histories.</summary>
    private static IEnumerable<IRankerRecipe> OfMatrices(RankingTable table, RankingSplit split)
    {
        (string, double[]) decay = ("historyDecay", [0.4, 0.6, 0.8]);
        if (split.Known.Items <= MatrixFamilies.MostItemsForEase)
        {
            foreach (IRankerRecipe recipe in Climb(table, new DecayedHistory(Recipe.Of("ease", ("lambda", 50)), 0.5), [("lambda", [20, 150, 500]), decay], rounds: 1))
            {
                yield return recipe;
            }
        }

        foreach (IRankerRecipe recipe in Climb(table, new DecayedHistory(Recipe.Of("item-neighbours", ("damping", 0.3)), 0.5), [("damping", [0.2, 0.5]), ("shrinkage", [0, 1, 5]), decay], rounds: 1))
        {
            yield return recipe;
        }

        foreach (IRankerRecipe recipe in Climb(table, new DecayedHistory(Recipe.Of("rp3beta"), 0.5), [("beta", [0.2, 0.6]), decay], rounds: 1))
        {
            yield return recipe;
        }
    }

    /// <summary>Tries a start, then for one setting after the other each value in what is best by then.</summary>
    internal static IEnumerable<IRankerRecipe> Climb(RankingTable table, ITunableRecipe start, IEnumerable<(string Setting, double[] Values)> grid, int rounds)
    {
        (string Setting, double[] Values)[] settings = [.. grid];
        HashSet<string> tried = new(StringComparer.Ordinal) { KeyOf(start) };
        yield return start;
        for (int round = 0; round < rounds; round++)
        {
            foreach ((string setting, double[] values) in settings)
            {
                ITunableRecipe best = (ITunableRecipe?)table.Best(start.Model) ?? start;
                foreach (double value in values)
                {
                    ITunableRecipe changed = best.With(setting, value);
                    if (tried.Add(KeyOf(changed)))
                    {
                        yield return changed;
                    }
                }
            }
        }
    }

    private static string KeyOf(IRankerRecipe recipe) => string.Join(';', recipe.Parameters.Select(pair => $"{pair.Key}={pair.Value}"));
}
