using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MarketLoop.Learning.Clustering;

namespace MarketLoop.Benchmarks.Learners;

/// <summary>K-means on 200,000 x 16 floats of 50 planted clusters beside scikit-learn: one start each, the same rule of stopping, the same threads, turn by turn.</summary>
internal sealed class KMeansBench(Action<string> note)
{
    private const int Rows = 200_000;
    private const int Columns = 16;
    private const int Planted = 50;
    private const int Rounds = 7;
    private const int WarmUps = 3;
    private const ulong Seed = 12;

    // Elkan's bounds are faster than plain Lloyd on some data: the peer runs both and the faster median counts.
    private const string Script = """
        import sys, json, time
        import numpy as np
        from sklearn.cluster import KMeans
        path, columns, clusters, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
        rows = np.fromfile(path, dtype=np.float32).reshape(-1, columns)
        KMeans(clusters, n_init=1, max_iter=2, random_state=0).fit(rows[:20000])
        answer = {}
        for name in ('lloyd', 'elkan'):
            start = time.perf_counter()
            model = KMeans(clusters, n_init=1, algorithm=name, max_iter=100, tol=1e-4, random_state=seed).fit(rows)
            answer[name] = {'seconds': time.perf_counter() - start, 'inertia': float(model.inertia_), 'iterations': int(model.n_iter_)}
        print(json.dumps(answer))
        """;

    /// <summary>Measures 5 and 50 clusters.</summary>
    public async Task<Dictionary<string, object>> RunAsync()
    {
        string folder = Directory.CreateTempSubdirectory("marketloop-bench-").FullName;
        try
        {
            string file = Path.Combine(folder, "rows.f32");
            float[] rows = PlantedTable.Clusters(Rows, Columns, Planted, Seed);
            PlantedTable.Write(file, rows);
            Dictionary<string, object> figures = new(StringComparer.Ordinal)
            {
                ["rows"] = Rows,
                ["columns"] = Columns,
                ["planted"] = Planted,
                ["rounds"] = Rounds,
                ["threads"] = Environment.ProcessorCount,
                ["blas"] = await PythonPeer.BlasAsync(),
            };
            foreach (int clusters in (int[])[5, 50])
            {
                figures[string.Create(CultureInfo.InvariantCulture, $"k{clusters}")] = await MeasureAsync(rows, file, clusters);
            }

            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<object> MeasureAsync(float[] rows, string file, int clusters)
    {
        for (int i = 0; i < WarmUps; i++)
        {
            Fit(rows, clusters, (ulong)(100 + i));
        }

        List<Run> ours = [];
        List<Run> lloyd = [];
        List<Run> elkan = [];
        for (int round = 1; round <= Rounds; round++)
        {
            ours.Add(Fit(rows, clusters, (ulong)round));
            string[] arguments = [file, .. ((int[])[Columns, clusters, round]).Select(number => number.ToString(CultureInfo.InvariantCulture))];
            if (await PythonPeer.RunAsync(Script, arguments) is { } answer)
            {
                lloyd.Add(Read(answer.GetProperty("lloyd")));
                elkan.Add(Read(answer.GetProperty("elkan")));
            }

            note($"k = {clusters}, round {round} of {Rounds}: ours {ours[^1]}, scikit-learn {lloyd.LastOrDefault()}");
        }

        Run own = Medians(ours);
        if (lloyd.Count == 0)
        {
            return new { ours = own, peer = "scikit-learn is not installed" };
        }

        (string name, Run peer) = Medians(lloyd).Seconds <= Medians(elkan).Seconds ? ("lloyd", Medians(lloyd)) : ("elkan", Medians(elkan));
        return new
        {
            ours = own,
            scikitLearn = peer,
            algorithm = name,
            ratio = own.Seconds / peer.Seconds,
            inertiaRatio = own.Inertia / peer.Inertia,
            bestInertiaRatio = ours.Min(run => run.Inertia) / lloyd.Concat(elkan).Min(run => run.Inertia),
        };
    }

    private static Run Fit(float[] rows, int clusters, ulong seed)
    {
        long start = Stopwatch.GetTimestamp();
        KMeansModel model = KMeansTrainer.Fit(rows, Rows, Columns, new KMeansOptions { Clusters = clusters, Restarts = 1, MaxIterations = 100, Seed = seed });
        return new Run(Stopwatch.GetElapsedTime(start).TotalSeconds, model.Inertia, model.Iterations);
    }

    private static Run Read(JsonElement answer) =>
        new(answer.GetProperty("seconds").GetDouble(), answer.GetProperty("inertia").GetDouble(), answer.GetProperty("iterations").GetDouble());

    private static Run Medians(List<Run> runs) => new(Median(runs, run => run.Seconds), Median(runs, run => run.Inertia), Median(runs, run => run.Iterations));

    private static double Median(List<Run> runs, Func<Run, double> value) => runs.Select(value).Order().ElementAt(runs.Count / 2);

    private sealed record Run(double Seconds, double Inertia, double Iterations);
}
