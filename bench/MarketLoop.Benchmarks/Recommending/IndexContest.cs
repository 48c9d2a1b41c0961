using System.Diagnostics;
using System.Globalization;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Benchmarks.Recommending;

/// <summary>
/// One set of items and queries: the exact scan, our graph and hnswlib's. Rates are queries for each second of processor time (of one core: all threads' time is summed), so that
/// other work on the machine does little to them; medians of rounds before and after the peer's turn.
/// </summary>
internal sealed class IndexContest(float[] items, float[] queries, Action<string> note)
{
    private const int Wanted = 10;
    private const int Rounds = 2;
    private const int ScannedQueries = 100;
    private const double WantedRecall = 0.98;

    private static readonly int[] Widths = [10, 20, 40, 64, 96, 128, 192, 256, 384];

    private readonly ExactIndex _exact = ExactIndex.Of(items, FactorCatalogue.Factors);

    private delegate int Search(ReadOnlySpan<float> query, Span<ScoredItem> best, ReadOnlySpan<ulong> allowed = default);

    /// <summary>The whole contest over all widths.</summary>
    public async Task<Figure> RunAsync()
    {
        ScoredItem[][] truth = _exact.SearchMany(queries, Wanted);
        HnswOptions how = new();
        (HnswIndex index, double build, double buildCores) = Build(how);
        double[] recalls = [.. Widths.Select(width => Recall(index, width, truth))];
        List<double>[] rates = [.. Widths.Select(_ => new List<double>())];
        List<double> scans = [], together = [];
        Measure(index, rates, scans, together);
        Tell(recalls, rates, scans);
        int[] right = [.. truth.SelectMany(row => row.Select(one => one.Item))];
        HnswPeer.Answer? peer = await HnswPeer.RunAsync(items, queries, right, Wanted, how.Links, how.BuildWidth, Widths, Rounds);
        Measure(index, rates, scans, together);

        SearchPoint[] ours = [.. Widths.Select((width, i) => new SearchPoint(width, recalls[i], Median(rates[i])))];
        double? rate = RateAt(ours), peerRate = peer is null ? null : RateAt(peer.Curve);
        return new Figure
        {
            Products = _exact.Items,
            BuildSeconds = build,
            BuildCoreSeconds = buildCores,
            ExactQueriesPerCoreSecond = Median(scans),
            ExactTogetherQueriesPerCoreSecond = Median(together),
            Curve = ours,
            Recall = recalls[^1],
            TimesFasterThanExact = rate is { } fast ? fast / Median(scans) : $"recall {WantedRecall} is not reached",
            Hnswlib = peer is not null ? peer : "hnswlib is not installed",
            Ratio = (rate, peerRate, peer) switch
            {
                ({ } own, { } its, _) => own / its,
                (_, _, null) => "hnswlib is not installed",
                (null, _, _) => $"recall {WantedRecall} is not reached",
                _ => $"hnswlib does not reach recall {WantedRecall}",
            },
        };
    }

    /// <summary>The usual width beside the exact scan.</summary>
    public object MeasureDefault()
    {
        HnswOptions how = new();
        (HnswIndex index, _, double build) = Build(how);
        double recall = Recall(index, how.SearchWidth, _exact.SearchMany(queries, Wanted));
        List<double> scans = [], searches = [];
        for (int round = 0; round < Rounds; round++)
        {
            Rate(_exact.Search, ScannedQueries, scans, rounds: 1);
            Rate(index.Search, queries.Length / FactorCatalogue.Factors, searches, rounds: 1);
        }

        note(string.Create(CultureInfo.InvariantCulture, $"{_exact.Items:N0} products: exact {Median(scans):N0}, graph {Median(searches):N0} queries a core second at recall {recall:0.0000}"));
        return new { Products = _exact.Items, BuildCoreSeconds = build, Recall = recall, ExactQueriesPerCoreSecond = Median(scans), QueriesPerCoreSecond = Median(searches), TimesFasterThanExact = Median(searches) / Median(scans) };
    }

