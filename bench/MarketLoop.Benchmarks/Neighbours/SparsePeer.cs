using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Benchmarks.Neighbours;

/// <summary>SciPy's sparse product X'X (one thread; it has no other) of the first users, beside our whole item neighbours of the same users.</summary>
internal static class SparsePeer
{
    private const int MostUsers = 20_000;

    private const string Script = """
        import sys, json, time
        import numpy as np
        from scipy.sparse import csr_matrix
        folder, users, items = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        starts = np.fromfile(folder + '/starts', dtype=np.int32)
        cells = np.fromfile(folder + '/items', dtype=np.int32)
        matrix = csr_matrix((np.ones(len(cells), dtype=np.float32), cells, starts), shape=(users, items))
        transposed = matrix.T.tocsr()
        start = time.perf_counter()
        product = transposed @ matrix
        print(json.dumps({'seconds': time.perf_counter() - start, 'pairs': int(product.nnz)}))
        """;

    /// <summary>Runs both; says so where SciPy is not installed.</summary>
    public static async Task<object> RunAsync(InteractionMatrix matrix)
    {
        int users = Math.Min(MostUsers, matrix.Users);
        int[] starts = new int[users + 1];
        List<int> items = [];
        for (int user = 0; user < users; user++)
        {
            items.AddRange(matrix.ItemsOf(user));
            starts[user + 1] = items.Count;
        }

        int[] userOf = [.. Enumerable.Range(0, users).SelectMany(user => Enumerable.Repeat(user, starts[user + 1] - starts[user]))];
        InteractionMatrix part = InteractionMatrix.Of(users, matrix.Items, userOf, CollectionsMarshal.AsSpan(items));
        string folder = Directory.CreateTempSubdirectory("marketloop-bench-").FullName;
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, "starts"), MemoryMarshal.AsBytes<int>(starts).ToArray());
            await File.WriteAllBytesAsync(Path.Combine(folder, "items"), MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(items)).ToArray());
            long start = Stopwatch.GetTimestamp();
            ItemNeighboursTrainer.Fit(part);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            string[] arguments = [folder, users.ToString(CultureInfo.InvariantCulture), matrix.Items.ToString(CultureInfo.InvariantCulture)];
            return await PythonPeer.RunAsync(Script, arguments) is { } answer && answer.GetProperty("seconds").GetDouble() is var peer
                ? new { users, seconds, productSeconds = peer, ratio = seconds / peer, pairs = answer.GetProperty("pairs").GetInt64() }
                : new { users, seconds, peer = "scipy is not installed" };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
