using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Analysis.Intent;

/// <summary>Measures the classification pipeline by cross-validation: all choices are made inside each training part, which never sees the fold it is judged on.</summary>
public sealed class IntentEvaluator
{
    private const string Auto = "auto";
    private const int BootstrapSamples = 1000;
    private const int ImportanceFolds = 3;

    private readonly IntentTable source;
    private readonly IntentOptions options;
    private readonly TimeProvider clock;
    private readonly List<(string Name, int[] FoldOfRow)> sortings;
    private readonly ConcurrentDictionary<string, PooledAnswers[]> pooled = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> chosen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(int Fold, int Column), double> importance = new();
    private int limited;

    private IntentEvaluator(IntentTable source, IntentOptions options, TimeProvider clock)
    {
        this.source = source;
        this.options = options;
        this.clock = clock;
        sortings = options.FoldColumns.Count > 0
            ? [.. options.FoldColumns.Select(given => (given.Name, source.FileRows.Select(row => given.FoldOfRow[row]).ToArray()))]
            : [("folds", StratifiedFolds.Assign(source.Table.Labels, Math.Min(options.Folds, source.Table.Rows), (ulong)options.Seed))];
    }

    /// <summary>Evaluates a table.</summary>
    /// <param name="file">The table.</param>
    /// <param name="options">What and how.</param>
    /// <param name="clock">Tells the seconds taken, and when a limit is reached.</param>
    /// <param name="progress">Told what is done and the share of it, 0..1; null for nobody.</param>
    /// <param name="cancellationToken">Cancels within a second.</param>
    /// <exception cref="MarketLoopException">The target, the folds or the columns do not allow it; the text names the cure.</exception>
    public static IntentReport Evaluate(TextTable file, IntentOptions options, TimeProvider clock, IProgress<(string Text, double Share)>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        options.Validate();
        if (options.FoldColumns.FirstOrDefault(given => given.FoldOfRow.Count != file.Rows) is { Name: not null } wrong)
        {
            throw new MarketLoopException($"Sorting {wrong.Name} has {wrong.FoldOfRow.Count} rows, the table {file.Rows}.");
        }

        IntentEvaluator evaluator = new(IntentTable.Read(file, options), options, clock);
        evaluator.ThrowIfTooFew();
        return evaluator.Run(progress, cancellationToken);
    }

    private static int[] FoldsOf(int[] foldOfRow) => [.. foldOfRow.Distinct().Order()];

    private void ThrowIfTooFew()
    {
        int positives = source.Table.Labels.Count(label => label);
        int fewest = Math.Min(positives, source.Table.Rows - positives);
        foreach ((string name, int[] foldOfRow) in sortings)
        {
            int folds = options.FoldColumns.Count > 0 ? FoldsOf(foldOfRow).Length : options.Folds;
            if (folds < 2)
            {
                throw new MarketLoopException($"Sorting {name} has one fold only: at least two are needed.");
            }

            if (fewest < folds)
            {
                throw new MarketLoopException($"{positives} of {source.Table.Rows} rows are '{source.Positive}': at least {folds} of each kind are needed for {folds} folds. Ask for fewer with --folds.");
            }
        }
    }

    private IntentReport Run(IProgress<(string Text, double Share)>? progress, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        (int Sorting, int Fold)[] tasks = [.. sortings.SelectMany((sorting, index) => FoldsOf(sorting.FoldOfRow).Select(fold => (index, fold)))];
        int done = 0;
        ParallelOptions parallel = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = options.Threads > 0 ? options.Threads : Environment.ProcessorCount };
        IReadOnlyList<DroppedColumn> dropped = [];
        IReadOnlyList<IntentColumn> columns = [];
        try
        {
            Parallel.For(0, tasks.Length, parallel, Do);
        }
        catch (AggregateException many) when (many.InnerExceptions[0] is MarketLoopException)
        {
            ExceptionDispatchInfo.Throw(many.InnerExceptions[0]);
        }

        progress?.Report(("comparing", 0.98));
        return Report(columns, dropped, start, cancellationToken);

