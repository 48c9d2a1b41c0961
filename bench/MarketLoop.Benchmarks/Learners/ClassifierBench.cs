using System.Diagnostics;
using System.Globalization;
using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Trees;

namespace MarketLoop.Benchmarks.Learners;

/// <summary>One classifier beside scikit-learn's of the same kind on the same floats: time of the fit turn by turn, and AUC on rows that neither learned from.</summary>
/// <param name="contest">What is fitted on which rows, by whom.</param>
/// <param name="note">A place for notes.</param>
internal sealed class ClassifierBench(Contest contest, Action<string> note)
{
    private const int HeldOut = 50_000;
    private const ulong Seed = 12;

    private const string Script = """
        import sys, os, json, time
        import numpy as np
        from sklearn.metrics import roc_auc_score
        from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
        from sklearn.linear_model import LogisticRegression
        folder, columns, train, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
        make = eval('lambda threads: ' + sys.argv[5])
        values = np.fromfile(os.path.join(folder, 'values.f32'), dtype=np.float32).reshape(-1, columns)
        labels = np.fromfile(os.path.join(folder, 'labels.u8'), dtype=np.uint8)
        make(threads).fit(values[:2000], labels[:2000])
        start = time.perf_counter()
        model = make(threads).fit(values[:train], labels[:train])
        seconds = time.perf_counter() - start
        auc = roc_auc_score(labels[train:], model.predict_proba(values[train:])[:, 1])
        print(json.dumps({'seconds': seconds, 'auc': float(auc)}))
        """;

    /// <summary>Fits both in turns.</summary>
    public async Task<Dictionary<string, object>> RunAsync()
    {
        string folder = Directory.CreateTempSubdirectory("marketloop-bench-").FullName;
        try
        {
            LabelledTable table = contest.Table(contest.Rows + HeldOut, Seed);
            table.Write(folder);
            contest.Fit(Part(table, 0, 2_000));
            Dictionary<string, object> figures = new(StringComparer.Ordinal)
            {
                ["rows"] = contest.Rows,
                ["columns"] = LabelledTable.Columns,
                ["heldOut"] = HeldOut,
                ["rounds"] = contest.Rounds,
                ["threads"] = Environment.ProcessorCount,
                ["blas"] = await PythonPeer.BlasAsync(),
                ["peer"] = contest.Peer,
            };
            await MeasureAsync(table, folder, figures);
            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task MeasureAsync(LabelledTable table, string folder, Dictionary<string, object> figures)
    {
        LabelledTable train = Part(table, 0, contest.Rows), test = Part(table, contest.Rows, HeldOut);
        string[] arguments = [folder, Text(LabelledTable.Columns), Text(contest.Rows), Text(Environment.ProcessorCount), contest.Peer];
        List<double> ours = [], theirs = [];
        for (int round = 1; round <= contest.Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            Action<float[], double[]> predict = contest.Fit(train);
            ours.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            double[] probabilities = new double[HeldOut];
            predict(test.Values, probabilities);
            figures["auc"] = ClassificationMetrics.Compute(probabilities, test.Labels).Auc ?? 0;
            if (await PythonPeer.RunAsync(Script, arguments) is { } answer)
            {
                theirs.Add(answer.GetProperty("seconds").GetDouble());
                figures["scikitLearnAuc"] = answer.GetProperty("auc").GetDouble();
            }

            note(string.Create(CultureInfo.InvariantCulture, $"round {round} of {contest.Rounds}: ours {ours[^1]:F3} s, scikit-learn {theirs.LastOrDefault():F3} s"));
        }

        figures["seconds"] = Median(ours);
        if (theirs.Count > 0)
        {
            figures["scikitLearnSeconds"] = Median(theirs);
            figures["ratio"] = Median(ours) / Median(theirs);
        }
    }

    private static LabelledTable Part(LabelledTable table, int first, int rows) =>
        new(table.Values[(first * LabelledTable.Columns)..((first + rows) * LabelledTable.Columns)], table.Labels[first..(first + rows)]);

    private static double Median(List<double> seconds) => seconds.Order().ElementAt(seconds.Count / 2);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a <see cref="ClassifierBench"/> compares.</summary>
/// <param name="Rows">Rows to learn from.</param>
/// <param name="Rounds">Turns of both.</param>
/// <param name="Table">Makes the rows.</param>
/// <param name="Fit">Fits ours; what it gives fills in probabilities.</param>
/// <param name="Peer">The Python expression that makes scikit-learn's.</param>
internal sealed record Contest(int Rows, int Rounds, Func<int, ulong, LabelledTable> Table, Func<LabelledTable, Action<float[], double[]>> Fit, string Peer)
{
    /// <summary>100 trees of 31 leaves at rate 0.1 on all rows and columns, both.</summary>
    public static Contest Boosting { get; } = new(200_000, 5, LabelledTable.Crooked, FitBoosting, "HistGradientBoostingClassifier(max_iter=100, early_stopping=False)");

    /// <summary>The peer's usual 100 trees grown to the end beside 300 of ours of at most 4,096 leaves on 63 bins, which take less time and rank at least as well. One turn: the peer takes minutes.</summary>
    public static Contest Forest { get; } = new(200_000, 1, LabelledTable.Crooked, FitForest, "RandomForestClassifier(n_estimators=100, n_jobs=threads, random_state=0)");

    /// <summary>The same penalty; ours is converged to a gradient of 1e-8 a row, the peer's to its own 1e-4.</summary>
    public static Contest Logistic { get; } = new(500_000, 9, LabelledTable.Straight, FitLogistic, "LogisticRegression(solver='lbfgs')");

    private static Action<float[], double[]> FitBoosting(LabelledTable table)
    {
        GradientBoostingOptions options = new() { Rounds = 100, LearningRate = 0.1, MaxLeaves = 31, RowShare = 1, ColumnShare = 1, L2 = 0 };
        TreeEnsembleModel model = GradientBoostingTrainer.Fit(table.Values, table.Labels.Length, LabelledTable.Columns, table.Labels, options);
        return (rows, probabilities) => model.PredictAll(rows, probabilities);
    }

    private static Action<float[], double[]> FitForest(LabelledTable table)
    {
        RandomForestOptions options = new() { Trees = 300, MaxLeaves = 4_096, MinRowsPerLeaf = 15, RowShare = 0.8, Bins = 63 };
        TreeEnsembleModel model = RandomForestTrainer.Fit(table.Values, table.Labels.Length, LabelledTable.Columns, table.Labels, options);
        return (rows, probabilities) => model.PredictAll(rows, probabilities);
    }

    private static Action<float[], double[]> FitLogistic(LabelledTable table)
    {
        LogisticRegressionModel model = LogisticRegressionTrainer.Fit(table.Values, table.Labels.Length, LabelledTable.Columns, table.Labels);
        return (rows, probabilities) => model.PredictAll(rows, probabilities);
    }
}
