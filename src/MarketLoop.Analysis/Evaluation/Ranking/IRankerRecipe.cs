using MarketLoop.Domain;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>One way to rank, with all its settings: what is fitted, chosen and reported.</summary>
internal interface IRankerRecipe
{
    /// <summary>Family of models; of each the best settings compete.</summary>
    string Model { get; }

    IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>All that <see cref="Fit"/> depends on, to be compared: recipes of one family that learn alike differ in how a history is weighed only, and may share what was fitted.</summary>
    object Learning { get; }

    /// <summary>Fits on what is known; the questions are not looked at.</summary>
    IItemScorer Fit(RankingSplit split, CancellationToken cancellationToken);

    /// <summary>How the history of a question is weighed for the scorer.</summary>
    float[] Weigh(RankingCase question) => question.Weights;
}

/// <summary>A recipe whose settings a search may change one at a time.</summary>
internal interface ITunableRecipe : IRankerRecipe
{
    /// <summary>The same with one setting changed.</summary>
    /// <exception cref="MarketLoopException">There is no such setting; the message names what there is.</exception>
    ITunableRecipe With(string setting, double value);
}

/// <summary>A recipe with what was fitted by it.</summary>
internal sealed record FittedRanker(IRankerRecipe Recipe, IItemScorer Scorer)
{
    /// <summary>Scores of every item for some questions, one row after the other.</summary>
    public void Score(ReadOnlySpan<RankingCase> cases, Span<float> scores)
    {
        int[] starts = new int[cases.Length + 1];
        List<int> items = [];
        List<float> weights = [];
        for (int i = 0; i < cases.Length; i++)
        {
            float[] own = Recipe.Weigh(cases[i]);
            items.AddRange(cases[i].History);
            weights.AddRange(own.Length > 0 ? own : Enumerable.Repeat(1f, cases[i].History.Length));
            starts[i + 1] = items.Count;
        }

        Scorer.ScoreBatch(starts, items.ToArray(), weights.ToArray(), scores);
    }
}
