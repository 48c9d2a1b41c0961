using System.Diagnostics;
using System.Globalization;
using MarketLoop.Domain;
using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>Chooses among recipes and their blends on the validation part, fits the winner on all of train, and measures the test part once.</summary>
/// <remarks>The test questions are read in <see cref="Measure"/> only, after the choice stands, so permuting them cannot change it.</remarks>
internal sealed class RankingContest(RankingTask task, ContestOptions options, TimeProvider clock, Action<string> step)
{
    private const int FewestCases = 20;
    private const int MostValidationCases = 5_000;

    private readonly RankingTable table = new();
    private readonly Dictionary<string, FittedRanker> bestOf = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<RankingCase> cases = Thin(task.Validation.Cases);
    private HashSet<int>[]? relevant;

    /// <summary>Chooses, then measures.</summary>
    public RankingReport Run(CancellationToken cancellationToken) => Measure(Choose(cancellationToken), cancellationToken);

    /// <summary>Chooses on the validation part.</summary>
    public ContestChoice Choose(CancellationToken cancellationToken)
    {
        if (task.Fallback.Count > 0 && cases.Count < FewestCases)
        {
            return new ContestChoice([.. task.Fallback.Select(part => part.Recipe)], [.. task.Fallback.Select(part => part.Weight)], $"default: only {cases.Count} customers have an answer in the validation part, {FewestCases} are needed to choose", 0);
        }

        long started = clock.GetTimestamp();
        bool isCut = false;
        foreach (IRankerRecipe recipe in options.Models.Select(task, table))
        {
            if (table.Tried.Count > 0 && clock.GetElapsedTime(started) > options.Limit)
            {
                isCut = true;
                break;
            }

            Try(recipe, cancellationToken);
        }

        if (table.Tried.Count == 0)
        {
            throw new MarketLoopException("There is no candidate to try.");
        }

        List<FittedRanker> order = [.. bestOf.Values.OrderByDescending(ranker => table.BestNdcg(ranker.Recipe.Model))];
        step($"weighing {order.Count} models");
        double[] weights = cases.Count == 0 ? [1, .. new double[order.Count - 1]] : new BlendLearner(order, cases, task.At, task.Validation.NeverShown).Learn(cancellationToken);
        List<int> kept = [.. Enumerable.Range(0, order.Count).Where(i => weights[i] > 0)];
        bestOf.Clear(); // what they learned from the validation part is not asked any more
        string why = string.Create(
            CultureInfo.InvariantCulture,
            $"best NDCG@{task.At} of {table.Tried.Count} candidates on {cases.Count} validation questions cut from train: {order[0].Recipe.Model} {table.BestNdcg(order[0].Recipe.Model):0.0000}{(kept.Count > 1 ? $", and {kept.Count} models together are better by more than the noise" : "")}{(isCut ? $"; stopped after {options.Limit.TotalMinutes:0.#} minutes" : "")}");
        return new ContestChoice([.. kept.Select(i => order[i].Recipe)], [.. kept.Select(i => weights[i])], why, SecondsSince(ref started));
    }

    /// <summary>Fits a choice on all of train and measures it, and what is to stand beside it, on the test part.</summary>
    public RankingReport Measure(ContestChoice choice, CancellationToken cancellationToken)
    {
        long started = clock.GetTimestamp();
        List<FittedRanker> fitted = [];
        foreach (IRankerRecipe recipe in choice.Recipes)
        {
            step($"fitting {recipe.Model} on all of train");
            fitted.Add(new FittedRanker(recipe, recipe.Fit(task.Test, cancellationToken)));
        }

        double fitting = SecondsSince(ref started);
        RankingMeasurer measurer = new(task, options.MeasuresDiversity);
        step($"ranking for {task.Test.Cases.Count:N0} test questions");
        MeasuredLists auto = measurer.Measure(new CaseRanker(fitted, choice.Weights), task.Test.NeverShown, cancellationToken);
        double ranking = SecondsSince(ref started);
        return RankingReport.Of(task, auto, new ChosenRanker(choice.Name, choice.Why, choice.Parts, Rows()), SideBySide(measurer, fitted, auto.Quality, cancellationToken)) with
        {
            ChoosingSeconds = choice.Seconds,
            FittingSeconds = fitting,
            RankingSeconds = ranking,
            PeakMegabytes = Process.GetCurrentProcess().PeakWorkingSet64 / (1 << 20),
        };
    }

    private void Try(IRankerRecipe recipe, CancellationToken cancellationToken)
    {
        step($"trying {recipe.Model} ({string.Join(", ", recipe.Parameters.Select(p => $"{p.Key} {p.Value}"))})");
        FittedRanker ranker = new(recipe, FitOrReuse(recipe, cancellationToken));
        int[][] lists = new CaseRanker([ranker], [1]).Rank(cases, task.At, task.Validation.NeverShown, cancellationToken);
        RankingTally tally = new(task.At, task.Validation.Known.Items, task.Recall);
        relevant ??= [.. cases.Select(question => question.Relevant.ToHashSet())];
        for (int i = 0; i < lists.Length; i++)
        {
            tally.Add(lists[i], relevant[i]);
        }

        RankingMetrics metrics = tally.ToMetrics();
        double former = table.BestNdcg(recipe.Model);
        table.Add(recipe, metrics);
        if (metrics.Ndcg > former)
        {
            bestOf[recipe.Model] = ranker;
        }
    }

    // A search changes one setting of the best so far; often it is one of weighing a history, and what was learned stands.
    private IItemScorer FitOrReuse(IRankerRecipe recipe, CancellationToken cancellationToken) =>
        bestOf.TryGetValue(recipe.Model, out FittedRanker? best) && best.Recipe.Learning.Equals(recipe.Learning)
            ? best.Scorer
            : recipe.Fit(task.Validation, cancellationToken);

    // What a reader wants beside the choice: each model of the blend (or each that was asked for) alone, and the simple ones.
    private SortedDictionary<string, RankingQuality> SideBySide(RankingMeasurer measurer, List<FittedRanker> fitted, RankingQuality ours, CancellationToken cancellationToken)
    {
        SortedDictionary<string, RankingQuality> all = new(StringComparer.Ordinal);
        IEnumerable<IRankerRecipe> wanted = options.Models.AreNamed ? table.Tried.Select(tried => tried.Recipe.Model).Distinct(StringComparer.Ordinal).Select(model => table.Best(model)!) : fitted.Count > 1 ? fitted.Select(ranker => ranker.Recipe) : [];
        foreach ((string name, IRankerRecipe recipe, int[] neverShown) in wanted.Select(recipe => (recipe.Model, recipe, task.Test.NeverShown)).Concat(task.Baselines.Select(b => (b.Key, b.Value, Array.Empty<int>()))))
        {
            if (fitted.Count == 1 && ReferenceEquals(fitted[0].Recipe, recipe))
            {
                all[name] = ours; // the choice is this model alone
                continue;
            }

            step($"measuring {name} alone");
            FittedRanker ranker = fitted.Find(f => ReferenceEquals(f.Recipe, recipe)) ?? new FittedRanker(recipe, recipe.Fit(task.Test, cancellationToken));
            all[name] = measurer.Measure(new CaseRanker([ranker], [1]), neverShown, cancellationToken).Quality;
        }

        return all;
    }

    private double SecondsSince(ref long moment)
    {
        long before = moment;
        moment = clock.GetTimestamp();
        return clock.GetElapsedTime(before, moment).TotalSeconds;
    }

    private List<ValidationRow> Rows() => [.. table.Tried.Select(row => new ValidationRow(row.Recipe.Model, row.Recipe.Parameters, row.Metrics.Recall, row.Metrics.Ndcg))];

    // Evenly spaced, so that the same data gives the same sample.
    private static IReadOnlyList<RankingCase> Thin(IReadOnlyList<RankingCase> all) =>
        all.Count <= MostValidationCases ? all : [.. Enumerable.Range(0, MostValidationCases).Select(i => all[(int)((long)i * all.Count / MostValidationCases)])];
}
