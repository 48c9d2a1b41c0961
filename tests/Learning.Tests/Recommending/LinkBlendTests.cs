using MarketLoop.Learning.Recommending;
using MarketLoop.Learning.Sequences;

namespace Learning.Tests.Recommending;

/// <summary>The ranking that is served, against one that scores everything.</summary>
public sealed class LinkBlendTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(2.0)]
    public void Selecting_by_links_is_selecting_by_the_sum_of_standardised_scores(double popularityShare)
    {
        var blend = Blend(popularityShare);
        var random = new Random(5);
        for (var round = 0; round < 100; round++)
        {
            var history = Enumerable.Range(0, random.Next(0, 9)).Select(_ => random.Next(-1, blend.Items + 1)).ToArray();
            var weights = Enumerable.Range(0, history.Length * blend.Parts.Count).Select(_ => (float)random.NextDouble()).ToArray();
            var expected = Scored(blend, history, weights);
            foreach (var count in (int[])[0, 1, 10, blend.Items])
            {
                var selected = new ScoredItem[count];
                Assert.Equal(count, blend.SelectBest(history, weights, selected));
                for (var place = 0; place < count; place++)
                {
                    // Sums in another order may differ in the last bits, so scores are compared, not places.
                    Assert.Equal(expected.OrderDescending().ElementAt(place), selected[place].Score, 1e-3);
                    Assert.Equal(expected[selected[place].Item], selected[place].Score, 1e-3);
                }

                Assert.Equal(count, selected.Select(item => item.Item).Distinct().Count());
            }
        }
    }

    [Fact]
    public void An_index_answers_what_links_name_and_finds_what_they_do_not()
    {
        var random = new Random(9);
        InteractionMatrixBuilder builder = new();
        for (var user = 0; user < 600; user++)
        {
            for (var i = 0; i < 12; i++)
            {
                builder.Add(user, (user % 6 * 200) + random.Next(200)); // six groups of 200 items that few links join
            }
        }

        var matrix = builder.Build();
        var factors = IndexedFactorTests.Graph(ImplicitAlsTrainer.Fit(matrix, new ImplicitAlsOptions { Factors = 8, Sweeps = 6 }, Token));
        var links = ItemNeighboursTrainer.Fit(matrix, new ItemNeighboursOptions { Neighbours = 5 }, Token);
        LinkBlend blend = new([new BlendPart(factors, 1), new BlendPart(links, 0.3)], DecayedPopularityTrainer.Fit(matrix, cancellationToken: Token), 0.1);
        Assert.False(factors.IsExact);
        var (hits, asked) = (0, 0);
        for (var round = 0; round < 50; round++)
        {
            int[] history = [.. Enumerable.Range(0, 5).Select(_ => (round % 6 * 200) + random.Next(200))];
            float[] weights = [.. Enumerable.Repeat(1f, history.Length * 2)];
            var best = new ScoredItem[20];
            blend.SelectBest(history, weights, best);
            var expected = Scored(blend, history, weights);

            Assert.All(best, item => Assert.Equal(expected[item.Item], item.Score, 1e-3));
            hits += Enumerable.Range(0, blend.Items).OrderByDescending(item => expected[item]).Take(20).Intersect(best.Select(item => item.Item)).Count();
            asked += 20;
        }

        Assert.InRange(hits / (double)asked, 0.95, 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void A_history_without_evidence_gets_the_popular_items(double share)
    {
        var links = ItemNeighboursTrainer.Fit(Matrix((0, 0), (0, 1), (1, 2)), cancellationToken: Token);
        var popularity = DecayedPopularityTrainer.Fit([2, 2, 1], [], [0.0, 0, 0], 3, cancellationToken: Token);
        var best = new ScoredItem[2];

        Assert.Equal(2, new LinkBlend([new BlendPart(links, 1)], popularity, share).SelectBest([], [], best));
        Assert.Equal([2, 1], best.Select(item => item.Item));
    }

    [Fact]
    public void Popularity_of_share_0_does_not_reorder_evidence()
    {
        var links = ItemNeighboursTrainer.Fit(Matrix((0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 2)), cancellationToken: Token);
        var popularity = DecayedPopularityTrainer.Fit([2, 2, 2, 2, 1], [], [0.0, 0, 0, 0, 0], 3, cancellationToken: Token);
        var best = new ScoredItem[3];

        new LinkBlend([new BlendPart(links, 1)], popularity, 0).SelectBest([0], [1], best);

        Assert.Equal(1, best[0].Item);
    }

    [Fact]
    public void The_reason_is_of_the_first_part_that_has_one()
    {
        var links = ItemNeighboursTrainer.Fit(Matrix((0, 0), (0, 1), (1, 2), (1, 3)), cancellationToken: Token);
        var blend = new LinkBlend([new BlendPart(links, 1), new BlendPart(new HabitScorer(4), 1)], DecayedPopularityTrainer.Fit(Matrix((0, 0), (0, 3)), cancellationToken: Token), 1);

        int[] reasons = new int[3];
        blend.StrongestReasons([0, 3], [1, 1, 1, 1], [1, 3, 2], reasons);

        Assert.Equal(0, reasons[0]); // linked to 0
        Assert.Equal(1, reasons[1]); // by habit alone
        blend.StrongestReasons([0], [1, 1], [2], reasons.AsSpan(0, 1));
        Assert.Equal(-1, reasons[0]);
    }

    [Fact]
    public void A_saved_blend_is_the_same_and_a_damaged_one_is_refused()
    {
        var blend = Blend(0.4);
        using var first = new MemoryStream();
        using var second = new MemoryStream();
        blend.Save(first);
        first.Position = 0;
        var loaded = LinkBlend.Load(first);
        loaded.Save(second);

        Assert.Equal(first.ToArray(), second.ToArray());
        Assert.Equal([typeof(IndexedFactorModel), typeof(ItemNeighboursModel), typeof(SequentialNeighboursModel), typeof(HabitScorer)], loaded.Parts.Select(part => part.Scorer.GetType()));
        foreach (var cut in (int[])[0, 10, first.ToArray().Length / 2, first.ToArray().Length - 1])
        {
            Assert.Throws<InvalidDataException>(() => LinkBlend.Load(new MemoryStream(first.ToArray()[..cut])));
        }
    }

    [Fact]
    public void Models_of_different_catalogues_do_not_blend()
    {
        var links = ItemNeighboursTrainer.Fit(Matrix((0, 3)), cancellationToken: Token);
        var popularity = DecayedPopularityTrainer.Fit(Matrix((0, 4)), cancellationToken: Token);

        Assert.Throws<ArgumentException>(() => new LinkBlend([new BlendPart(links, 1)], popularity, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkBlend([], popularity, double.NaN));
        Assert.Throws<ArgumentException>(() => new LinkBlend([], popularity, 1).SelectBest([0], [1], new ScoredItem[1]));
        Assert.Equal(1, new LinkBlend([], popularity, 1).SelectBest([0], [], new ScoredItem[1]));
    }

    private static LinkBlend Blend(double popularityShare)
    {
        var builder = Planted.Groups(200, 5, 40, 12, 0.3, seed: 3);
        var matrix = builder.Build();
        ItemSequencesBuilder sequences = new(matrix.Users, matrix.Items);
        for (var user = 0; user < matrix.Users; user++)
        {
            foreach (var item in matrix.ItemsOf(user))
            {
                sequences.Add(user, item, 1, item % 7);
            }
        }

        return new LinkBlend(
            [
                new BlendPart(IndexedFactorModel.Build(ImplicitAlsTrainer.Fit(matrix, new ImplicitAlsOptions { Factors = 6, Sweeps = 4 }, Token), cancellationToken: Token), 0.7),
                new BlendPart(EaseTrainer.Fit(matrix, new EaseOptions { Lambda = 5, Neighbours = 50 }, Token), 1),
                new BlendPart(SequentialNeighboursTrainer.Fit(sequences.Build(), cancellationToken: Token), 0.5),
                new BlendPart(new HabitScorer(matrix.Items), 0.2),
            ],
            DecayedPopularityTrainer.Fit(matrix, cancellationToken: Token),
            popularityShare);
    }

    // The definition, in double over all items; up to the mean of each part, which is the same for all items of a question.
    private static double[] Scored(LinkBlend blend, int[] history, float[] weights)
    {
        var sum = new double[blend.Items];
        for (var part = 0; part < blend.Parts.Count; part++)
        {
            var own = new float[blend.Items];
            blend.Parts[part].Scorer.Score(history, weights.AsSpan(part * history.Length, history.Length), own);
            Add(sum, own, blend.Parts[part].Share);
        }

        Add(sum, blend.Popularity.Popularity.ToArray(), blend.PopularityShare);
        return sum;
    }

    private static void Add(double[] sum, float[] scores, double share)
    {
        var mean = scores.Average(score => (double)score);
        var deviation = Math.Sqrt(scores.Average(score => (score - mean) * (score - mean)));
        for (var item = 0; item < scores.Length && deviation > 0; item++)
        {
            sum[item] += share * scores[item] / deviation;
        }
    }

    private static InteractionMatrix Matrix(params (int User, int Item)[] cells)
    {
        InteractionMatrixBuilder builder = new();
        foreach (var (user, item) in cells)
        {
            builder.Add(user, item);
        }

        return builder.Build();
    }
}
