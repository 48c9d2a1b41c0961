using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MarketLoop.Benchmarks.Neighbours;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Benchmarks.Recommending;

/// <summary>Exact implicit ALS with 64 factors on 20 million interactions, as a share of the rate of OpenBLAS's sgemm in the same run.</summary>
/// <remarks>Operations of a side are counted as 2 nnz k^2 + n k^3 / 3. One sweep is timed as the difference of two fits, so that reading and transposing do not count.</remarks>
internal sealed class AlsBench(BenchOptions options, Action<string> note)
{
    private const int Factors = 64;
    private const int Users = 200_000;
    private const int Items = 50_000;
    private const int Rounds = 3;
    private const ulong Seed = 5;

    private const string Script = """
        import sys, json, time
        import numpy as np
        n, rounds = int(sys.argv[1]), int(sys.argv[2])
        random = np.random.default_rng(1)
        a = random.random((n, n), dtype=np.float32)
        b = random.random((n, n), dtype=np.float32)
        a @ b
        seconds = []
        for _ in range(rounds):
            start = time.perf_counter()
            a @ b
            seconds.append(time.perf_counter() - start)
        print(json.dumps({'seconds': sorted(seconds)[rounds // 2]}))
        """;

    /// <summary>Measures half the interactions and all of them.</summary>
    public async Task<Dictionary<string, object>> RunAsync()
    {
        long cells = options.Events == BenchOptions.DefaultEvents ? 20_000_000 : options.Events;
        Figure half = await MeasureAsync(cells / 2, Users / 2, Items / 2);
        Figure whole = await MeasureAsync(cells, Users, Items);
        return new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["factors"] = Factors,
            ["threads"] = Environment.ProcessorCount,
            ["blas"] = await PythonPeer.BlasAsync(),
            ["half"] = half,
            ["whole"] = whole,
            ["growth"] = whole.SecondsPerSweep / half.SecondsPerSweep,
            ["ratio"] = whole.ShareOfSgemm is { } share ? share : "numpy is not installed",
        };
    }

    private async Task<Figure> MeasureAsync(long cells, int users, int items)
    {
        note(string.Create(CultureInfo.InvariantCulture, $"drawing {cells:N0} interactions of {users:N0} users and {items:N0} items"));
        InteractionMatrix matrix = PowerLawShop.Create(users, items, cells, Seed);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        double operations = 2 * ((2.0 * matrix.Count * Factors * Factors) + ((users + items) / 2.0 * Factors * Factors * Factors / 3));
        Fit(matrix, 1);
        List<double> sweeps = [], sgemm = [];
        long peak = 0;
        for (int round = 1; round <= Rounds; round++)
        {
            double one = Fit(matrix, 1), three = Fit(matrix, 3);
            peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false) - before);
            sweeps.Add((three - one) / 2);
            if (await PythonPeer.RunAsync(Script, "2048", "9") is { } answer)
            {
                sgemm.Add(2.0 * 2048 * 2048 * 2048 / answer.GetProperty("seconds").GetDouble());
            }

            note(string.Create(CultureInfo.InvariantCulture, $"round {round} of {Rounds}: {sweeps[^1]:0.00} s a sweep, {operations / sweeps[^1] / 1e9:0.0} Gflop/s; sgemm {(sgemm.Count > 0 ? sgemm[^1] / 1e9 : 0):0.0}"));
        }

        double rate = operations / Median(sweeps);
        return new Figure(matrix.Count, Median(sweeps), rate / 1e9, sgemm.Count > 0 ? Median(sgemm) / 1e9 : null, sgemm.Count > 0 ? rate / Median(sgemm) : null, (double)peak / matrix.Count);
    }

    private static double Fit(InteractionMatrix matrix, int sweeps)
    {
        long start = Stopwatch.GetTimestamp();
        ImplicitAlsTrainer.Fit(matrix, new ImplicitAlsOptions { Factors = Factors, Sweeps = sweeps });
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>What one size gave.</summary>
    private sealed record Figure(int Interactions, double SecondsPerSweep, double GigaflopsPerSecond, double? SgemmGigaflopsPerSecond, double? ShareOfSgemm, double BytesPerInteraction);
}
