using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Recommending;

namespace Learning.Tests.Recommending;

public sealed class RecommendingTests
{
    private static readonly ItemNeighboursOptions Cosine = new() { Shrinkage = 0, UserDamping = 0, PopularityDamping = 0.5 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_matrix_merges_cells_adds_weights_and_keeps_the_latest_day()
    {
        var builder = new InteractionMatrixBuilder(users: 3);
        builder.Add(1, 4, 2, 10);
        builder.Add(1, 0, 1, 5);
        builder.Add(1, 4, 3, 7);

        var matrix = builder.Build();

        Assert.Equal((3, 5, 2), (matrix.Users, matrix.Items, matrix.Count));
        Assert.Equal([0, 4], matrix.ItemsOf(1).ToArray());
        Assert.Equal([1f, 5f], matrix.WeightsOf(1).ToArray());
        Assert.Equal([5f, 10f], matrix.DaysOf(1).ToArray());
        Assert.Equal(10, matrix.LatestDay);
        Assert.Empty(matrix.ItemsOf(0).ToArray());
    }

    [Fact]
    public void Transposing_twice_gives_the_matrix_back()
    {
        var matrix = Planted.Groups(50, 3, 7, 12, 0.3, seed: 2).Build();

        var back = matrix.Transpose().Transpose();

        for (var user = 0; user < matrix.Users; user++)
        {
            Assert.Equal(matrix.ItemsOf(user).ToArray(), back.ItemsOf(user).ToArray());
            Assert.Equal(matrix.WeightsOf(user).ToArray(), back.WeightsOf(user).ToArray());
            Assert.Equal(matrix.DaysOf(user).ToArray(), back.DaysOf(user).ToArray());
        }
    }

    [Fact]
    public void Similarity_is_the_cosine_when_nothing_else_is_asked()
    {
        // Items 0 and 1 share users a, b; 0 has a, b, c and 1 has a, b.
        var matrix = Matrix((0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 2));

        var model = ItemNeighboursTrainer.Fit(matrix, Cosine, Token);

        Assert.Equal([1, 2], model.NeighboursOf(0).ToArray());
        Assert.Equal(2 / Math.Sqrt(6), model.SimilaritiesOf(0)[0], 1e-6);
        Assert.Equal(1 / Math.Sqrt(3), model.SimilaritiesOf(0)[1], 1e-6);
    }

    [Fact]
    public void Shrinkage_damping_recency_and_activity_follow_their_formula()
    {
        var random = new SeededRandom(5);
        var acts = Enumerable.Range(0, 400).Select(_ => new Act(random.NextInt32(30), random.NextInt32(8), 1 + random.NextInt32(5), 100 * random.NextDouble())).ToArray();
        var builder = new InteractionMatrixBuilder();
        foreach (var act in acts)
        {
            builder.Add(act.User, act.Item, act.Weight, act.Day);
        }

        var options = new ItemNeighboursOptions { Shrinkage = 3, PopularityDamping = 0.7, UserDamping = 0.4, HalfLifeDays = 20, Scale = WeightScale.Logarithmic, AsOfDay = 120 };
        var model = ItemNeighboursTrainer.Fit(builder.Build(), options, Token);

        var cells = acts.GroupBy(act => (act.User, act.Item)).ToDictionary(cell => cell.Key, cell => Math.Log(1 + cell.Sum(act => act.Weight)) * Math.Pow(2, -(120 - cell.Max(act => act.Day)) / 20));
        var sizes = cells.Keys.GroupBy(cell => cell.User).ToDictionary(user => user.Key, user => user.Count());
        double Product(int i, int j) => sizes.Sum(user => cells.GetValueOrDefault((user.Key, i)) * cells.GetValueOrDefault((user.Key, j)) * Math.Pow(user.Value, -0.4));
        for (var i = 0; i < model.Items; i++)
        {
            for (var n = 0; n < model.NeighboursOf(i).Length; n++)
            {
                var j = model.NeighboursOf(i)[n];
                var expected = Product(i, j) / ((Math.Pow(Product(i, i), 0.3) * Math.Pow(Product(j, j), 0.7)) + 3);
                Assert.Equal(expected, model.SimilaritiesOf(i)[n], 1e-5);
            }
        }
    }

    [Fact]
    public void Only_the_strongest_neighbours_are_kept_in_order()
    {
        var matrix = Planted.Groups(300, 2, 20, 15, 0.4, seed: 3).Build();
        var all = ItemNeighboursTrainer.Fit(matrix, Cosine with { Neighbours = 1_000 }, Token);

        var few = ItemNeighboursTrainer.Fit(matrix, Cosine with { Neighbours = 5 }, Token);

        for (var item = 0; item < matrix.Items; item++)
        {
            Assert.Equal(all.NeighboursOf(item)[..5].ToArray(), few.NeighboursOf(item).ToArray());
            Assert.Equal(all.SimilaritiesOf(item).ToArray().OrderDescending(), all.SimilaritiesOf(item).ToArray());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Planted_item_groups_are_found_by_neighbours_and_by_ease(ulong seed)
    {
        var matrix = Planted.Groups(1_500, 5, 12, 8, 0.15, seed).Build();
        IItemScorer[] models = [ItemNeighboursTrainer.Fit(matrix, cancellationToken: Token), EaseTrainer.Fit(matrix, new EaseOptions { Lambda = 20 }, Token)];
        var scores = new float[matrix.Items];
        var best = new ScoredItem[8];

        foreach (var model in models)
        {
            for (var group = 0; group < 5; group++)
            {
                int[] history = [group * 12, (group * 12) + 5];
                model.Score(history, [], scores);
                foreach (var item in history)
                {
                    scores[item] = float.NegativeInfinity;
                }

                TopItemSelector.Select(scores, best);

                Assert.All(best, item => Assert.Equal(group, item.Item / 12));
            }
        }
    }

    [Fact]
    public void Items_of_independent_users_say_nothing_of_each_other()
    {
        // Negative control: without groups, a history's own group is recommended as often as chance has it.
        var matrix = Planted.Groups(600, 5, 12, 8, noise: 1, seed: 4).Build();
        var model = ItemNeighboursTrainer.Fit(matrix, cancellationToken: Token);
        var scores = new float[matrix.Items];
        var best = new ScoredItem[10];
        var same = 0;

        for (var item = 0; item < matrix.Items; item++)
        {
            model.Score([item], [], scores);
            TopItemSelector.Select(scores, best);
            same += best.Count(other => other.Item / 12 == item / 12);
        }

        // 11 of the 59 others are of the same group; 600 draws have a deviation of 0.016.
        Assert.InRange(same / 600.0, (11 / 59.0) - 0.07, (11 / 59.0) + 0.07);
    }

    [Fact]
    public void The_reason_is_the_entry_that_adds_most()
    {
        var model = ItemNeighboursTrainer.Fit(Matrix((0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 2), (3, 2), (3, 1), (4, 1)), Cosine, Token);

        Assert.Equal(1, model.StrongestReason([2, 0], [], 1));
        Assert.Equal(0, model.StrongestReason([2, 0], [10, 1], 1));
        Assert.Equal(-1, model.StrongestReason([1], [], 1));
    }

    [Fact]
    public void Ease_solves_its_equation()
    {
        // Scalar twin: B from a double Gauss-Jordan inverse of the Gram matrix.
        var matrix = Planted.Groups(200, 4, 10, 8, 0.3, seed: 6).Build();
        var n = matrix.Items;
        var gram = new double[n, n];
        for (var user = 0; user < matrix.Users; user++)
        {
            foreach (var i in matrix.ItemsOf(user))
            {
                foreach (var j in matrix.ItemsOf(user))
                {
                    gram[i, j]++;
                }
            }
        }

        for (var i = 0; i < n; i++)
        {
            gram[i, i] += 15;
        }

        var inverse = Twins.Inverse(gram);
        var model = EaseTrainer.Fit(matrix, new EaseOptions { Lambda = 15, Neighbours = n }, Token);

        var scores = new float[n];
        for (var i = 0; i < n; i++)
        {
            model.Score([i], [], scores);
            for (var j = 0; j < n; j++)
            {
                Assert.Equal(i == j ? 0 : -inverse[i, j] / inverse[j, j], scores[j], 1e-5);
            }
        }
    }

    [Fact]
    public void Ease_refuses_more_items_than_allowed() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => EaseTrainer.Fit(Matrix((0, 5)), new EaseOptions { MostItems = 5 }, Token));

    [Fact]
    public void Popularity_halves_per_half_life_and_counts_every_event()
    {
        var options = new DecayedPopularityOptions { HalfLifeDays = 10, AsOfDay = 30 };

        var model = DecayedPopularityTrainer.Fit([0, 0, 1, 2], [], [30.0, 20, 10, 45], 4, options, Token);

        Assert.Equal([1.5f, 0.25f, 1f, 0f], model.Popularity.ToArray());
        Assert.Equal(1.5f, model.Highest);
    }

    [Fact]
    public void Popularity_of_a_matrix_counts_a_user_once()
    {
        var model = DecayedPopularityTrainer.Fit(Matrix((0, 0), (0, 0), (1, 0), (1, 1)), new DecayedPopularityOptions { HalfLifeDays = double.PositiveInfinity }, Token);

        Assert.Equal([2f, 1f], model.Popularity.ToArray());
    }

    [Fact]
    public void Events_that_do_not_fit_are_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => DecayedPopularityTrainer.Fit([0, 1], [], [1.0], 2, cancellationToken: Token));
        Assert.ThrowsAny<ArgumentException>(() => DecayedPopularityTrainer.Fit([2], [], [1.0], 2, cancellationToken: Token));
        Assert.ThrowsAny<ArgumentException>(() => DecayedPopularityTrainer.Fit([0], [], [double.NaN], 2, cancellationToken: Token));
    }

