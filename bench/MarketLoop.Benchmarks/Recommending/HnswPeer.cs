using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace MarketLoop.Benchmarks.Recommending;

/// <summary>One point of a curve: how much is found at a width, and how many queries a second of one core answers.</summary>
internal sealed record SearchPoint(int Width, double Recall, double QueriesPerCoreSecond);

/// <summary>Debian's python3-hnswlib on the same vectors: space 'ip', the same M and width of building, the same number of threads.</summary>
internal static class HnswPeer
{
    private const string Script = """
        import sys, json, time
        import numpy as np
        import hnswlib
        folder, factors, links, build, threads, wanted, rounds = sys.argv[1], *map(int, sys.argv[2:8])
        widths = [int(word) for word in sys.argv[8].split(',')]
        items = np.fromfile(folder + '/items', dtype=np.float32).reshape(-1, factors)
        queries = np.fromfile(folder + '/queries', dtype=np.float32).reshape(-1, factors)
        truth = np.fromfile(folder + '/truth', dtype=np.int32).reshape(-1, wanted)
        index = hnswlib.Index(space='ip', dim=factors)
        index.init_index(max_elements=len(items), ef_construction=build, M=links, random_seed=1)
        index.set_num_threads(threads)
        start, cores = time.perf_counter(), time.process_time()
        index.add_items(items, num_threads=threads)
        seconds, cores = time.perf_counter() - start, time.process_time() - cores
        curve = []
        for width in widths:
            index.set_ef(width)
            labels, _ = index.knn_query(queries, k=wanted, num_threads=threads)
            times = []
            for _ in range(rounds):
                start = time.process_time()
                index.knn_query(queries, k=wanted, num_threads=threads)
                times.append(time.process_time() - start)
            hits = sum(len(np.intersect1d(a, b)) for a, b in zip(labels, truth))
            curve.append({'width': width, 'recall': hits / truth.size, 'rate': len(queries) / sorted(times)[rounds // 2]})
        print(json.dumps({'seconds': seconds, 'cores': cores, 'curve': curve}))
        """;

    /// <summary>Builds and searches; null where hnswlib is not installed.</summary>
    public static async Task<Answer?> RunAsync(float[] items, float[] queries, int[] truth, int wanted, int links, int build, int[] widths, int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("marketloop-bench-").FullName;
        try
        {
            await WriteAsync(Path.Combine(folder, "items"), items);
            await WriteAsync(Path.Combine(folder, "queries"), queries);
            await WriteAsync(Path.Combine(folder, "truth"), truth);
            int[] numbers = [FactorCatalogue.Factors, links, build, Environment.ProcessorCount, wanted, rounds];
            string[] arguments = [folder, .. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)), string.Join(',', widths)];
            return await PythonPeer.RunAsync(Script, arguments) is { } answer
                ? new Answer(answer.GetProperty("seconds").GetDouble(), answer.GetProperty("cores").GetDouble(), [.. answer.GetProperty("curve").EnumerateArray().Select(Point)])
                : null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static SearchPoint Point(JsonElement point) =>
        new(point.GetProperty("width").GetInt32(), point.GetProperty("recall").GetDouble(), point.GetProperty("rate").GetDouble());

    private static async Task WriteAsync<T>(string path, T[] values)
        where T : unmanaged
    {
        await using FileStream file = File.Create(path);
        const int Part = 1 << 20;
        for (int from = 0; from < values.Length; from += Part)
        {
            await file.WriteAsync(MemoryMarshal.AsBytes(values.AsSpan(from, Math.Min(Part, values.Length - from))).ToArray());
        }
    }

    /// <summary>What it took, and its curve.</summary>
    internal sealed record Answer(double BuildSeconds, double BuildCoreSeconds, SearchPoint[] Curve);
}
