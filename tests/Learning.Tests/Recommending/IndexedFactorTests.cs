using MarketLoop.Learning.Recommending;

namespace Learning.Tests.Recommending;

public sealed class IndexedFactorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_exact_index_selects_what_sorting_all_scores_gives_to_the_bit()
    {
        var indexed = IndexedFactorModel.Build(Model(), cancellationToken: Token);

        Assert.True(indexed.IsExact);
        foreach (var (history, weights) in Histories())
        {
            foreach (var count in (int[])[0, 1, 10, indexed.Items + 5])
            {
                Assert.Equal(Sorted(indexed, history, weights, count), Selected(indexed, history, weights, count));
            }
        }
    }

    [Fact]
    public void The_graph_selects_nearly_the_same_with_the_same_scores()
    {
        var indexed = Graph(Model());
        var (hits, all) = (0, 0);

        Assert.False(indexed.IsExact);
        foreach (var (history, weights) in Histories())
        {
            var sorted = Sorted(indexed, history, weights, 10);
            hits += Selected(indexed, history, weights, 10).Intersect(sorted).Count();
            all += sorted.Length;
        }

        Assert.True(hits >= 0.95 * all, $"{hits} of {all}");
    }

    [Fact]
    public void A_history_of_which_nothing_is_known_selects_nothing()
    {
        foreach (var indexed in (IndexedFactorModel[])[IndexedFactorModel.Build(Model(), cancellationToken: Token), Graph(Model())])
        {
            Assert.Empty(Selected(indexed, [], [], 5));
            Assert.Empty(Selected(indexed, [-1, indexed.Items], [], 5));
            Assert.Empty(Selected(indexed, [3], [-1], 5));
            Assert.Throws<ArgumentException>(() => indexed.SelectBest([1], [1, 2], new ScoredItem[1]));
            Assert.Throws<ArgumentException>(() => indexed.SelectBest([1], [float.NaN], new ScoredItem[1]));
        }
    }

    [Fact]
    public void Selecting_allocates_nothing()
    {
        foreach (var indexed in (IndexedFactorModel[])[IndexedFactorModel.Build(Model(), cancellationToken: Token), Graph(Model())])
        {
            var best = new ScoredItem[10];
            int[] history = [1, 5, 9];
            indexed.SelectBest(history, [], best);

            var before = GC.GetAllocatedBytesForCurrentThread();
            indexed.SelectBest(history, [], best);

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void A_graph_read_back_selects_the_same()
    {
        var indexed = Graph(Model());
        using var stream = new MemoryStream();

        indexed.Save(stream);
        stream.Position = 0;
        var read = IndexedFactorModel.Load(stream);

        Assert.False(read.IsExact);
        Assert.All(Histories(), one => Assert.Equal(Selected(indexed, one.History, one.Weights, 10), Selected(read, one.History, one.Weights, 10)));
    }

    internal static IndexedFactorModel Graph(FactorModel model) =>
        IndexedFactorModel.Build(model, new HnswOptions { Links = 8, BuildWidth = 60, SearchWidth = 40 }, exactUpTo: 0, Token);

    private static FactorModel Model() =>
        ImplicitAlsTrainer.Fit(Planted.Groups(300, 10, 60, 12, 0.3, seed: 10).Build(), new ImplicitAlsOptions { Factors = 12, Sweeps = 4 }, Token);

    private static IEnumerable<(int[] History, float[] Weights)> Histories()
    {
        for (var first = 0; first < 600; first += 23)
        {
            yield return ([first, (first + 7) % 600], []);
            yield return ([first, -1, (first + 5) % 600], [0.5f, 1, 2]);
        }
    }

    private static ScoredItem[] Sorted(IndexedFactorModel model, int[] history, float[] weights, int count)
    {
        var scores = new float[model.Items];
        var best = new ScoredItem[count];
        model.Score(history, weights, scores);
        return best[..TopItemSelector.Select(scores, best, above: 0)];
    }

    private static ScoredItem[] Selected(IndexedFactorModel model, int[] history, float[] weights, int count)
    {
        var best = new ScoredItem[count];
        return best[..model.SelectBest(history, weights, best)];
    }
}

public sealed class IndexedFactorContract : RecommenderContract<IndexedFactorModel>
{
    protected override IndexedFactorModel Fit(Act[] sample, ulong seed, CancellationToken cancellationToken)
    {
        var model = ImplicitAlsTrainer.Fit(Matrix(sample), new ImplicitAlsOptions { Factors = 5, Sweeps = 2, Seed = seed }, cancellationToken);
        return IndexedFactorModel.Build(model, new HnswOptions { Links = 4, BuildWidth = 20, Seed = seed }, exactUpTo: 0, cancellationToken);
    }

    protected override void Save(IndexedFactorModel model, Stream stream) => model.Save(stream);

    protected override IndexedFactorModel Load(Stream stream) => IndexedFactorModel.Load(stream);
}
