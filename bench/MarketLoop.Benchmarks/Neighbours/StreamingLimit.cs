using System.Diagnostics;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Benchmarks.Neighbours;

/// <summary>
/// The least a product of sparse rows can cost on this machine: every cell read once in order and added, times a weight, into a row of sums on each thread.
/// Nothing is looked up, noted or selected, so a real product cannot be faster than this without doing fewer multiply-adds.
/// </summary>
internal static class StreamingLimit
{
    private const int Repetitions = 5;
    private const int BlockUsers = 1_000;
    private const int Passes = 10;

    /// <summary>Multiply-adds a second of all threads together, the best of five runs of ten passes over the first 20 million cells of a matrix.</summary>
    public static double MultiplyAddsPerSecond(InteractionMatrix matrix)
    {
        int users = matrix.Users;
        for (long cells = 0, user = 0; user < matrix.Users; user++)
        {
            cells += matrix.ItemsOf((int)user).Length;
            if (cells > 20_000_000)
            {
                users = (int)user;
                break;
            }
        }

        int blocks = (users + BlockUsers - 1) / BlockUsers;
        double best = 0;
        for (int round = 0; round < Repetitions; round++)
        {
            long done = 0;
            long start = Stopwatch.GetTimestamp();
            Parallel.For(0, Passes * blocks, () => (Sums: new double[matrix.Items], Done: 0L), (block, _, own) =>
            {
                for (int user = block % blocks * BlockUsers; user < Math.Min(users, ((block % blocks) + 1) * BlockUsers); user++)
                {
                    own.Done += Add(matrix.ItemsOf(user), matrix.WeightsOf(user), own.Sums);
                }

                return own;
            }, own => Interlocked.Add(ref done, own.Done));
            best = Math.Max(best, done / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    private static int Add(ReadOnlySpan<int> items, ReadOnlySpan<float> weights, double[] sums)
    {
        for (int i = 0; i < items.Length; i++)
        {
            sums[items[i]] += 0.5 * weights[i];
        }

        return items.Length;
    }
}
