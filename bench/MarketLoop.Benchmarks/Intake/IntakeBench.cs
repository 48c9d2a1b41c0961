using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace MarketLoop.Benchmarks.Intake;

/// <summary>How fast events come in, beside DuckDB's own CSV import of the same events in the same run; how memory, disk and timelines grow; how small an idle shop is.</summary>
internal sealed class IntakeBench(BenchOptions options, Action<string> note)
{
    private const int Connections = 16;
    private const int TimelinesRead = 60;
    private readonly TimeSpan settling = TimeSpan.FromSeconds(60);
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-bench-").FullName;
    private readonly Dictionary<string, object> figures = new(StringComparer.Ordinal);

    private string Shop => Path.Combine(folder, "shop");

    private string Csv => Path.Combine(folder, "events.csv");

    /// <summary>Runs the parts that were asked for.</summary>
    public async Task<Dictionary<string, object>> RunAsync()
    {
        try
        {
            figures["cores"] = Environment.ProcessorCount;
            figures["events"] = options.Events;
            await RunAsync("small", MeasureSmallAsync);
            await RunAsync("http", MeasureHttpAsync);
            await RunAsync("bulk", MeasureBulkAsync);
            await RunAsync("growth", MeasureGrowthAsync);
            await RunAsync("steady", MeasureSteadyAsync);
            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task RunAsync(string part, Func<Task<object>> measure)
    {
        if (options.Asks(part))
        {
            note($"{part} ...");
            Directory.CreateDirectory(Shop);
            Directory.Delete(Shop, recursive: true);
            figures[part] = await measure();
            note($"{part}: {JsonSerializer.Serialize(figures[part])}");
        }
    }

    // DuckDB, we, DuckDB: what the machine does meanwhile falls on both.
    private async Task<object> MeasureBulkAsync()
    {
        ShopEvents.WriteCsv(Csv, 0, options.Events, options.Events);
        DuckPeer peer = new(folder);
        double before = peer.Import(Csv);
        (double seconds, double peak, long stored) = await ImportAsync();
        double after = peer.Import(Csv);
        double ours = options.Events / seconds;
        double theirs = (before + after) / 2;
        return new { rowsPerSecond = ours, duckDbRowsPerSecond = theirs, ratio = ours / theirs, stored, distinct = ShopEvents.DistinctOf(0, options.Events), peakMegabytes = peak, megabytes = new FileInfo(Csv).Length / 1e6 };
    }

    private async Task<object> MeasureHttpAsync()
    {
        long batches = options.Events / ShopEvents.BatchSize;
        long warm = batches / 20;
        long flood = batches / 2;
        ShopEvents.WriteCsv(Csv, 0, options.Events / 2, options.Events);
        DuckPeer peer = new(folder);
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(options.Program, Shop);
        using LoadGenerator load = new(server, Connections, options.Events);
        await load.FloodAsync(0, warm);
        long had = await server.CountAsync();
        double before = peer.Import(Csv);
        long start = Stopwatch.GetTimestamp();
        double acknowledged = await load.FloodAsync(warm, warm + flood);
        long loaded = await server.CountAsync() - had;
        double rate = loaded / Stopwatch.GetElapsedTime(start).TotalSeconds;
        double after = peer.Import(Csv);
        double theirs = (before + after) / 2;
        double[] answers = await load.PaceAsync(warm + flood, rate / 2 / ShopEvents.BatchSize, TimeSpan.FromSeconds(options.Seconds));
        return new
        {
            acknowledgedPerSecond = acknowledged,
            eventsPerSecond = rate,
            duckDbRowsPerSecond = theirs,
            ratio = rate / theirs,
            sent = flood * ShopEvents.BatchSize,
            stored = loaded,
            bytesPerEvent = ShopEvents.BodyOf(0, options.Events).Length / (double)ShopEvents.BatchSize,
            atHalfLoad = new { p50 = At(answers, 0.5), p99 = At(answers, 0.99), most = answers[^1], batches = answers.Length },
            memory = new { server.Memory().Now, server.Memory().Peak },
        };
    }

    private async Task<object> MeasureGrowthAsync()
    {
        List<object> steps = [];
        long all = options.Events * 2;
        long done = 0;
        foreach (long until in (long[])[all / 20, all / 4, all])
        {
            ShopEvents.WriteCsv(Csv, done, until, all);
            (_, double importPeak, _) = await ImportAsync();
            done = until;
            await using ServerUnderTest server = await ServerUnderTest.StartAsync(options.Program, Shop);
            long stored = await server.CountAsync();
            await Task.Delay(settling); // history is sorted in the background
            double[] times = await ReadTimelinesAsync(server, all);
            steps.Add(new
            {
                events = stored,
                importPeakMegabytes = importPeak,
                serverMegabytes = server.Memory().Now,
                timelineMilliseconds = new { p50 = At(times, 0.5), p95 = At(times, 0.95), most = times[^1] },
                diskBytesPerEvent = Bytes(Shop) / stored,
            });
            note(JsonSerializer.Serialize(steps[^1]));
        }

        return steps;
    }

    private async Task<object> MeasureSmallAsync()
    {
        long start = Stopwatch.GetTimestamp();
        double firstEvent, idle, gap;
        await using (ServerUnderTest server = await ServerUnderTest.StartAsync(options.Program, Shop))
        {
            using LoadGenerator load = new(server, 1, options.Events);
            await load.FloodAsync(0, 1);
            firstEvent = Stopwatch.GetElapsedTime(start).TotalSeconds;
            await Task.Delay(TimeSpan.FromSeconds(20));
            idle = server.Memory().Now;
        }

        long stopped = Stopwatch.GetTimestamp();
        await using (ServerUnderTest again = await ServerUnderTest.StartAsync(options.Program, Shop))
        {
            gap = Stopwatch.GetElapsedTime(stopped).TotalSeconds;
        }

        return new { firstEventSeconds = firstEvent, idleMegabytes = idle, restartGapSeconds = gap };
    }

    // One core, half the growth part's history, a dashboard that is looked at, 2,000 events a second.
    private async Task<object> MeasureSteadyAsync()
    {
        const double batchesPerSecond = 2_000.0 / ShopEvents.BatchSize;
        long history = options.Events / 2;
        ShopEvents.WriteCsv(Csv, 0, history, options.Events);
        await ImportAsync();
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(options.Program, Shop, ["taskset", "-c", "0"]);
        using LoadGenerator load = new(server, Connections, options.Events);
        using CancellationTokenSource over = new();
        Task looking = LookAsync(server, over.Token);
        double[] answers = await load.PaceAsync(history / ShopEvents.BatchSize, batchesPerSecond, TimeSpan.FromSeconds(options.Seconds));
        await over.CancelAsync();
        await looking;
        return new { seconds = options.Seconds, peakMegabytes = server.Memory().Peak, p50 = At(answers, 0.5), p99 = At(answers, 0.99), most = answers[^1] };
    }

    // What an open overview and data page ask for, every other second.
    private static async Task LookAsync(ServerUnderTest server, CancellationToken over)
    {
        using HttpClient dashboard = await server.SignInAsync();
        while (!over.IsCancellationRequested)
        {
            foreach (string page in (string[])["/", "/data", "/api/v1/data/status"])
            {
                using HttpResponseMessage answer = await dashboard.GetAsync(new Uri(page, UriKind.Relative), CancellationToken.None);
                answer.EnsureSuccessStatusCode();
                await answer.Content.LoadIntoBufferAsync(CancellationToken.None);
            }

            await Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None);
        }
    }

    private static async Task<double[]> ReadTimelinesAsync(ServerUnderTest server, long all)
    {
        double[] times = new double[TimelinesRead];
        long customers = ShopEvents.CustomersOf(all);
        for (int i = -5; i < times.Length; i++)
        {
            double took = await server.TimelineAsync(string.Create(CultureInfo.InvariantCulture, $"u:customer-{customers * (i + 6) / (times.Length + 7):D7}"));
            if (i >= 0)
            {
                times[i] = took; // the first few warm the program up
            }
        }

        Array.Sort(times);
        return times;
    }

    private Task<(double Seconds, double PeakMegabytes, long Stored)> ImportAsync() => ImportRun.StartAsync(options.Program, Csv, Shop);

    private static double At(double[] sorted, double share) => sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)];

    private static double Bytes(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
