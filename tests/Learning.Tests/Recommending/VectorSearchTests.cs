using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Recommending;

namespace Learning.Tests.Recommending;

public sealed class VectorSearchTests
{
    private const int Factors = 16;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Kind", "Kernel")]
    public void Products_are_those_of_a_plain_loop_and_the_same_alone_and_among_four()
    {
        var random = new SeededRandom(2);
        for (var factors = 1; factors <= 67; factors++)
        {
            var stride = FactorKernels.Padded(factors);
            var rows = Enumerable.Range(0, 7 * stride).Select(i => i % stride < factors ? (float)random.NextGaussian() : 0).ToArray();
            var query = rows[..stride];
            var products = new float[7];

            InnerProductKernels.DotRows(ref query[0], ref rows[0], stride, products);

            for (var row = 0; row < 7; row++)
            {
                var twin = Enumerable.Range(0, factors).Sum(i => (double)query[i] * rows[(row * stride) + i]);
                Assert.Equal(twin, products[row], 1e-4);
                Assert.Equal(products[row], InnerProductKernels.Dot(ref query[0], ref rows[row * stride], stride));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(700)]
    public void The_scan_finds_what_sorting_everything_finds(int items)
    {
        // Small whole numbers: the sums are exact, and many are equal.
        var random = new SeededRandom(3);
        var values = Enumerable.Range(0, items * Factors).Select(_ => (float)(random.NextInt32(3) - 1)).ToArray();
        var index = ExactIndex.Of(values, Factors);
        var queries = values[..(Math.Min(items, 40) * Factors)];
        var allowed = Words(items, item => item % 3 == 1);

        var many = index.SearchMany(queries, 10, Token);

        for (var i = 0; i < many.Length; i++)
        {
            var query = queries[(i * Factors)..((i + 1) * Factors)];
            var sorted = Enumerable.Range(0, items)
                .Select(item => new ScoredItem(item, Enumerable.Range(0, Factors).Sum(f => query[f] * values[(item * Factors) + f])))
                .OrderByDescending(one => one.Score).ThenBy(one => one.Item).ToArray();
            Assert.Equal(sorted.Take(10), Find(index, query, 10));
            Assert.Equal(sorted.Take(10), many[i]);
            Assert.Equal(sorted.Where(one => one.Item % 3 == 1).Take(10), Find(index, query, 10, allowed));
        }
    }

    [Fact]
    public void The_graph_finds_nearly_all_of_them_and_a_narrow_search_of_few_links_does_not()
    {
        var values = Vectors(4_000, seed: 5);
        var exact = ExactIndex.Of(values, Factors);
        var good = HnswIndex.Build(values, Factors, new HnswOptions { BuildWidth = 80 }, Token);
        var poor = HnswIndex.Build(values, Factors, new HnswOptions { Links = 2, BuildWidth = 2 }, Token);

        var (wide, narrow) = (Recall(good, 100), Recall(poor, 1));

        Assert.True(wide >= 0.95, $"{wide}");
        Assert.True(narrow < 0.8, $"{narrow}");

        double Recall(HnswIndex index, int width)
        {
            var found = new ScoredItem[10];
            var hits = 0;
            var queries = Vectors(100, seed: 6);
            for (var i = 0; i < 100; i++)
            {
                var query = queries.AsSpan(i * Factors, Factors);
                var count = index.Search(query, found, [], width);
                hits += found.AsSpan(0, count).ToArray().Intersect(Find(exact, query, 10)).Count();
            }

            return hits / 1_000.0;
        }
    }

    [Fact]
    public void A_filter_leaves_only_what_it_allows_and_a_rare_one_is_answered_exactly()
    {
        var values = Vectors(3_000, seed: 7);
        var exact = ExactIndex.Of(values, Factors);
        var index = HnswIndex.Build(values, Factors, new HnswOptions { BuildWidth = 60 }, Token);
        var query = values.AsSpan(0, Factors);
        var most = Words(3_000, item => item % 10 != 3);
        var few = Words(3_000, item => item % 500 == 7);

        Assert.Contains(Find(index, query, 50), one => one.Item % 10 == 3);
        Assert.DoesNotContain(Find(index, query, 50, most), one => one.Item % 10 == 3);
        Assert.Equal(50, Find(index, query, 50, most).Length);
        Assert.Equal(Find(exact, query, 50, few), Find(index, query, 50, few));
        Assert.Equal(6, Find(index, query, 50, few).Length);
        Assert.Empty(Find(index, query, 50, new ulong[47]));
    }

    [Fact]
    public void A_filter_that_allows_what_the_query_turns_away_from_is_still_filled()
    {
        var values = Vectors(3_000, seed: 8);
        var exact = ExactIndex.Of(values, Factors);
        var index = HnswIndex.Build(values, Factors, new HnswOptions { BuildWidth = 60 }, Token);
        var query = values.AsSpan(0, Factors);
        var worst = Find(exact, query, 3_000).TakeLast(1_500).Select(one => one.Item).ToHashSet();
        var allowed = Words(3_000, worst.Contains);

        Assert.Equal(Find(exact, query, 10, allowed), Find(index, query, 10, allowed));
    }

    [Fact]
    public void Equal_items_and_items_without_factors_do_no_harm()
    {
        var index = HnswIndex.Build(new float[500 * Factors], Factors, new HnswOptions { SearchWidth = 20 }, Token);
        var found = Find(index, [.. Enumerable.Repeat(1f, Factors)], 10);

        Assert.Equal(10, found.Select(one => one.Item).Distinct().Count());
        Assert.All(found, one => Assert.Equal(0, one.Score));
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        var index = ExactIndex.Of(new float[6], 3);

        Assert.Equal("query", Assert.Throws<ArgumentException>(() => index.Search([1, 2], new ScoredItem[1])).ParamName);
        Assert.Equal("query", Assert.Throws<ArgumentException>(() => index.Search([1, 2, float.NaN], new ScoredItem[1])).ParamName);
        Assert.Equal("allowed", Assert.Throws<ArgumentException>(() => index.Search([1, 2, 3], new ScoredItem[1], new ulong[2])).ParamName);
        Assert.Equal("values", Assert.Throws<ArgumentException>(() => ExactIndex.Of(new float[5], 3)).ParamName);
        Assert.Contains("Links", Assert.Throws<ArgumentOutOfRangeException>(() => HnswIndex.Build([1], 1, new HnswOptions { Links = 1 }, Token)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_items_of_a_model_are_found_as_it_scores_them()
    {
        var model = ImplicitAlsTrainer.Fit(Planted.Groups(80, 4, 8, 6, 0.4, seed: 10).Build(), new ImplicitAlsOptions { Factors = 6, Sweeps = 3 }, Token);
        var query = new float[6];
        var scores = new float[model.Items];
        var best = new ScoredItem[5];
        model.FoldIn([2, 9], [], query);
        model.Score([2, 9], [], scores);
        TopItemSelector.Select(scores, best);

        Assert.Equal(best.Select(one => one.Item), Find(ExactIndex.Of(model), query, 5).Select(one => one.Item));
        Assert.Equal(best.Select(one => one.Item), Find(HnswIndex.Build(model, cancellationToken: Token), query, 5).Select(one => one.Item));
    }

    /// <summary>Directions around twenty centres, lengths by a power law.</summary>
    internal static float[] Vectors(int items, ulong seed)
    {
        var centres = Enumerable.Range(0, 20 * Factors).Select(i => SeededRandom.Fork(1, (ulong)i).NextGaussian()).ToArray();
        var random = new SeededRandom(seed);
        var values = new float[items * Factors];
        for (var item = 0; item < items; item++)
        {
            var centre = random.NextInt32(20) * Factors;
            var length = Math.Pow(1 + (random.NextDouble() * items), -0.25);
            for (var i = 0; i < Factors; i++)
            {
                values[(item * Factors) + i] = (float)(length * (centres[centre + i] + (0.7 * random.NextGaussian())));
            }
        }

        return values;
    }

    internal static ScoredItem[] Find(IVectorIndex index, ReadOnlySpan<float> query, int wanted, ulong[]? allowed = null)
    {
        var best = new ScoredItem[wanted];
        return best[..index.Search(query, best, allowed)];
    }

    private static ulong[] Words(int items, Func<int, bool> allows)
    {
        var words = new ulong[(items + 63) / 64];
        foreach (var item in Enumerable.Range(0, items).Where(allows))
        {
            words[item / 64] |= 1UL << (item % 64);
        }

        return words;
    }
}

public sealed class HnswContract : LearnerContract<Table, HnswIndex>
{
    private const int Factors = 16;

    protected override bool RefusesEmpty => false;

    protected override double? PermutationTolerance => null;

    protected override Table Typical() => Of(VectorSearchTests.Vectors(600, seed: 4));

    protected override Table Empty() => Of([]);

    protected override Table OneRow() => Of(VectorSearchTests.Vectors(1, seed: 4));

    protected override Table Permuted(Table sample) => sample.Permuted(3);

    protected override byte[] Fingerprint(Table sample) => sample.Fingerprint();

    protected override HnswIndex Fit(Table sample, ulong seed, CancellationToken cancellationToken) =>
        HnswIndex.Build(sample.Values, Factors, new HnswOptions { Links = 6, BuildWidth = 20, SearchWidth = 15, Seed = seed }, cancellationToken);

    protected override void FitWith(float value) => HnswIndex.Build([1, value], 2);

    protected override void MeetTheUnseen(HnswIndex model) => Assert.Empty(VectorSearchTests.Find(model, new float[Factors], 5, new ulong[(model.Items + 63) / 64]));

    protected override double[] Ask(HnswIndex model, Table sample) =>
        [.. Enumerable.Range(0, Math.Min(20, sample.Rows)).SelectMany(row => VectorSearchTests.Find(model, sample.Row(row), 10)).SelectMany(one => (double[])[one.Item, one.Score])];

    protected override void Save(HnswIndex model, Stream stream) => model.Save(stream);

    protected override HnswIndex Load(Stream stream) => HnswIndex.Load(stream);

    private static Table Of(float[] values) => new(values, values.Length / Factors, Factors, []);
}
