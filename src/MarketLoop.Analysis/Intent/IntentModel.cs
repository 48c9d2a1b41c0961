using MarketLoop.Learning.Classification;

namespace MarketLoop.Analysis.Intent;

/// <summary>One inner fold's design and models; those of no weight in the blend are left out.</summary>
internal sealed record IntentMember(TableDesign Design, IReadOnlyList<SingleModel?> Models);

/// <summary>The best candidate of a family by the inner folds, fitted once on the whole training part.</summary>
/// <param name="Candidate">Kind and settings.</param>
/// <param name="Model">The model.</param>
/// <param name="InnerLogLoss">Its log-loss on the inner folds.</param>
/// <param name="Threshold">Probability from which a row counts as positive, chosen on the inner folds.</param>
internal sealed record ChosenSingle(IntentCandidate Candidate, SingleModel Model, double InnerLogLoss, double Threshold);

/// <summary>What a contest of single models gave.</summary>
/// <param name="Pairs">Pairs of columns that help.</param>
/// <param name="Design">Design of the whole training part.</param>
/// <param name="Singles">Best single model of each family.</param>
internal sealed record SingleContest(
    IReadOnlyList<(PairFeature Pair, int FirstColumn, int SecondColumn)> Pairs, TableDesign Design, IReadOnlyDictionary<string, ChosenSingle> Singles)
{
    /// <summary>The family whose best model lost least on the inner folds.</summary>
    public string Best => Singles.MinBy(single => single.Value.InnerLogLoss).Key;

    /// <summary>Fits the best model's settings on other rows of the table.</summary>
    public (TableDesign Design, SingleModel Model) FitAnew(SourceTable table, int[] rows, ulong seed, CancellationToken cancellationToken)
    {
        TableDesign design = TableDesign.Fit(table, rows, Pairs);
        return (design, Singles[Best].Candidate.Fit(design.Prepare(table, rows, isTraining: true, seed), seed, true, cancellationToken));
    }
}

/// <summary>What a training part gave: the blend and the single models. Immutable, thread-safe.</summary>
internal sealed record IntentModel
{
    /// <summary>Design of the whole training part; the single models see it.</summary>
    public required TableDesign Design { get; init; }

    /// <summary>The inner folds' models; each family's fold models are averaged.</summary>
    public required IReadOnlyList<IntentMember> Members { get; init; }

    /// <summary>How the candidates' probabilities become one.</summary>
    public required StackedBlend Blend { get; init; }

    /// <summary>Best single model of each family.</summary>
    public required IReadOnlyDictionary<string, ChosenSingle> Singles { get; init; }

    /// <summary>Family that answers alone because the blend was no better on the inner folds; null when the blend answers.</summary>
    public required string? Alone { get; init; }

    /// <summary>Probability from which the answer counts as positive, chosen on the inner folds.</summary>
    public required double Threshold { get; init; }

    /// <summary>Log-loss of the blend on the inner folds, its weights learned on other rows than judged.</summary>
    public required double InnerLogLoss { get; init; }

    /// <summary>The answer for rows of a table. O(rows x trees).</summary>
    public double[] Predict(SourceTable table, ReadOnlySpan<int> rows)
    {
        if (Alone is not null)
        {
            return Predict(Alone, table, rows);
        }

        double[] sum = new double[rows.Length];
        double[] asked = new double[Blend.Models];
        foreach (IntentMember member in Members)
        {
            DesignedRows prepared = member.Design.Prepare(table, rows, isTraining: false, seed: 0);
            double[]?[] answers = [.. member.Models.Select(model => model?.Predict(prepared))];
            for (int row = 0; row < sum.Length; row++)
            {
                for (int model = 0; model < asked.Length; model++)
                {
                    asked[model] = answers[model] is { } known ? known[row] : 0.5;
                }

                sum[row] += Blend.Predict(asked) / Members.Count;
            }
        }

        return [.. sum.Select(value => Math.Clamp(value, 0, 1))];
    }

    /// <summary>The answer of a family's best model alone.</summary>
    public double[] Predict(string family, SourceTable table, ReadOnlySpan<int> rows) =>
        Singles[family].Model.Predict(Design.Prepare(table, rows, isTraining: false, seed: 0));

    /// <summary>What speaks for and against one row, by the boosted trees; see <see cref="TableDesign.Explain"/>.</summary>
    public IReadOnlyList<(string Column, double Effect)> Explain(SourceTable table, int row) =>
        Design.Explain(Singles["boosting"].Model, Design.Prepare(table, [row], isTraining: false, seed: 0));
}
