namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>What is worth trying where only who took what is known: each family around its usual settings, then around its best.</summary>
internal static class MatrixSearch
{
    public static IEnumerable<IRankerRecipe> Propose(RankingTable table, RankingSplit split)
    {
        bool isSmall = split.Known.Items <= MatrixFamilies.MostItemsForEase;
        foreach (int vectors in isSmall ? (int[])[64, 96] : [256, 768])
        {
            yield return Recipe.Of("graph-filter", ("vectors", vectors));
        }

        foreach ((string setting, double value) in ((string, double)[])[("userExponent", 0.3), ("itemExponent", 0.5), ("sharpening", 1), ("lowPass", 0.15), ("lowPass", 0.5)])
        {
            yield return Best(table, "graph-filter").With(setting, value);
        }

        if (isSmall)
        {
            foreach (double lambda in (double[])[250, 500, 800, 1500])
            {
                yield return Recipe.Of("ease", ("lambda", lambda));
            }
        }

        foreach (double beta in isSmall ? (double[])[0.5, 0.7] : [0.15, 0.3])
        {
            yield return Recipe.Of("rp3beta", ("beta", beta));
        }

        ITunableRecipe users = Recipe.Of("user-neighbours");
        yield return users;
        yield return users.With("damping", 0);
        yield return Best(table, "user-neighbours").With("neighbours", 300);
        foreach (double unobserved in (double[])[0.1, 0.3])
        {
            yield return Recipe.Of("als", ("factors", isSmall ? 128 : 64), ("unobserved", unobserved));
        }

        yield return Recipe.Of("item-neighbours");
        yield return Recipe.Of("item-neighbours", ("damping", 0.6), ("userDamping", 1));
    }

    private static ITunableRecipe Best(RankingTable table, string model) => (ITunableRecipe?)table.Best(model) ?? Recipe.Of(model);
}
