using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Recommending;

namespace Learning.Tests.Recommending;

/// <summary>Jaccard and BM25 between items, RP3beta, user neighbours and matrices of arrays, each against a plain twin.</summary>
public sealed class NeighboursTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Jaccard_is_common_over_all()
    {
        var matrix = Planted.Groups(100, 3, 6, 5, 0.4, seed: 1).Build();
        var model = ItemNeighboursTrainer.Fit(matrix, new ItemNeighboursOptions { Similarity = Similarity.Jaccard, UserDamping = 0, Shrinkage = 2 }, Token);
        var users = UsersOf(matrix);

        AssertLinks(model, (i, j) => users[i].Intersect(users[j]).Count() / (users[i].Union(users[j]).Count() + 2.0));
    }

    [Fact]
    public void Bm25_multiplies_saturated_rare_shares()
    {
        var random = new SeededRandom(4);
        var builder = new InteractionMatrixBuilder();
        for (var i = 0; i < 400; i++)
        {
            builder.Add(random.NextInt32(30), random.NextInt32(9), 1 + random.NextInt32(4));
        }

        var matrix = builder.Build();
        var options = new ItemNeighboursOptions { Similarity = Similarity.Bm25, UserDamping = 0, Scale = WeightScale.Linear, Bm25Saturation = 1.5, Bm25LengthShare = 0.6 };
        var model = ItemNeighboursTrainer.Fit(matrix, options, Token);

        var byItem = matrix.Transpose();
        var mean = Enumerable.Range(0, matrix.Items).Average(item => byItem.WeightsOf(item).ToArray().Sum());
        Dictionary<int, double>[] rows = [.. Enumerable.Range(0, matrix.Items).Select(Row)];
        AssertLinks(model, (i, j) => rows[i].Sum(cell => cell.Value * rows[j].GetValueOrDefault(cell.Key)), 1e-3);

        Dictionary<int, double> Row(int item)
        {
            var length = byItem.WeightsOf(item).ToArray().Sum();
            return byItem.ItemsOf(item).ToArray().Zip(byItem.WeightsOf(item).ToArray()).ToDictionary(cell => cell.First, cell =>
            {
                var of = matrix.ItemsOf(cell.First).Length;
                return cell.Second * 2.5 / (cell.Second + (1.5 * (0.4 + (0.6 * length / mean)))) * Math.Log(1 + ((matrix.Items - of + 0.5) / (of + 0.5)));
            });
        }
    }

    [Fact]
    public void Rp3beta_is_a_damped_random_walk()
    {
        var matrix = Planted.Groups(100, 3, 6, 5, 0.4, seed: 2).Build();
        var users = UsersOf(matrix);

        var model = Rp3BetaTrainer.Fit(matrix, new Rp3BetaOptions { Alpha = 0.7, Beta = 0.4 }, Token);

        AssertLinks(model, (i, j) => users[i].Intersect(users[j]).Sum(user => Math.Pow(1.0 / users[i].Length / matrix.ItemsOf(user).Length, 0.7)) / Math.Pow(users[j].Length, 0.4));
    }

    [Theory]
    [InlineData(Similarity.Cosine)]
    [InlineData(Similarity.Jaccard)]
    public void Users_alike_are_found_and_listened_to(Similarity measure)
    {
        var matrix = Planted.Groups(120, 3, 8, 6, 0.4, seed: 5).Build();
        var options = new UserNeighboursOptions { Similarity = measure, Neighbours = 10, ItemDamping = 0, Shrinkage = 1, Amplification = 2, PopularityDamping = 0.3 };
        var model = UserNeighboursTrainer.Fit(matrix, options, Token);
        int[] history = [0, 3, 9];
        var best = new ScoredItem[10];
        var scores = new float[matrix.Items];

        Assert.Equal(10, model.FindUsers(history, [], best));
        model.Score(history, [], scores);

        var users = UsersOf(matrix);
        var alike = Enumerable.Range(0, matrix.Users).Select(user => (User: user, Alike: Alike(matrix.ItemsOf(user).ToArray())))
            .OrderByDescending(pair => (float)pair.Alike).ThenBy(pair => pair.User).Take(10).ToArray();
        Assert.Equal(alike.Select(pair => pair.User), best.Select(user => user.Item));
        for (var j = 0; j < matrix.Items; j++)
        {
            var expected = alike.Sum(pair => matrix.ItemsOf(pair.User).Contains(j) ? pair.Alike * pair.Alike : 0) / Math.Pow(Math.Max(1, users[j].Length), 0.3);
            Assert.Equal(expected, scores[j], 1e-5);
        }

        double Alike(int[] items)
        {
            double common = items.Intersect(history).Count();
            return common / (measure == Similarity.Cosine ? Math.Sqrt(3.0 * items.Length) + 1 : items.Union(history).Count() + 1);
        }
    }

    [Theory]
    [InlineData(Similarity.Cosine)]
    [InlineData(Similarity.Jaccard)]
    [InlineData(Similarity.Bm25)]
    public void With_crowded_items_nearly_the_same_users_are_found(Similarity measure)
    {
        var matrix = Crowded();
        var options = new UserNeighboursOptions { Similarity = measure };
        var exact = UserNeighboursTrainer.Fit(matrix, options, Token);
        var quick = UserNeighboursTrainer.Fit(matrix, options with { MostUsersPerItem = 400, Candidates = 400 }, Token);
        var blind = UserNeighboursTrainer.Fit(matrix, options with { MostUsersPerItem = 1, Candidates = 50 }, Token);

        Assert.InRange(Recall(quick), 0.95, 1);
        Assert.InRange(Recall(blind), 0, 0.9); // The control: too few candidates do lose neighbours.

        double Recall(UserNeighboursModel model)
        {
            var truth = new ScoredItem[50];
            var found = new ScoredItem[50];
            var hits = 0;
            for (var user = 0; user < 100; user++)
            {
                Assert.Equal(50, exact.FindUsers(matrix.ItemsOf(user), [], truth));
                Assert.Equal(50, model.FindUsers(matrix.ItemsOf(user), [], found));
                hits += truth.Select(one => one.Item).Intersect(found.Select(one => one.Item)).Count();
            }

            return hits / 5_000.0;
        }
    }

    [Fact]
    public void A_history_of_crowded_items_alone_still_finds_users()
    {
        var model = UserNeighboursTrainer.Fit(Crowded(), new UserNeighboursOptions { MostUsersPerItem = 100, Candidates = 60 }, Token);
        var best = new ScoredItem[50];

        Assert.Equal(50, model.FindUsers([0], [], best));
        Assert.Equal(0, model.FindUsers([-1], [], best));
    }

    [Fact]
    public void The_reason_is_the_entry_that_neighbours_share()
    {
        // Users 0..4 have items 0 and 3; users 5..9 have items 1 and 4.
        var builder = new InteractionMatrixBuilder();
        for (var user = 0; user < 10; user++)
        {
            builder.Add(user, user / 5);
            builder.Add(user, 3 + (user / 5));
        }

        var model = UserNeighboursTrainer.Fit(builder.Build(), cancellationToken: Token);

        Assert.Equal(1, model.StrongestReason([1, 0], [], 3));
        Assert.Equal(0, model.StrongestReason([1, 0], [], 4));
        Assert.Equal(-1, model.StrongestReason([1], [], 3));
    }

    [Fact]
    public void A_matrix_of_arrays_is_the_builders_and_bad_arrays_are_refused()
    {
        var random = new SeededRandom(8);
        var users = Enumerable.Range(0, 2_000).Select(_ => random.NextInt32(50)).ToArray();
        var items = users.Select(_ => random.NextInt32(30)).ToArray();
        var weights = users.Select(_ => (float)random.NextDouble()).ToArray();
        var days = users.Select(_ => (float)random.NextInt32(9)).ToArray();
        var builder = new InteractionMatrixBuilder(50, 30);
        for (var i = users.Length - 1; i >= 0; i--)
        {
            builder.Add(users[i], items[i], weights[i], days[i]);
        }

        var expected = builder.Build();
        var matrix = InteractionMatrix.Of(50, 30, users, items, weights, days);

        for (var user = 0; user < 50; user++)
        {
            Assert.Equal(expected.ItemsOf(user).ToArray(), matrix.ItemsOf(user).ToArray());
            Assert.Equal(expected.WeightsOf(user).ToArray(), matrix.WeightsOf(user).ToArray());
            Assert.Equal(expected.DaysOf(user).ToArray(), matrix.DaysOf(user).ToArray());
        }

        Assert.Equal([2f], InteractionMatrix.Of(1, 1, [0, 0], [0, 0]).WeightsOf(0).ToArray());
        Assert.Throws<ArgumentException>(() => InteractionMatrix.Of(1, 1, [0, 0], [0]));
        Assert.Throws<ArgumentException>(() => InteractionMatrix.Of(1, 1, [0], [1]));
        Assert.Throws<ArgumentException>(() => InteractionMatrix.Of(1, 1, [0], [0], [-1]));
        Assert.Throws<ArgumentException>(() => InteractionMatrix.Of(1, 1, [0], [0], [float.NaN]));
        Assert.Throws<ArgumentException>(() => InteractionMatrix.Of(1, 1, [0], [0], [], [float.NaN]));
    }

    /// <summary>2,000 users of 20 groups; half of what they take is one of ten things that everybody takes.</summary>
    private static InteractionMatrix Crowded()
    {
        var random = new SeededRandom(17);
        var builder = new InteractionMatrixBuilder();
        for (var user = 0; user < 2_000; user++)
        {
            for (var i = 0; i < 16; i++)
            {
                builder.Add(user, i % 2 == 0 ? random.NextInt32(10) : 10 + (user % 20 * 40) + random.NextInt32(40));
            }
        }

        return builder.Build();
    }

    private static int[][] UsersOf(InteractionMatrix matrix)
    {
        var byItem = matrix.Transpose();
        return [.. Enumerable.Range(0, matrix.Items).Select(item => byItem.ItemsOf(item).ToArray())];
    }

    private static void AssertLinks(ItemNeighboursModel model, Func<int, int, double> expected, double tolerance = 1e-5)
    {
        Assert.NotEqual(0, model.Count);
        for (var i = 0; i < model.Items; i++)
        {
            var links = model.NeighboursOf(i).ToArray().Zip(model.SimilaritiesOf(i).ToArray()).ToDictionary(link => link.First, link => link.Second);
            for (var j = 0; j < model.Items; j++)
            {
                Assert.Equal(i == j ? 0 : expected(i, j), links.GetValueOrDefault(j), tolerance);
            }
        }
    }
}
