using System.Diagnostics;
using System.Text.Json;
using MarketLoop.Analysis.Features;
using MarketLoop.Benchmarks.Intake;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketLoop.Benchmarks.Features;

/// <summary>Features of all customers over a log, beside the plain DuckDB query that yields the same answer over a plain table of the same events, in the same run.</summary>
/// <remarks>The answers are compared customer by customer. The query gets all threads of the machine and writes its answer to a table of DuckDB's own; reading it out is not counted.</remarks>
internal sealed class FeaturesBench(BenchOptions options, Action<string> note)
{
    private const int Repetitions = 5;
    private const long BookEvents = 1_000_000;
    private static readonly DateTimeOffset AsOf = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-bench-").FullName;

    private string Shop => Path.Combine(folder, "shop");

    private string Csv => Path.Combine(folder, "events.csv");

    /// <summary>Runs the parts that were asked for.</summary>
    public async Task<Dictionary<string, object>> RunAsync()
    {
        Dictionary<string, object> figures = new(StringComparer.Ordinal) { ["cores"] = Environment.ProcessorCount, ["events"] = options.Events };
        try
        {
            double small = 0;
            long few = Math.Max(1, options.Events / 10);
            if (options.Asks("growth") || options.Asks("book"))
            {
                await using EmbeddedShop shop = await ImportAsync(Math.Min(few, BookEvents));
                if (options.Asks("book"))
                {
                    figures["book"] = await MeasureBookAsync(shop);
                    note($"book: {JsonSerializer.Serialize(figures["book"])}");
                }

                small = options.Asks("growth") ? (await MeasureAsync(shop, few)).Seconds : 0;
            }

            if (options.Asks("scan") || options.Asks("growth"))
            {
                await using EmbeddedShop shop = await ImportAsync(options.Events);
                Measured all = await MeasureAsync(shop, options.Events);
                figures["scan"] = all;
                figures["ratio"] = all.Ratio;
                if (small > 0)
                {
                    figures["growth"] = new { fewer = Math.Min(few, BookEvents), seconds = small, timesTheEvents = options.Events / (double)Math.Min(few, BookEvents), timesTheSeconds = all.Seconds / small };
                }
            }

            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<EmbeddedShop> ImportAsync(long events)
    {
        note($"importing {events} events ...");
        if (Directory.Exists(Shop))
        {
            Directory.Delete(Shop, recursive: true);
        }

        ShopEvents.WriteCsv(Csv, 0, events, events);
        await ImportRun.StartAsync(options.Program, Csv, Shop);
        return await EmbeddedShop.OpenAsync(Shop, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
    }

    private async Task<Measured> MeasureAsync(EmbeddedShop shop, long events)
    {
        using FeaturesPeer peer = new(Path.Combine(folder, "peer.duckdb"), Csv);
        double[] ours = new double[Repetitions];
        double[] theirs = new double[Repetitions];
        IReadOnlyList<CustomerActivity> answer = [];
        for (int i = -1; i < Repetitions; i++)
        {
            double asked = peer.Ask();
            long start = Stopwatch.GetTimestamp();
            answer = await ActivityScan.ReadAsync(shop.Log, TimeZoneInfo.Utc, AsOf, CancellationToken.None);
            double counted = Stopwatch.GetElapsedTime(start).TotalSeconds;
            note($"ours {counted:0.000} s, DuckDB {asked:0.000} s");
            if (i >= 0) // the first round warms both up
            {
                (ours[i], theirs[i]) = (counted, asked);
            }
        }

        Array.Sort(ours);
        Array.Sort(theirs);
        LogStatus status = await shop.Log.GetStatusAsync(CancellationToken.None);
        return new Measured(events, status.Events, answer.Count, ours[Repetitions / 2], theirs[Repetitions / 2], ours[Repetitions / 2] / theirs[Repetitions / 2], peer.CountDifferences(answer));
    }

    private static async Task<object> MeasureBookAsync(EmbeddedShop shop)
    {
        List<Interaction> everything = [];
        await foreach (Interaction interaction in shop.Log.ReadInteractionsAsync(LogRange.Everything, CancellationToken.None))
        {
            everything.Add(interaction);
        }

        long before = GC.GetTotalMemory(forceFullCollection: true);
        long start = Stopwatch.GetTimestamp();
        FeatureBook book = new(TimeZoneInfo.Utc);
        book.AdvanceTo(AsOf);
        foreach (Interaction interaction in everything)
        {
            book.Add(interaction);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        book.TakeChanged();
        double bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        PriceScale prices = book.Products.PriceScale([]);
        start = Stopwatch.GetTimestamp();
        int computed = book.Customers.Count(customer => book.Compute(customer, prices) is not null);
        double computing = Stopwatch.GetElapsedTime(start).TotalSeconds;
        GC.KeepAlive(everything);
        return new
        {
            events = everything.Count,
            customers = computed,
            eventsPerSecond = everything.Count / seconds,
            bytesPerCustomer = bytes / computed,
            bytesPerEvent = bytes / everything.Count,
            microsecondsPerComputation = computing * 1e6 / computed,
        };
    }

    /// <summary>One size.</summary>
    private sealed record Measured(long Events, long Stored, int Customers, double Seconds, double DuckDbSeconds, double Ratio, int Differences);
}
