using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MarketLoop.Benchmarks.Intake;

namespace MarketLoop.Benchmarks.Serving;

/// <summary>Slots over HTTP with a trained model and all stages on, beside an empty endpoint of the same server in the same run.</summary>
/// <remarks>Every request asks for another customer at random, so most are in nobody's cache. The load comes from this process and shares the cores with the server: read the ratio.</remarks>
internal sealed class ServingBench(BenchOptions options, Action<string> note)
{
    private const int Connections = 16;
    private const int Keys = 8;
    private const int ProductsPerCall = 5_000;
    private const int Rounds = 3;
    private const int SecondsOfCalm = 5;
    private const int MostSecondsOfWarming = 1_800;
    private static readonly TimeSpan Flood = TimeSpan.FromSeconds(5);
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-bench-").FullName;

    private string Shop => Path.Combine(folder, "shop");

    /// <summary>Prepares the shop, then measures capacity, then the answer times at half of it.</summary>
    public async Task<Dictionary<string, object>> RunAsync()
    {
        try
        {
            // Nobody in the control arm: its list is the cheap one. Lists are answered by ALS through its index; nothing is chosen, since the tastes are made up.
            Environment.SetEnvironmentVariable("MARKETLOOP_Decision__Experiment__ControlShare", "0");
            foreach ((string aim, string ranker) in ((string, string)[])[("Taste", "als:factors=64"), ("Next", "sequential-neighbours:window=10"), ("Basket", "item-neighbours:shrinkage=3"), ("Reorder", "habits")])
            {
                Environment.SetEnvironmentVariable("MARKETLOOP_Analysis__Rankers__" + aim, ranker);
            }

            Dictionary<string, object> figures = new(StringComparer.Ordinal)
            {
                ["cores"] = Environment.ProcessorCount,
                ["products"] = PowerLawShop.Products,
                ["customers"] = options.Customers,
                ["events"] = options.Customers * PowerLawShop.EventsPerCustomer,
            };
            await PrepareAsync(figures);
            await using ServerUnderTest server = await ServerUnderTest.StartAsync(options.Program, Shop);
            await WarmAsync(server);
            List<string> keys = [];
            for (int i = 0; i < Keys; i++)
            {
                keys.Add((await server.SendAsync(HttpMethod.Post, "/api/v1/data/keys", new { name = $"load-{i}", secret = true })).GetProperty("writeKey").GetString() ?? "");
            }

            await MeasureAsync(server, keys, figures);
            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task PrepareAsync(Dictionary<string, object> figures)
    {
        note($"writing and importing {options.Customers * PowerLawShop.EventsPerCustomer} events of {options.Customers} customers ...");
        string csv = Path.Combine(folder, "events.csv");
        PowerLawShop.WriteCsv(csv, options.Customers);
        await ImportRun.StartAsync(options.Program, csv, Shop);
        File.Delete(csv);
        note("training ...");
        long start = Stopwatch.GetTimestamp();
        using Process turn = Process.Start(new ProcessStartInfo(options.Program, ["run", "--data", Shop, "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })
            ?? throw new InvalidOperationException("The turn did not start.");
        Task<string> output = turn.StandardOutput.ReadToEndAsync();
        List<string> told = [];
        while (await turn.StandardError.ReadLineAsync() is { } line)
        {
            told.Add(line);
            if (!line.Contains("trying", StringComparison.Ordinal))
            {
                note(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0} s  {line}"));
            }
        }

        string report = await output;
        await turn.WaitForExitAsync();
        figures["trainingSeconds"] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (turn.ExitCode != 0 || !report.Contains("\"retrained\": true", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The turn failed or did not train: {report} {string.Join('\n', told.TakeLast(10))}");
        }
    }

    private async Task WarmAsync(ServerUnderTest server)
    {
        for (int from = 0; from < PowerLawShop.Products; from += ProductsPerCall)
        {
            await server.SendAsync(HttpMethod.Put, "/api/v1/data/products", PowerLawShop.Catalogue(from, ProductsPerCall));
        }

        await server.SendAsync(HttpMethod.Put, "/api/v1/execution/mode", new { mode = "running" });
        note("waiting for what the server knew before ...");
        string preview = $"/api/v1/decision/recommendations?customer=u:{PowerLawShop.CustomerOf(0)}";
        int calm = 0;
        for (int i = 0; i < MostSecondsOfWarming && calm < SecondsOfCalm; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            bool isPersonal = (await server.AskAsync(preview)).GetProperty("policy").GetString() is "collaborative";
            bool isBusy = (await server.AskAsync("/api/v1/loop")).GetProperty("busy").GetBoolean();
            calm = isPersonal && !isBusy ? calm + 1 : 0; // the first turn and its training share the cores
        }

        if (calm < SecondsOfCalm)
        {
            throw new InvalidOperationException("No personal list came, or the server did not come to rest: " + await server.AskAsync(preview));
        }
    }

    private async Task MeasureAsync(ServerUnderTest server, List<string> keys, Dictionary<string, object> figures)
    {
        using RequestLoad slots = new(server.Address, Connections, keys, SlotOf);
        using RequestLoad empty = new(server.Address, Connections, [], _ => "/health/live");
        await slots.FloodAsync(Flood);
        await empty.FloodAsync(Flood);
        List<(double Slots, double Empty)> rounds = [];
        for (int i = 0; i < Rounds; i++)
        {
            rounds.Add((await slots.FloodAsync(Flood), await empty.FloodAsync(Flood)));
            note($"{rounds[^1].Slots:0} lists a second, {rounds[^1].Empty:0} empty answers a second");
        }

        (double perSecond, double emptyPerSecond) = rounds.OrderBy(round => round.Slots / round.Empty).ElementAt(Rounds / 2);
        (double memory, _) = server.Memory();
        Task<(int Bought, int StillShown, int Lists)> watched = WatchAsync(server, keys[0]);
        double[] milliseconds = await slots.PaceAsync(perSecond / 2, TimeSpan.FromSeconds(options.Seconds));
        (int bought, int stillShown, int lists) = await watched;
        figures["listsPerSecond"] = perSecond;
        figures["emptyPerSecond"] = emptyPerSecond;
        figures["ratio"] = perSecond / emptyPerSecond;
        figures["pace"] = new { perSecond = perSecond / 2, seconds = options.Seconds, p50 = At(milliseconds, 0.5), p99 = At(milliseconds, 0.99), most = milliseconds[^1] };
        figures["p99Milliseconds"] = At(milliseconds, 0.99);
        figures["memory"] = new { beforeMegabytes = memory, afterMegabytes = server.Memory().Now, peakMegabytes = server.Memory().Peak };
        figures["bought"] = bought;
        figures["boughtStillShown"] = stillShown;
        figures["differentExplorations"] = lists;
    }

    private string SlotOf(long number)
    {
        long customer = (long)((ulong)number * 0x9E3779B97F4A7C15 % (ulong)options.Customers);
        return $"/api/v1/execution/slots/home?userId={PowerLawShop.CustomerOf(customer)}&count=10&requestId=r{number.ToString(CultureInfo.InvariantCulture)}";
    }

    // During the load: what a customer buys is gone from the next answer, and requests of one customer are explored differently.
    private async Task<(int Bought, int StillShown, int Lists)> WatchAsync(ServerUnderTest server, string key)
    {
        using HttpClient client = new() { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        HashSet<string> lists = [];
        int bought = 0;
        int stillShown = 0;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; Stopwatch.GetElapsedTime(start).TotalSeconds < options.Seconds * 0.9; i++)
        {
            string[] shown = await AskAsync(client, PowerLawShop.CustomerOf(i % options.Customers), i);
            await server.SendAsync(HttpMethod.Post, "/v1/track", new { type = "track", @event = "Order Completed", userId = PowerLawShop.CustomerOf(i % options.Customers), messageId = $"bought-{i}", properties = new { order_id = $"bought-{i}", products = new[] { new { product_id = shown[0], price = 10 } } } });
            stillShown += (await AskAsync(client, PowerLawShop.CustomerOf(i % options.Customers), i + 1)).Contains(shown[0], StringComparer.Ordinal) ? 1 : 0;
            bought++;
            lists.Add(string.Join(' ', await AskAsync(client, PowerLawShop.CustomerOf(options.Customers - 1), i)));
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        return (bought, stillShown, lists.Count);
    }

    private static async Task<string[]> AskAsync(HttpClient client, string customer, int request)
    {
        using JsonDocument answer = JsonDocument.Parse(await client.GetStringAsync(new Uri($"/api/v1/execution/slots/home?userId={customer}&requestId=w{request.ToString(CultureInfo.InvariantCulture)}", UriKind.Relative)));
        return [.. answer.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("productId").GetString() ?? "")];
    }

    private static double At(double[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
}
