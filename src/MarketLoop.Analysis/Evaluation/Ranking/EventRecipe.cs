using MarketLoop.Analysis.Preference;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>A recipe over entries whose weights are the numbers of their kinds, which it turns into what the kinds count, when learning and in the history that is asked with.</summary>
internal sealed class EventRecipe(ITunableRecipe inner, HistoryWeights weights) : ITunableRecipe
{
    public string Model => inner.Model;

    public HistoryWeights Weights => weights;

    public IReadOnlyDictionary<string, string> Parameters { get; } = new SortedDictionary<string, string>(
        inner.Parameters.Concat(Recipe.Describe(weights.Settings)).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);

    public object Learning => (inner.Learning, weights.OfLearning);

    public IItemScorer Fit(RankingSplit split, CancellationToken cancellationToken) => inner.Fit(split.Reweighed(weights), cancellationToken);

    public float[] Weigh(RankingCase question)
    {
        float[] weighed = new float[question.History.Length];
        for (int i = 0; i < weighed.Length; i++)
        {
            double age = question.Days.Length == 0 ? 0 : question.Days[^1] - question.Days[i];
            weighed[i] = (float)weights.Of((ActKind)question.Weights[i], question.Buys.Length == 0 ? 1 : question.Buys[i], age, weighed.Length - 1 - i);
        }

        return inner.Weigh(question with { Weights = weighed });
    }

    public ITunableRecipe With(string setting, double value) => weights.With(setting, value) is { } changed ? new EventRecipe(inner, changed) : new EventRecipe(inner.With(setting, value), weights);

    /// <summary>The same with other weights of the kinds.</summary>
    public EventRecipe WithKinds(HistoryWeights kinds) => new(inner, weights with { View = kinds.View, Cart = kinds.Cart, Buy = kinds.Buy });
}

/// <summary>A recipe that is only known once the contest has chosen: the best of those tried that meet a condition.</summary>
internal sealed class BestTried(Func<IRankerRecipe> choose) : IRankerRecipe
{
    private readonly Lazy<IRankerRecipe> chosen = new(choose);

    public string Model => chosen.Value.Model;

    public IReadOnlyDictionary<string, string> Parameters => chosen.Value.Parameters;

    public object Learning => chosen.Value.Learning;

    public IItemScorer Fit(RankingSplit split, CancellationToken cancellationToken) => chosen.Value.Fit(split, cancellationToken);

    public float[] Weigh(RankingCase question) => chosen.Value.Weigh(question);
}
