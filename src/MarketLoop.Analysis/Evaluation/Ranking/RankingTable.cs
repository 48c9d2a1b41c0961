using MarketLoop.Learning.Evaluation;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>What was tried on the validation part, in order.</summary>
internal sealed class RankingTable
{
    private readonly List<(IRankerRecipe Recipe, RankingMetrics Metrics)> tried = [];

    public IReadOnlyList<(IRankerRecipe Recipe, RankingMetrics Metrics)> Tried => tried;

    /// <summary>The best recipe so far, of a family if named; of equals the earlier. Null when there is none.</summary>
    public IRankerRecipe? Best(string? model = null)
    {
        IRankerRecipe? best = null;
        double highest = double.NegativeInfinity;
        foreach ((IRankerRecipe recipe, RankingMetrics metrics) in tried)
        {
            if ((model is null || string.Equals(recipe.Model, model, StringComparison.Ordinal)) && metrics.Ndcg > highest)
            {
                (best, highest) = (recipe, metrics.Ndcg);
            }
        }

        return best;
    }

    /// <summary>NDCG of the best recipe of a family; negative infinity when none was tried.</summary>
    public double BestNdcg(string model) => tried.Where(t => string.Equals(t.Recipe.Model, model, StringComparison.Ordinal)).Select(t => t.Metrics.Ndcg).DefaultIfEmpty(double.NegativeInfinity).Max();

    public void Add(IRankerRecipe recipe, RankingMetrics metrics) => tried.Add((recipe, metrics));
}
