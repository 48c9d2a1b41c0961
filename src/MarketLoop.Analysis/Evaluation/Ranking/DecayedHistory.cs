using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>A recipe that knows no order, asked with a history in which an entry k steps back counts decay^k.</summary>
internal sealed class DecayedHistory(ITunableRecipe inner, double decay) : ITunableRecipe
{
    private const string Setting = "historyDecay";

    public string Model => inner.Model;

    public IReadOnlyDictionary<string, string> Parameters { get; } = new SortedDictionary<string, string>(
        inner.Parameters.Concat(Recipe.Describe([new(Setting, decay)])).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);

    public object Learning => inner.Learning;

    public IItemScorer Fit(RankingSplit split, CancellationToken cancellationToken) => inner.Fit(split, cancellationToken);

    public float[] Weigh(RankingCase question)
    {
        float[] weights = inner.Weigh(question);
        float[] decayed = new float[question.History.Length];
        for (int i = 0; i < decayed.Length; i++)
        {
            decayed[i] = (float)Math.Pow(decay, decayed.Length - 1 - i) * (weights.Length == 0 ? 1 : weights[i]);
        }

        return decayed;
    }

    public ITunableRecipe With(string setting, double value) => string.Equals(setting, Setting, StringComparison.Ordinal) ? new DecayedHistory(inner, value) : new DecayedHistory(inner.With(setting, value), decay);
}
