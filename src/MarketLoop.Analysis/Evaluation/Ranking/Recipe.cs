using System.Globalization;
using MarketLoop.Domain;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>A family of models: its usual settings by name, and how it is fitted with some.</summary>
internal sealed record RecipeFamily(Dictionary<string, double> Usual, Func<RankingSplit, IReadOnlyDictionary<string, double>, CancellationToken, IItemScorer> Fit)
{
    /// <summary>How a history is weighed; null leaves it as it is.</summary>
    public Func<RankingCase, IReadOnlyDictionary<string, double>, float[]>? Weigh { get; init; }
}

/// <summary>A model of one family with its settings.</summary>
internal sealed class Recipe : ITunableRecipe
{
    private static readonly Dictionary<string, RecipeFamily> Families = MatrixFamilies.All.Concat(SequenceFamilies.All).ToDictionary(StringComparer.Ordinal);

    private readonly RecipeFamily family;
    private readonly SortedDictionary<string, double> settings;

    private Recipe(string model, RecipeFamily family, SortedDictionary<string, double> settings)
    {
        Model = model;
        this.family = family;
        this.settings = settings;
        Parameters = Describe(settings);
    }

    public string Model { get; }

    public IReadOnlyDictionary<string, string> Parameters { get; }

    public object Learning => string.Join(' ', settings.Select(setting => string.Create(CultureInfo.InvariantCulture, $"{setting.Key}={setting.Value:R}")));

    /// <summary>A family with its usual settings, some of them changed.</summary>
    /// <exception cref="MarketLoopException">The family or a setting is unknown; the message names what there is.</exception>
    public static ITunableRecipe Of(string model, params ReadOnlySpan<(string Setting, double Value)> changes)
    {
        if (!Families.TryGetValue(model, out RecipeFamily? family))
        {
            throw new MarketLoopException($"'{model}' is no model; there are {string.Join(", ", Families.Keys.Order(StringComparer.Ordinal))}.");
        }

        ITunableRecipe recipe = new Recipe(model, family, new SortedDictionary<string, double>(family.Usual, StringComparer.Ordinal));
        foreach ((string setting, double value) in changes)
        {
            recipe = recipe.With(setting, value);
        }

        return recipe;
    }

    /// <summary>Settings as a report shows them.</summary>
    public static IReadOnlyDictionary<string, string> Describe(IEnumerable<KeyValuePair<string, double>> settings) => new SortedDictionary<string, string>(
        settings.ToDictionary(pair => pair.Key, pair => double.IsInfinity(pair.Value) ? "infinite" : pair.Value.ToString("0.####", CultureInfo.InvariantCulture), StringComparer.Ordinal), StringComparer.Ordinal);

    public ITunableRecipe With(string setting, double value)
    {
        if (!settings.ContainsKey(setting))
        {
            throw new MarketLoopException($"{Model} has no setting '{setting}'; it has {string.Join(", ", settings.Keys)}.");
        }

        return new Recipe(Model, family, new SortedDictionary<string, double>(settings, StringComparer.Ordinal) { [setting] = value });
    }

    public IItemScorer Fit(RankingSplit split, CancellationToken cancellationToken) => family.Fit(split, settings, cancellationToken);

    public float[] Weigh(RankingCase question) => family.Weigh?.Invoke(question, settings) ?? question.Weights;
}
