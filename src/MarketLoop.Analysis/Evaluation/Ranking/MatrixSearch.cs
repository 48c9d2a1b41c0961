namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>What is worth trying where only who took what is known: each family around its usual settings, then around its best.</summary>
internal static class MatrixSearch
{
    public static IEnumerable<IRankerRecipe> Propose(RankingTable table, RankingSplit split)
    {
        MatrixRecipe graph = MatrixRecipe.Of("graph-filter", ("sharpening", 2), ("userExponent", 0.4));
        yield return graph;
        bool isSmall = split.Known.Items <= MatrixRecipe.MostItemsForEase;
        foreach (int vectors in isSmall ? (int[])[64, 128] : [128, 512])
        {
            yield return graph.With(("vectors", vectors));
        }

        foreach ((string setting, double value) in ((string, double)[])[("lowPass", 0.15), ("lowPass", 0.6), ("sharpening", 1), ("sharpening", 2.5), ("userExponent", 0.3), ("userExponent", 0.5)])
        {
            yield return Best(table, "graph-filter").With((setting, value));
        }

        if (isSmall)
        {
            foreach (double lambda in (double[])[100, 200, 500, 1000, 2000])
            {
                yield return MatrixRecipe.Of("ease", ("lambda", lambda));
            }
        }

        foreach (double beta in (double[])[0.3, 0.5, 0.7])
        {
            yield return MatrixRecipe.Of("rp3beta", ("beta", beta));
        }

        MatrixRecipe users = MatrixRecipe.Of("user-neighbours");
        yield return users;
        yield return users.With(("neighbours", 300));
        yield return Best(table, "user-neighbours").With(("amplification", 3));
        yield return MatrixRecipe.Of("item-neighbours");
        yield return MatrixRecipe.Of("item-neighbours", ("damping", 0.6), ("userDamping", 1));
    }

    private static MatrixRecipe Best(RankingTable table, string model) => (MatrixRecipe?)table.Best(model) ?? MatrixRecipe.Of(model);
}
