using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MarketLoop.Learning.Clustering;

namespace MarketLoop.Benchmarks.Learners;

/// <summary>Trees of 5,000 rows cut into 20 clusters, beside scikit-learn's AgglomerativeClustering on the same floats: time, and agreement of the labels.</summary>
internal sealed class HierarchicalBench(Action<string> note)
{
    private const int Rows = 5_000;
    private const int Columns = 16;
    private const int Planted = 50;
    private const int Cut = 20;
    private const int Rounds = 5;
    private const ulong Seed = 12;

    private const string Script = """
        import sys, json, time
        import numpy as np
        from sklearn.cluster import AgglomerativeClustering
        path, columns, clusters, linkage, labels = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
        rows = np.fromfile(path, dtype=np.float32).reshape(-1, columns)
        AgglomerativeClustering(2, linkage=linkage).fit(rows[:200])
        start = time.perf_counter()
        model = AgglomerativeClustering(clusters, linkage=linkage).fit(rows)
        seconds = time.perf_counter() - start
        model.labels_.astype(np.int32).tofile(labels)
        print(json.dumps({'seconds': seconds}))
        """;

    /// <summary>Measures Ward, average and complete linkage.</summary>
    public async Task<Dictionary<string, object>> RunAsync()
    {
        string folder = Directory.CreateTempSubdirectory("marketloop-bench-").FullName;
        try
        {
            float[] rows = PlantedTable.Clusters(Rows, Columns, Planted, Seed);
            PlantedTable.Write(Path.Combine(folder, "rows.f32"), rows);
            Dictionary<string, object> figures = new(StringComparer.Ordinal)
            {
                ["rows"] = Rows,
                ["columns"] = Columns,
                ["clusters"] = Cut,
                ["rounds"] = Rounds,
                ["threads"] = Environment.ProcessorCount,
                ["blas"] = await PythonPeer.BlasAsync(),
            };
            foreach (Linkage linkage in (Linkage[])[Linkage.Ward, Linkage.Average, Linkage.Complete])
            {
                figures[linkage.ToString().ToLowerInvariant()] = await MeasureAsync(rows, folder, linkage);
            }

            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<object> MeasureAsync(float[] rows, string folder, Linkage linkage)
    {
        string name = linkage.ToString().ToLowerInvariant();
        string answers = Path.Combine(folder, "labels.i32");
        string[] arguments = [Path.Combine(folder, "rows.f32"), Text(Columns), Text(Cut), name, answers];
        List<double> ours = [];
        List<double> theirs = [];
        int[] labels = Fit(rows, linkage).Labels;
        for (int round = 1; round <= Rounds; round++)
        {
            ours.Add(Fit(rows, linkage).Seconds);
            if (await PythonPeer.RunAsync(Script, arguments) is { } answer)
            {
                theirs.Add(answer.GetProperty("seconds").GetDouble());
            }

            note($"{name}, round {round} of {Rounds}: ours {JsonSerializer.Serialize(ours[^1])} s, scikit-learn {JsonSerializer.Serialize(theirs.LastOrDefault())} s");
        }

        return theirs.Count == 0
            ? new { seconds = Median(ours), peer = "scikit-learn is not installed" }
            : new
            {
                seconds = Median(ours),
                scikitLearnSeconds = Median(theirs),
                ratio = Median(ours) / Median(theirs),
                adjustedRandIndex = ClusterAgreement.AdjustedRandIndex(labels, PlantedTable.ReadLabels(answers)),
            };
    }

    private static (double Seconds, int[] Labels) Fit(float[] rows, Linkage linkage)
    {
        long start = Stopwatch.GetTimestamp();
        int[] labels = HierarchicalTrainer.FitTree(rows, Rows, Columns, linkage).Cut(Cut);
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, labels);
    }

    private static double Median(List<double> seconds) => seconds.Order().ElementAt(seconds.Count / 2);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
