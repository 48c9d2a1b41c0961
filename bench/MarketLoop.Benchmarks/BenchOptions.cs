using System.Globalization;

namespace MarketLoop.Benchmarks;

/// <summary>What a run is told: <c>NAME --marketloop PROGRAM [--events N] [--parts LIST] [--seconds N] [--report FILE]</c>.</summary>
/// <param name="Name">What is measured, a key of <see cref="Benches.All"/>.</param>
/// <param name="Program">The built program.</param>
/// <param name="Events">Events of a part; intake's growth part goes to twice as many.</param>
/// <param name="Parts">The parts asked for; empty means all.</param>
/// <param name="Seconds">How long a steady load lasts.</param>
/// <param name="Report">Where the figures are written as JSON.</param>
internal sealed record BenchOptions(string Name, string Program, long Events, IReadOnlySet<string> Parts, int Seconds, string Report)
{
    /// <summary>What <see cref="Events"/> is when nobody said; a bench whose size is laid down takes that size then.</summary>
    public const long DefaultEvents = 10_000_000;

    private const long FewestEvents = 10_000;
    private const int DefaultSeconds = 60;

    /// <summary>Customers of the serving bench. Default 100,000.</summary>
    public long Customers { get; private init; } = 100_000;

    /// <summary>Whether a part is to be measured.</summary>
    public bool Asks(string part) => Parts.Count == 0 || Parts.Contains(part);

    /// <summary>Reads the arguments; null with a reason when they make no sense.</summary>
    public static BenchOptions? Read(string[] args, out string? trouble)
    {
        Dictionary<string, string> told = new(StringComparer.Ordinal);
        for (int i = 1; i + 1 < args.Length; i += 2)
        {
            told[args[i]] = args[i + 1];
        }

        trouble = null;
        bool isNumber = long.TryParse(told.GetValueOrDefault("--events", DefaultEvents.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture, out long events);
        bool isTime = int.TryParse(told.GetValueOrDefault("--seconds", DefaultSeconds.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture, out int seconds);
        string name = args.FirstOrDefault() ?? "";
        if (!Benches.All.ContainsKey(name))
        {
            trouble = $"The first word must be one of {string.Join(", ", Benches.All.Keys)}.";
        }
        else if (!isNumber || events < FewestEvents || !isTime || seconds < 1)
        {
            trouble = "--events must be a number from 10,000, --seconds one from 1.";
        }
        else if (!told.TryGetValue("--marketloop", out string? program) || !File.Exists(program))
        {
            trouble = "--marketloop must name the built program.";
        }
        else
        {
            string[] parts = told.GetValueOrDefault("--parts", "").Split(',', StringSplitOptions.RemoveEmptyEntries);
            return new BenchOptions(name, program, events, parts.ToHashSet(StringComparer.Ordinal), seconds, told.GetValueOrDefault("--report", "bench.json"))
            {
                Customers = long.TryParse(told.GetValueOrDefault("--customers"), CultureInfo.InvariantCulture, out long customers) && customers > 0 ? customers : 100_000,
            };
        }

        return null;
    }
}