    [Fact]
    public void The_selector_agrees_with_a_full_sort_and_breaks_ties_by_index()
    {
        var random = new SeededRandom(21);
        for (var round = 0; round < 300; round++)
        {
            var scores = Enumerable.Range(0, random.NextInt32(60)).Select(_ => (float)random.NextInt32(6)).ToArray();
            for (var i = 0; i < scores.Length; i += 7)
            {
                scores[i] = i % 2 == 0 ? float.NaN : float.NegativeInfinity;
            }

            var wanted = random.NextInt32(20);
            var best = new ScoredItem[wanted];

            var count = TopItemSelector.Select(scores, best);

            var expected = scores.Select((score, item) => (score, item)).Where(pair => pair.score >= 0)
                .OrderByDescending(pair => pair.score).ThenBy(pair => pair.item).Take(wanted).Select(pair => new ScoredItem(pair.item, pair.score)).ToArray();
            Assert.Equal(expected, best[..count]);
        }
    }

    [Fact]
    public void Offers_in_any_order_select_the_same()
    {
        var random = new SeededRandom(22);
        var offers = Enumerable.Range(0, 50).Select(item => new ScoredItem(item, random.NextInt32(4))).ToArray();
        var expected = Offer(offers);

        for (var round = 0; round < 20; round++)
        {
            random.Shuffle<ScoredItem>(offers);
            Assert.Equal(expected, Offer(offers));
        }
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        var matrix = Matrix((0, 0));

        AssertNamed("Shrinkage", () => ItemNeighboursTrainer.Fit(matrix, Cosine with { Shrinkage = -1 }, Token));
        AssertNamed("PopularityDamping", () => ItemNeighboursTrainer.Fit(matrix, Cosine with { PopularityDamping = 1.1 }, Token));
        AssertNamed("Neighbours", () => ItemNeighboursTrainer.Fit(matrix, Cosine with { Neighbours = 0 }, Token));
        AssertNamed("alfLife", () => DecayedPopularityTrainer.Fit(matrix, new DecayedPopularityOptions { HalfLifeDays = 0 }, Token));
        AssertNamed("Lambda", () => EaseTrainer.Fit(matrix, new EaseOptions { Lambda = 0 }, Token));
    }

    private static void AssertNamed(string option, Action fit) =>
        Assert.Contains(option, Assert.Throws<ArgumentOutOfRangeException>(fit).Message, StringComparison.Ordinal);

    private static ScoredItem[] Offer(ScoredItem[] offers)
    {
        var buffer = new ScoredItem[9];
        var selector = new TopItemSelector(buffer);
        foreach (var offer in offers)
        {
            selector.Offer(offer.Item, offer.Score);
        }

        return selector.Finish().ToArray();
    }

    private static InteractionMatrix Matrix(params (int User, int Item)[] cells)
    {
        var builder = new InteractionMatrixBuilder();
        foreach (var (user, item) in cells)
        {
            builder.Add(user, item);
        }

        return builder.Build();
    }
}
