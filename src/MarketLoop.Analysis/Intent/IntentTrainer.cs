using MarketLoop.Domain;
using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Statistics;

namespace MarketLoop.Analysis.Intent;

/// <summary>Choices of a training.</summary>
internal sealed record IntentTraining
{
    /// <summary>Seed of all randomness.</summary>
    public ulong Seed { get; init; }

    /// <summary>Cost of calling a negative row positive; with <see cref="CostFalseNegative"/> it sets the threshold. Null: the best F1 does.</summary>
    public double? CostFalsePositive { get; init; }

    /// <summary>Cost of missing a positive row.</summary>
    public double? CostFalseNegative { get; init; }

    /// <summary>True for three quick candidates on few folds: a time limit was reached, or a single model is enough.</summary>
    public bool IsHurried { get; init; }
}

/// <summary>Chooses, blends and fits on a training part. The work is a fixed number of fits, so that the same data and seed give the same model however slow the machine.</summary>
internal sealed class IntentTrainer
{
    private const int InnerFolds = 5;
    private const int FewRows = 3_000;
    private const int FoldsOfFew = 10;
    private const int ManyRows = 60_000;
    private const int FewestFolds = 3;
    private const int StackFolds = 5;

    private readonly SourceTable table;
    private readonly int[] rows;
    private readonly bool[] labels;
    private readonly IntentTraining options;
    private readonly IReadOnlyList<IntentCandidate> candidates;
    private readonly IReadOnlyList<(PairFeature Pair, int FirstColumn, int SecondColumn)> pairs;

    private IntentTrainer(SourceTable table, int[] rows, IntentTraining options, CancellationToken cancellationToken)
    {
        this.table = table;
        this.rows = rows;
        this.options = options;
        labels = [.. rows.Select(row => table.Labels[row])];
        int positives = labels.Count(label => label);
        if (Math.Min(positives, rows.Length - positives) < 2)
        {
            throw new MarketLoopException($"{positives} of {rows.Length} training rows are positive: at least two of each kind are needed.");
        }

        candidates = IntentCandidate.For(rows.Length, options.IsHurried);
        pairs = TableDesign.FindPairs(table, rows, options.Seed, cancellationToken);
    }

    /// <summary>Trains on the given rows; no other row is looked at.</summary>
    /// <exception cref="MarketLoopException">There are fewer than two rows of a class, or no column to learn from.</exception>
    public static IntentModel Train(SourceTable table, int[] rows, IntentTraining options, CancellationToken cancellationToken) =>
        new IntentTrainer(table, rows, options, cancellationToken).Train(cancellationToken);

    /// <summary>The best single model of each of three quick families, without a blend; otherwise as <see cref="Train(SourceTable, int[], IntentTraining, CancellationToken)"/>.</summary>
    /// <exception cref="MarketLoopException">There are fewer than two rows of a class, or no column to learn from.</exception>
    public static SingleContest ChooseSingle(SourceTable table, int[] rows, ulong seed, CancellationToken cancellationToken)
    {
        IntentTrainer trainer = new(table, rows, new IntentTraining { Seed = seed, IsHurried = true }, cancellationToken);
        double[] inner = new double[rows.Length * trainer.candidates.Count];
        trainer.FitFolds(inner, cancellationToken);
        TableDesign design = TableDesign.Fit(table, rows, trainer.pairs);
        return new SingleContest(trainer.pairs, design, trainer.FitSingles(design, inner, cancellationToken));
    }

    private IntentModel Train(CancellationToken cancellationToken)
    {
        double[] inner = new double[rows.Length * candidates.Count];
        List<IntentMember> members = FitFolds(inner, cancellationToken);
        int[] asked = rows.Length < FewRows ? Promising(inner) : [.. Enumerable.Range(0, candidates.Count)];
        double[] said = Select(inner, asked);
        double[] stacked = CrossFit(said, asked.Length, cancellationToken);
        StackedBlend blend = StackedBlendTrainer.Fit(said, asked.Length, labels, cancellationToken: cancellationToken);
        TableDesign design = TableDesign.Fit(table, rows, pairs);
        SortedDictionary<string, ChosenSingle> singles = FitSingles(design, inner, cancellationToken);
        double blended = ClassificationMetrics.Compute(stacked, labels).LogLoss;
        KeyValuePair<string, ChosenSingle> best = singles.MinBy(single => single.Value.InnerLogLoss);
        bool isBlended = blended < best.Value.InnerLogLoss;
        return new IntentModel
        {
            Design = design,
            Members = isBlended ? [.. members.Select(member => Lighten(member, asked, blend))] : [],
            Blend = blend,
            Singles = singles,
            Alone = isBlended ? null : best.Key,
            Threshold = isBlended ? ThresholdOf(stacked) : best.Value.Threshold,
            InnerLogLoss = blended,
        };
    }

    private List<IntentMember> FitFolds(double[] inner, CancellationToken cancellationToken)
    {
        int positives = labels.Count(label => label);
        int wanted = rows.Length < FewRows ? FoldsOfFew : options.IsHurried || rows.Length > ManyRows ? FewestFolds : InnerFolds;
        int folds = Math.Min(wanted, Math.Min(positives, rows.Length - positives));
        int[] assigned = StratifiedFolds.Assign(labels, folds, options.Seed);
        List<IntentMember> members = [];
        for (int fold = 0; fold < folds; fold++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            members.Add(FitFold(assigned, fold, options.Seed + (ulong)fold, inner, cancellationToken));
        }

        return members;
    }

