using MarketLoop.Benchmarks.Features;
using MarketLoop.Benchmarks.Intake;
using MarketLoop.Benchmarks.Journeys;
using MarketLoop.Benchmarks.Learners;
using MarketLoop.Benchmarks.Neighbours;
using MarketLoop.Benchmarks.Recommending;
using MarketLoop.Benchmarks.Serving;

namespace MarketLoop.Benchmarks;

/// <summary>What can be measured, by name: each takes the options and a place for notes, and gives its figures.</summary>
internal static class Benches
{
    public static IReadOnlyDictionary<string, Func<BenchOptions, Action<string>, Task<Dictionary<string, object>>>> All { get; } =
        new Dictionary<string, Func<BenchOptions, Action<string>, Task<Dictionary<string, object>>>>(StringComparer.Ordinal)
        {
            ["als"] = (options, note) => new AlsBench(options, note).RunAsync(),
            ["boosting"] = (_, note) => new ClassifierBench(Contest.Boosting, note).RunAsync(),
            ["features"] = (options, note) => new FeaturesBench(options, note).RunAsync(),
            ["forest"] = (_, note) => new ClassifierBench(Contest.Forest, note).RunAsync(),
            ["funnel"] = (options, note) => new JourneyBench(options, note).RunAsync(),
            ["hierarchical"] = (_, note) => new HierarchicalBench(note).RunAsync(),
            ["index"] = (options, note) => new IndexBench(options, note).RunAsync(),
            ["intake"] = (options, note) => new IntakeBench(options, note).RunAsync(),
            ["kmeans"] = (_, note) => new KMeansBench(note).RunAsync(),
            ["logistic"] = (_, note) => new ClassifierBench(Contest.Logistic, note).RunAsync(),
            ["neighbours"] = (options, note) => new NeighboursBench(options, note).RunAsync(),
            ["retention"] = (options, note) => new JourneyBench(options, note).RunAsync(),
            ["serving"] = (options, note) => new ServingBench(options, note).RunAsync(),
        };
}
