using MarketLoop.Benchmarks.Intake;

namespace MarketLoop.Benchmarks;

/// <summary>What can be measured, by name: each takes the options and a place for notes, and gives its figures.</summary>
internal static class Benches
{
    public static IReadOnlyDictionary<string, Func<BenchOptions, Action<string>, Task<Dictionary<string, object>>>> All { get; } =
        new Dictionary<string, Func<BenchOptions, Action<string>, Task<Dictionary<string, object>>>>(StringComparer.Ordinal)
        {
            ["intake"] = (options, note) => new IntakeBench(options, note).RunAsync(),
        };
}
