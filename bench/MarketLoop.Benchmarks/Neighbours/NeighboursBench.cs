using System.Diagnostics;
using System.Globalization;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Benchmarks.Neighbours;

/// <summary>
/// Neighbours of 50,000 items (exact) and of 1,000,000 users (items with more than 10,000 users left to the comparison of candidates) over 50 million
/// interactions, beside what the machine could do at best: the same multiply-adds streamed over plain arrays, in the same run on the same threads.
/// </summary>
/// <remarks>
/// Parts: items, users. With --events N there are N interactions and a fiftieth of that many users. The user search's limit is the exact search's multiply-adds,
/// which it avoids, so its ratio may be far below 1. Beside the limit of the items stands SciPy's product X'X of the first 20,000 users, where it is installed.
/// </remarks>
internal sealed class NeighboursBench(BenchOptions options, Action<string> note)
{
    private const long Interactions = 50_000_000;
    private const int PerUser = 50;
    private const int Items = 50_000;
    private const int Wanted = 50;
    private const int Checked = 2_000;
    private const ulong Seed = 23;

    private long Cells => options.Events == BenchOptions.DefaultEvents ? Interactions : options.Events;

    /// <summary>Measures the parts that were asked for.</summary>
    public async Task<Dictionary<string, object>> RunAsync()
    {
        int users = (int)(Cells / PerUser);
        (InteractionMatrix matrix, double seconds) = Timed(() => PowerLawShop.Create(users, Items, Cells, Seed));
        Dictionary<string, object> figures = new(StringComparer.Ordinal)
        {
            ["users"] = matrix.Users,
            ["items"] = matrix.Items,
            ["interactions"] = matrix.Count,
            ["threads"] = Environment.ProcessorCount,
            ["buildSeconds"] = seconds,
        };
        note(string.Create(CultureInfo.InvariantCulture, $"{matrix.Count:N0} interactions after {seconds:F0} s"));
        double rate = StreamingLimit.MultiplyAddsPerSecond(matrix);
        figures["multiplyAddsPerSecond"] = rate;
        if (options.Asks("items"))
        {
            figures["itemNeighbours"] = await MeasureItemsAsync(matrix, rate);
        }

        if (options.Asks("users"))
        {
            figures["userNeighbours"] = MeasureUsers(matrix, rate);
        }

        figures["peakMegabytes"] = PeakMegabytes();
        return figures;
    }

    private async Task<object> MeasureItemsAsync(InteractionMatrix matrix, double rate)
    {
        (ItemNeighboursModel model, double seconds) = Timed(() => ItemNeighboursTrainer.Fit(matrix));
        double multiplyAdds = Enumerable.Range(0, matrix.Users).Sum(user => (double)matrix.ItemsOf(user).Length * matrix.ItemsOf(user).Length);
        note(string.Create(CultureInfo.InvariantCulture, $"items: {model.Count:N0} neighbours in {seconds:F0} s"));
        return new
        {
            seconds,
            neighbours = model.Count,
            multiplyAdds,
            limitSeconds = multiplyAdds / rate,
            ratio = seconds / (multiplyAdds / rate),
            peakMegabytes = PeakMegabytes(),
            scipy = await SparsePeer.RunAsync(matrix),
        };
    }

    private object MeasureUsers(InteractionMatrix matrix, double rate)
    {
        UserNeighboursOptions how = new() { Neighbours = Wanted };
        (UserNeighboursModel model, double fitSeconds) = Timed(() => UserNeighboursTrainer.Fit(matrix, how));
        ScoredItem[] found = new ScoredItem[(long)matrix.Users * Wanted];
        (int[] counts, double seconds) = Timed(() => FindAll(model, matrix, [.. Enumerable.Range(0, matrix.Users)], found));
        double peak = PeakMegabytes();
        note(string.Create(CultureInfo.InvariantCulture, $"users: {counts.Sum(count => (long)count):N0} neighbours in {seconds:F0} s"));

        int[] sample = [.. Enumerable.Range(0, Math.Min(Checked, matrix.Users)).Select(i => (int)((long)i * matrix.Users / Math.Min(Checked, matrix.Users)))];
        UserNeighboursModel exact = UserNeighboursTrainer.Fit(matrix, how with { MostUsersPerItem = int.MaxValue });
        ScoredItem[] truth = new ScoredItem[sample.Length * Wanted];
        (int[] truths, double exactSeconds) = Timed(() => FindAll(exact, matrix, sample, truth));
        long hits = 0;
        for (int i = 0; i < sample.Length; i++)
        {
            HashSet<int> right = [.. truth.AsSpan(i * Wanted, truths[i]).ToArray().Select(one => one.Item)];
            hits += found.AsSpan(sample[i] * Wanted, counts[sample[i]]).ToArray().Count(one => right.Contains(one.Item));
        }

        double multiplyAdds = Enumerable.Range(0, matrix.Items).Zip(Counts(matrix), (_, count) => (double)count * count).Sum();
        return new
        {
            seconds = fitSeconds + seconds,
            fitSeconds,
            neighbours = counts.Sum(count => (long)count),
            recallAt50 = (double)hits / truths.Sum(),
            checkedUsers = sample.Length,
            exactSeconds = exactSeconds / sample.Length * matrix.Users,
            exactMultiplyAdds = multiplyAdds,
            limitSeconds = multiplyAdds / rate,
            ratio = seconds / (multiplyAdds / rate),
            peakMegabytes = peak,
        };
    }

    private static int[] FindAll(UserNeighboursModel model, InteractionMatrix matrix, int[] users, ScoredItem[] found)
    {
        int[] counts = new int[users.Length];
        Parallel.For(0, users.Length, i => counts[i] = model.FindUsers(matrix.ItemsOf(users[i]), matrix.WeightsOf(users[i]), found.AsSpan(i * Wanted, Wanted)));
        return counts;
    }

    private static int[] Counts(InteractionMatrix matrix)
    {
        int[] counts = new int[matrix.Items];
        for (int user = 0; user < matrix.Users; user++)
        {
            foreach (int item in matrix.ItemsOf(user))
            {
                counts[item]++;
            }
        }

        return counts;
    }

    private static double PeakMegabytes()
    {
        using Process own = Process.GetCurrentProcess();
        return own.PeakWorkingSet64 / 1048576.0;
    }

    private static (T Value, double Seconds) Timed<T>(Func<T> work)
    {
        long start = Stopwatch.GetTimestamp();
        T value = work();
        return (value, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
