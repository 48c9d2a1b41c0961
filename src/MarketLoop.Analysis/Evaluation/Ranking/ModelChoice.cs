using System.Globalization;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>Families of models that the caller named, some with pinned settings: <c>ease:lambda=500,graph-filter</c>. None named means all.</summary>
internal sealed class ModelChoice
{
    private readonly List<(string Model, (string Setting, double Value)[] Pinned)> named;

    private ModelChoice(List<(string Model, (string Setting, double Value)[] Pinned)> named) => this.named = named;

    public static ModelChoice All { get; } = new([]);

    public bool AreNamed => named.Count > 0;

    /// <summary>Reads names, each with <c>:setting=value</c> as often as wanted.</summary>
    /// <exception cref="MarketLoopException">A setting is not a number.</exception>
    public static ModelChoice Parse(IEnumerable<string> texts) => new([.. texts.Where(text => text is not ("" or "auto")).Select(Parse)]);

    /// <summary>What to try: the search's candidates of the families named; pinned ones as they are; those the search does not know with their usual settings.</summary>
    public IEnumerable<IRankerRecipe> Select(RankingTask task, RankingTable table)
    {
        foreach ((string model, (string Setting, double Value)[] pinned) in named.Where(name => name.Pinned.Length > 0))
        {
            yield return Pinned(model, pinned, task.Wrap);
        }

        HashSet<string> free = [.. named.Where(name => name.Pinned.Length == 0).Select(name => name.Model)];
        HashSet<string> met = new(StringComparer.Ordinal);
        if (!AreNamed || free.Count > 0)
        {
            foreach (IRankerRecipe recipe in task.Search(table).Where(recipe => !AreNamed || free.Contains(recipe.Model)))
            {
                met.Add(recipe.Model);
                yield return recipe;
            }
        }

        foreach (string model in free.Where(model => !met.Contains(model)).Order(StringComparer.Ordinal))
        {
            yield return task.Wrap(Recipe.Of(model));
        }
    }

    /// <summary>Names of the families, once it is sure that each is known and has the settings pinned.</summary>
    /// <param name="wrap">As <see cref="RankingTask.Wrap"/>.</param>
    /// <exception cref="MarketLoopException">One is unknown; the message names what there is.</exception>
    public List<string> Check(Func<ITunableRecipe, ITunableRecipe> wrap) => named.ConvertAll(name => Pinned(name.Model, name.Pinned, wrap).Model);

    private static ITunableRecipe Pinned(string model, (string Setting, double Value)[] pinned, Func<ITunableRecipe, ITunableRecipe> wrap) =>
        pinned.Aggregate(wrap(Recipe.Of(model)), (recipe, change) => recipe.With(change.Setting, change.Value));

    private static (string Model, (string Setting, double Value)[] Pinned) Parse(string text)
    {
        string[] parts = text.Split(':', StringSplitOptions.TrimEntries);
        return (parts[0], [.. parts.Skip(1).Select(part =>
        {
            string[] pair = part.Split('=', 2);
            return pair.Length == 2 && double.TryParse(pair[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                ? (pair[0], value)
                : throw new MarketLoopException($"'{part}' of '{text}' is no setting; write it as ease:lambda=500.");
        })]);
    }
}