        void Do(int task)
        {
            bool isHurried = options.Limit is { } limit && clock.GetElapsedTime(start) > limit;
            TableDesign design = Judge(tasks[task].Sorting, tasks[task].Fold, task, isHurried, cancellationToken);
            if (task == 0)
            {
                dropped = design.Dropped;
                columns = [.. design.Kinds.Select(kind => new IntentColumn(source.Table.Columns[kind.Column].Name, kind.Kind))];
            }

            int now = Interlocked.Increment(ref done);
            progress?.Report(($"{now} of {tasks.Length} training parts", 0.97 * now / tasks.Length));
        }
    }

    private TableDesign Judge(int sorting, int fold, int task, bool isHurried, CancellationToken cancellationToken)
    {
        if (isHurried)
        {
            Interlocked.Exchange(ref limited, 1);
        }

        int[] foldOfRow = sortings[sorting].FoldOfRow;
        int[] known = [.. Enumerable.Range(0, foldOfRow.Length).Where(row => foldOfRow[row] != fold)];
        int[] judged = [.. Enumerable.Range(0, foldOfRow.Length).Where(row => foldOfRow[row] == fold)];
        IntentTraining training = new()
        {
            Seed = ((ulong)options.Seed * 1_000_003) + ((ulong)task * 1009),
            CostFalsePositive = options.CostFalsePositive,
            CostFalseNegative = options.CostFalseNegative,
            IsHurried = isHurried,
        };
        IntentModel model = IntentTrainer.Train(source.Table, known, training, cancellationToken);
        double[] answers = model.Predict(source.Table, judged);
        Of(Auto)[sorting].Put(judged, answers, model.Threshold);
        foreach ((string family, ChosenSingle single) in model.Singles)
        {
            Of(family)[sorting].Put(judged, model.Predict(family, source.Table, judged), single.Threshold);
            chosen.AddOrUpdate($"{family}: {single.Candidate.Settings}", 1, (_, times) => times + 1);
        }

        chosen.AddOrUpdate($"auto: {model.Alone ?? "blend"}", 1, (_, times) => times + 1);
        if (sorting == 0 && Array.IndexOf(FoldsOf(foldOfRow), fold) is var place and < ImportanceFolds)
        {
            Weigh(model, judged, answers, place, training.Seed, cancellationToken);
        }

        return model.Design;
    }

    private PooledAnswers[] Of(string name) => pooled.GetOrAdd(name, _ => [.. sortings.Select(_ => new PooledAnswers(source.Table.Labels))]);

    // Permutation importance (Breiman 2001) on rows that the model has not seen.
    private void Weigh(IntentModel model, int[] judged, double[] answers, int place, ulong seed, CancellationToken cancellationToken)
    {
        bool[] labels = [.. judged.Select(row => source.Table.Labels[row])];
        double before = ClassificationMetrics.Compute(answers, labels).LogLoss;
        for (int column = 0; column < source.Table.Columns.Count; column++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int[] others = [.. judged];
            SeededRandom.Fork(seed, (ulong)column).Shuffle(others.AsSpan());
            List<SourceColumn> columns = [.. source.Table.Columns];
            columns[column] = columns[column].Shuffled(judged, others);
            double after = ClassificationMetrics.Compute(model.Predict(source.Table with { Columns = columns }, judged), labels).LogLoss;
            importance[(place, column)] = (after - before) * judged.Length;
        }
    }

    private IntentReport Report(IReadOnlyList<IntentColumn> columns, IReadOnlyList<DroppedColumn> dropped, long start, CancellationToken cancellationToken)
    {
        SortedDictionary<string, IntentQuality> means = new(StringComparer.Ordinal);
        SortedDictionary<string, IntentQuality> deviations = new(StringComparer.Ordinal);
        foreach ((string name, PooledAnswers[] answers) in pooled)
        {
            IntentQuality[] each = [.. answers.Select(answer => answer.Measure())];
            means[name] = PooledAnswers.Combine(each, values => values.Average());
            deviations[name] = PooledAnswers.Combine(each, values => Math.Sqrt(values.Sum(value => Math.Pow(value - values.Average(), 2)) / Math.Max(1, values.Length - 1)));
        }

        IntentQuality auto = means[Auto];
        IntentQuality autoDeviation = deviations[Auto];
        means.Remove(Auto);
        deviations.Remove(Auto);
        int weighed = Enumerable.Range(0, sortings[0].FoldOfRow.Length).Count(row => FoldsOf(sortings[0].FoldOfRow).Take(ImportanceFolds).Contains(sortings[0].FoldOfRow[row]));
        return new IntentReport
        {
            Target = source.Target,
            Positive = source.Positive,
            Rows = source.Table.Rows,
            Positives = source.Table.Labels.Count(label => label),
            RowsWithoutTarget = source.Blank,
            Folds = FoldsOf(sortings[0].FoldOfRow).Length,
            FoldColumns = [.. sortings.Select(sorting => sorting.Name)],
            Auto = auto,
            AutoDeviation = sortings.Count > 1 ? autoDeviation : null,
            Models = means,
            ModelDeviations = sortings.Count > 1 ? deviations : null,
            Chosen = new SortedDictionary<string, int>(chosen, StringComparer.Ordinal),
            Bootstrap = Compare(means, cancellationToken),
            Calibration = Of(Auto)[0].Calibration(),
            Columns = columns,
            Dropped = dropped,
            Importance =
            [
                .. importance.GroupBy(item => item.Key.Column).Select(group => new ColumnImportance(source.Table.Columns[group.Key].Name, group.OrderBy(item => item.Key.Fold).Sum(item => item.Value) / weighed))
                    .OrderByDescending(column => column.LogLossIncrease).ThenBy(column => column.Column, StringComparer.Ordinal),
            ],
            LimitReached = limited != 0,
            Seconds = Math.Round(clock.GetElapsedTime(start).TotalSeconds, 1),
        };
    }

    private IntentBootstrap Compare(SortedDictionary<string, IntentQuality> singles, CancellationToken cancellationToken)
    {
        string byAuc = singles.MaxBy(single => single.Value.Auc).Key;
        string byLogLoss = singles.MinBy(single => single.Value.LogLoss).Key;
        IReadOnlyList<ReadOnlyMemory<double>> ours = Answers(Auto);
        (BootstrapDifference Auc, BootstrapDifference LogLoss) first = PairedBootstrap.Compare(ours, Answers(byAuc), source.Table.Labels, BootstrapSamples, (ulong)options.Seed, cancellationToken);
        BootstrapDifference logLoss = string.Equals(byLogLoss, byAuc, StringComparison.Ordinal)
            ? first.LogLoss
            : PairedBootstrap.Compare(ours, Answers(byLogLoss), source.Table.Labels, BootstrapSamples, (ulong)options.Seed, cancellationToken).LogLoss;
        return new IntentBootstrap(BootstrapSamples, byAuc, first.Auc, byLogLoss, logLoss);

        IReadOnlyList<ReadOnlyMemory<double>> Answers(string name) => [.. Of(name).Select(answer => (ReadOnlyMemory<double>)answer.Probabilities)];
    }
}
