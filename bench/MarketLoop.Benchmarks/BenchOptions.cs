using System.Globalization;

namespace MarketLoop.Benchmarks;

/// <summary>What a run is told: <c>intake --marketloop PROGRAM [--events N] [--parts bulk,http,growth,small,steady] [--seconds N]</c>.</summary>
/// <param name="Program">The built program.</param>
/// <param name="Events">Events of the bulk and HTTP parts; the growth part goes to twice as many.</param>
/// <param name="Parts">What is measured.</param>
/// <param name="Seconds">How long a steady load lasts.</param>
internal sealed record BenchOptions(string Program, long Events, IReadOnlySet<string> Parts, int Seconds)
{
    private const long DefaultEvents = 10_000_000;
    private const long FewestEvents = 10_000;
    private const int DefaultSeconds = 60;
    private static readonly string[] All = ["bulk", "http", "growth", "small", "steady"];

    /// <summary>Reads the arguments; null with a reason when they make no sense.</summary>
    public static BenchOptions? Read(string[] args, out string? trouble)
    {
        Dictionary<string, string> told = new(StringComparer.Ordinal);
        for (int i = 1; i + 1 < args.Length; i += 2)
        {
            told[args[i]] = args[i + 1];
        }

        trouble = null;
        HashSet<string> parts = [.. told.TryGetValue("--parts", out string? list) ? list.Split(',') : All];
        bool isNumber = long.TryParse(told.GetValueOrDefault("--events", DefaultEvents.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture, out long events);
        bool isTime = int.TryParse(told.GetValueOrDefault("--seconds", DefaultSeconds.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture, out int seconds);
        if (args is not ["intake", ..])
        {
            trouble = "The first word must be intake: other benchmarks come with their rooms.";
        }
        else if (!isNumber || events < FewestEvents || !isTime || seconds < 1)
        {
            trouble = "--events must be a number from 10,000, --seconds one from 1.";
        }
        else if (!parts.IsSubsetOf(All))
        {
            trouble = $"--parts knows {string.Join(", ", All)}.";
        }
        else if (!told.TryGetValue("--marketloop", out string? program) || !File.Exists(program))
        {
            trouble = "--marketloop must name the built program.";
        }
        else
        {
            return new BenchOptions(program, events, parts, seconds);
        }

        return null;
    }
}
