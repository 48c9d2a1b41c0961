using System.Globalization;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>What a contest chose on its validation part.</summary>
/// <param name="Recipes">The models; not empty.</param>
/// <param name="Weights">Weight of each one's standardised scores, above 0.</param>
/// <param name="Why">In words.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record ContestChoice(IReadOnlyList<IRankerRecipe> Recipes, IReadOnlyList<double> Weights, string Why, double Seconds)
{
    /// <summary>The model, or the models with their weights.</summary>
    public string Name =>
        Recipes.Count == 1 ? Recipes[0].Model : string.Join(" + ", Recipes.Select((recipe, i) => string.Create(CultureInfo.InvariantCulture, $"{Weights[i]:0.##} {recipe.Model}")));

    /// <summary>Each model with its settings.</summary>
    public IReadOnlyList<RankerPart> Parts => [.. Recipes.Select((recipe, i) => new RankerPart(recipe.Model, Weights[i], recipe.Parameters))];
}

/// <summary>What the caller may say about a contest.</summary>
/// <param name="Models">Which families take part.</param>
/// <param name="Limit">No new candidate is begun after so long.</param>
internal sealed record ContestOptions(ModelChoice Models, TimeSpan Limit)
{
    /// <summary>False to leave out how unlike the items of a list are, which takes long to tell.</summary>
    public bool MeasuresDiversity { get; init; } = true;

    /// <summary>For as long as it takes: the choice does not depend on the machine's speed.</summary>
    /// <param name="models">Which families take part.</param>
    public static ContestOptions Unlimited(ModelChoice models) => new(models, TimeSpan.MaxValue);
}
