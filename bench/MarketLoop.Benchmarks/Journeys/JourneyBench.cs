using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MarketLoop.Benchmarks.Intake;

namespace MarketLoop.Benchmarks.Journeys;

/// <summary>A funnel or a retention table over a whole shop, beside the plain query that gives the same answer, at a tenth of the events and at all of them.</summary>
internal sealed class JourneyBench(BenchOptions options, Action<string> note)
{
    private const int Repetitions = 3;
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-bench-").FullName;

    private string Shop => Path.Combine(folder, "shop");

    private string Csv => Path.Combine(folder, "events.csv");

    /// <summary>Measures.</summary>
    public async Task<Dictionary<string, object>> RunAsync()
    {
        JourneyQuestion question = string.Equals(options.Name, "funnel", StringComparison.Ordinal) ? JourneyQuestion.Funnel : JourneyQuestion.Retention;
        try
        {
            JourneyFigures small = await MeasureAsync(question, Math.Max(10_000, options.Events / 10));
            JourneyFigures large = await MeasureAsync(question, options.Events);
            return new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["cores"] = Environment.ProcessorCount,
                ["threads"] = 1,
                ["events"] = options.Events,
                ["seconds"] = large.Seconds,
                ["peer"] = "DuckDB, the quickest of " + string.Join(" and ", question.Plain.Keys),
                ["peerSeconds"] = large.PeerSeconds,
                ["ratio"] = large.Ratio,
                ["isSameAnswer"] = small.IsSameAnswer && large.IsSameAnswer,
                ["sizes"] = (JourneyFigures[])[small, large],
                ["growth"] = large.Seconds / small.Seconds,
                ["peerGrowth"] = large.PeerSeconds / small.PeerSeconds,
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // We and the peer in turn: what the machine does meanwhile falls on both. One round before warms both up.
    private async Task<JourneyFigures> MeasureAsync(JourneyQuestion question, long events)
    {
        note(string.Create(CultureInfo.InvariantCulture, $"{question.Address}: bringing in {events:N0} events ..."));
        Directory.CreateDirectory(Shop);
        Directory.Delete(Shop, recursive: true);
        ShopEvents.WriteCsv(Csv, 0, events, events, isClean: true);
        await ImportAsync();
        using PlainEvents plain = new(folder, Csv);
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(options.Program, Shop);
        long stored = await server.CountAsync();
        List<double> ours = [];
        Dictionary<string, List<double>> theirs = question.Plain.Keys.ToDictionary(name => name, _ => new List<double>(), StringComparer.Ordinal);
        bool isSame = stored == events;
        for (int round = -1; round < Repetitions; round++)
        {
            JsonElement report = await server.AskAsync(question.Address);
            IReadOnlyList<string> answer = question.Read(report);
            ours.Add(report.GetProperty("seconds").GetDouble());
            foreach ((string name, string sql) in question.Plain)
            {
                (IReadOnlyList<string> rows, double seconds) = plain.Ask(sql);
                isSame &= rows.SequenceEqual(answer, StringComparer.Ordinal);
                theirs[name].Add(seconds);
            }

            if (round < 0)
            {
                ours.Clear();
                theirs.Values.ToList().ForEach(each => each.Clear());
            }
        }

        double own = Median(ours);
        double peer = theirs.Values.Min(Median);
        JourneyFigures figures = new(stored, own, peer, own / peer, theirs.ToDictionary(pair => pair.Key, pair => Median(pair.Value), StringComparer.Ordinal), isSame);
        note(JsonSerializer.Serialize(figures));
        return figures;
    }

    private async Task ImportAsync()
    {
        ProcessStartInfo info = new(options.Program, ["import", "csv", Csv, "--columns", ShopEvents.Mapping, "--data", Shop, "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using Process import = Process.Start(info) ?? throw new InvalidOperationException("The import did not start.");
        Task<string> output = import.StandardOutput.ReadToEndAsync();
        string errors = await import.StandardError.ReadToEndAsync();
        await import.WaitForExitAsync();
        await output;
        if (import.ExitCode != 0)
        {
            throw new InvalidOperationException($"The import failed: {errors}");
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}

/// <summary>What came out at one size.</summary>
/// <param name="Events">Events stored.</param>
/// <param name="Seconds">Our median time.</param>
/// <param name="PeerSeconds">The median time of the quickest plain query.</param>
/// <param name="Ratio">Ours over the peer's.</param>
/// <param name="Plain">Each plain query's median time.</param>
/// <param name="IsSameAnswer">Whether all gave the same answer over the same number of events.</param>
internal sealed record JourneyFigures(long Events, double Seconds, double PeerSeconds, double Ratio, IReadOnlyDictionary<string, double> Plain, bool IsSameAnswer);