    private IntentMember FitFold(int[] assigned, int fold, ulong seed, double[] inner, CancellationToken cancellationToken)
    {
        int[] places = [.. Enumerable.Range(0, rows.Length).Where(place => assigned[place] == fold)];
        int[] known = [.. rows.Where((_, place) => assigned[place] != fold)];
        TableDesign design = TableDesign.Fit(table, known, pairs);
        DesignedRows train = design.Prepare(table, known, isTraining: true, seed);
        DesignedRows judged = design.Prepare(table, [.. places.Select(place => rows[place])], isTraining: false, seed);
        List<SingleModel?> models = [];
        for (int candidate = 0; candidate < candidates.Count; candidate++)
        {
            SingleModel model = candidates[candidate].Fit(train, seed, false, cancellationToken);
            double[] probabilities = model.Predict(judged);
            for (int i = 0; i < places.Length; i++)
            {
                inner[(places[i] * candidates.Count) + candidate] = probabilities[i];
            }

            models.Add(model);
        }

        return new IntentMember(design, models);
    }

    /// <summary>What the blend says of each row when its weights were learned on the others: its honest estimate, and what thresholds are chosen on.</summary>
    private double[] CrossFit(double[] inner, int models, CancellationToken cancellationToken)
    {
        int[] assigned = StratifiedFolds.Assign(labels, Math.Min(StackFolds, labels.Length), options.Seed + 101);
        double[] stacked = new double[labels.Length];
        foreach (int fold in assigned.Distinct().Order())
        {
            int[] known = [.. Enumerable.Range(0, labels.Length).Where(place => assigned[place] != fold)];
            double[] seen = new double[known.Length * models];
            for (int i = 0; i < known.Length; i++)
            {
                inner.AsSpan(known[i] * models, models).CopyTo(seen.AsSpan(i * models));
            }

            StackedBlend blend = StackedBlendTrainer.Fit(seen, models, known.Select(place => labels[place]).ToArray(), cancellationToken: cancellationToken);
            for (int place = 0; place < stacked.Length; place++)
            {
                if (assigned[place] == fold)
                {
                    stacked[place] = blend.Predict(inner.AsSpan(place * models, models));
                }
            }
        }

        return stacked;
    }

    private SortedDictionary<string, ChosenSingle> FitSingles(TableDesign design, double[] inner, CancellationToken cancellationToken)
    {
        DesignedRows whole = design.Prepare(table, rows, isTraining: true, options.Seed);
        double[][] answers = [.. Enumerable.Range(0, candidates.Count).Select(candidate => Select(inner, [candidate]))];
        double[] losses = [.. answers.Select(answer => ClassificationMetrics.Compute(answer, labels).LogLoss)];
        SortedDictionary<string, ChosenSingle> singles = new(StringComparer.Ordinal);
        foreach (IGrouping<string, int> family in Families())
        {
            int best = family.MinBy(candidate => losses[candidate]);
            SingleModel model = candidates[best].Fit(whole, options.Seed, true, cancellationToken);
            singles.Add(family.Key, new ChosenSingle(candidates[best], model, losses[best], ThresholdOf(answers[best])));
        }

        return singles;
    }

    private static IntentMember Lighten(IntentMember member, int[] asked, StackedBlend blend)
    {
        double[] weights = blend.Weights.ToArray();
        return member with { Models = [.. asked.Select((candidate, place) => weights[place] > 0 ? member.Models[candidate] : null)] };
    }

    /// <summary>With few rows a blend of many learns noise: only the best setting of each family is asked, and no family that is clearly worse than the best (two standard errors of the paired log-loss).</summary>
    private int[] Promising(double[] inner)
    {
        double[][] losses = [.. Enumerable.Range(0, candidates.Count).Select(candidate => Select(inner, [candidate]).Zip(labels, LossOf).ToArray())];
        double[] means = [.. losses.Select(loss => loss.Average())];
        int[] ofFamilies = [.. Families().Select(family => family.MinBy(candidate => means[candidate])).Order()];
        double[] best = losses[ofFamilies.MinBy(candidate => means[candidate])];
        return [.. ofFamilies.Where(candidate => !IsClearlyWorse(losses[candidate], best))];
    }

    private IEnumerable<IGrouping<string, int>> Families() =>
        Enumerable.Range(0, candidates.Count).GroupBy(candidate => candidates[candidate].Family, StringComparer.Ordinal);

    private static double LossOf(double probability, bool label) => -Math.Log(Math.Clamp(label ? probability : 1 - probability, 1e-6, 1));

    private static bool IsClearlyWorse(double[] losses, double[] best)
    {
        SampleMoments more = SampleMoments.Of([.. losses.Zip(best, (one, other) => one - other)]);
        return more.Mean > 2 * Math.Sqrt(more.Variance / more.Count);
    }

    /// <summary>What some of the candidates said, row by row.</summary>
    private double[] Select(double[] inner, int[] asked)
    {
        double[] said = new double[labels.Length * asked.Length];
        for (int row = 0; row < labels.Length; row++)
        {
            for (int place = 0; place < asked.Length; place++)
            {
                said[(row * asked.Length) + place] = inner[(row * candidates.Count) + asked[place]];
            }
        }

        return said;
    }

    // With calibrated probabilities the cheapest threshold is where both mistakes cost the same (Elkan, IJCAI 2001).
    private double ThresholdOf(double[] probabilities) => options is { CostFalsePositive: { } wrong, CostFalseNegative: { } missed }
        ? wrong / (wrong + missed)
        : ClassificationMetrics.BestF1Threshold(probabilities, labels);
}