    private (HnswIndex Index, double Seconds, double CoreSeconds) Build(HnswOptions how)
    {
        long start = Stopwatch.GetTimestamp();
        double cores = CoreSeconds();
        HnswIndex index = HnswIndex.Build(items, FactorCatalogue.Factors, how);
        (double seconds, cores) = (Stopwatch.GetElapsedTime(start).TotalSeconds, CoreSeconds() - cores);
        note(string.Create(CultureInfo.InvariantCulture, $"{_exact.Items:N0} products: built in {seconds:N0} s, {cores:N0} core seconds"));
        return (index, seconds, cores);
    }

    private double Recall(HnswIndex index, int width, ScoredItem[][] truth)
    {
        long hits = 0;
        ScoredItem[] best = new ScoredItem[Wanted];
        for (int query = 0; query < truth.Length; query++)
        {
            int found = index.Search(Query(query), best, [], width);
            HashSet<int> right = [.. truth[query].Select(one => one.Item)];
            hits += best.Take(found).Count(one => right.Contains(one.Item));
        }

        return (double)hits / truth.Sum(row => row.Length);
    }

    private void Measure(HnswIndex index, List<double>[] rates, List<double> scans, List<double> together)
    {
        Rate(_exact.Search, ScannedQueries, scans, Rounds);
        for (int i = 0; i < Widths.Length; i++)
        {
            int width = Widths[i];
            Rate((query, best, allowed) => index.Search(query, best, allowed, width), queries.Length / FactorCatalogue.Factors, rates[i], Rounds);
        }

        double start = CoreSeconds();
        _exact.SearchMany(queries, Wanted);
        together.Add(queries.Length / FactorCatalogue.Factors / (CoreSeconds() - start));
    }

    private void Tell(double[] recalls, List<double>[] rates, List<double> scans)
    {
        note(string.Create(CultureInfo.InvariantCulture, $"exact: {Median(scans):N1} queries a core second"));
        for (int i = 0; i < Widths.Length; i++)
        {
            note(string.Create(CultureInfo.InvariantCulture, $"width {Widths[i]}: recall {recalls[i]:0.0000}, {Median(rates[i]):N0} queries a core second"));
        }
    }

    // Single searches on all threads, after a round to warm up.
    private void Rate(Search search, int count, List<double> rates, int rounds)
    {
        for (int round = 0; round <= rounds; round++)
        {
            double start = CoreSeconds();
            Parallel.For(0, count, () => new ScoredItem[Wanted], (query, _, best) =>
            {
                search(Query(query), best);
                return best;
            }, _ => { });
            if (round > 0)
            {
                rates.Add(count / (CoreSeconds() - start));
            }
        }
    }

    private static double CoreSeconds() => Environment.CpuUsage.TotalTime.TotalSeconds;

    private ReadOnlySpan<float> Query(int query) => queries.AsSpan(query * FactorCatalogue.Factors, FactorCatalogue.Factors);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Queries for a core second at the wanted recall, between the points on both sides of it; null when no width reaches it.</summary>
    private static double? RateAt(SearchPoint[] curve)
    {
        int reached = Array.FindIndex(curve, point => point.Recall >= WantedRecall);
        if (reached <= 0)
        {
            return reached < 0 ? null : curve[0].QueriesPerCoreSecond;
        }

        (SearchPoint below, SearchPoint above) = (curve[reached - 1], curve[reached]);
        return below.QueriesPerCoreSecond * Math.Pow(above.QueriesPerCoreSecond / below.QueriesPerCoreSecond, (WantedRecall - below.Recall) / (above.Recall - below.Recall));
    }

    /// <summary>What one contest gave; a sentence where a number could not be had.</summary>
    internal sealed record Figure
    {
        public required int Products { get; init; }

        public required double BuildSeconds { get; init; }

        public required double BuildCoreSeconds { get; init; }

        public required double ExactQueriesPerCoreSecond { get; init; }

        /// <summary>Of the exact scan that reads the items once for 32 queries.</summary>
        public required double ExactTogetherQueriesPerCoreSecond { get; init; }

        public required SearchPoint[] Curve { get; init; }

        public required double Recall { get; init; }

        public required object TimesFasterThanExact { get; init; }

        public required object Hnswlib { get; init; }

        public required object Ratio { get; init; }
    }
}
