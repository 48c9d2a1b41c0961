using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Sequences;

namespace Learning.Tests.Sequences;

public sealed class SequentialNeighboursTests
{
    private static readonly SequentialNeighboursOptions Plain = new() { Window = 2, Backward = 0.25, PopularityDamping = 0, SourceDamping = 0, HistoryDecay = 0.5 };

    [Fact]
    public void Links_are_the_sums_of_the_formula()
    {
        // 0 then 1 then 2: forward links of 1 over one step and 1/2 over two, backward a quarter of that.
        var model = Fit(Plain, [0, 1, 2], [3, 0, 1]);

        Assert.Equal([0, 2, 0.5f, 0.25f], Scores(model, [0]), Near);
        Assert.Equal([0.5f, 0, 1, 0.125f], Scores(model, [1]), Near);
        Assert.Equal([1, 0.5f, 0, 0], Scores(model, [3]), Near);
    }

    [Fact]
    public void The_last_entry_counts_most_and_popular_items_are_damped()
    {
        int[][] rows = [[0, 1], [0, 1], [0, 2], [3, 2], [3, 2], [4, 2]];

        var plain = Scores(Fit(Plain, rows), [0, 3]);
        var damped = Scores(Fit(Plain with { PopularityDamping = 1 }, rows), [0, 3]);

        Assert.Equal((0.5f * 2, (0.5f * 1) + 2), (plain[1], plain[2]));
        Assert.Equal((float)(1.0 / 2), damped[1], 1e-6);
        Assert.Equal((float)(2.5 / 4), damped[2], 1e-6);
    }

    [Fact]
    public void Learning_act_by_act_in_any_order_of_users_equals_learning_at_once_to_the_byte()
    {
        var random = new SeededRandom(5);
        int[][] rows = [.. Enumerable.Range(0, 60).Select(_ => Enumerable.Range(0, 1 + random.NextInt32(12)).Select(_ => random.NextInt32(30)).ToArray())];
        var options = new SequentialNeighboursOptions { Window = 4, LinksItself = true };
        var batch = SequentialNeighboursTrainer.Fit(Sequences(rows, 30), options, TestContext.Current.CancellationToken);

        var grown = SequentialNeighboursTrainer.Fit(new ItemSequencesBuilder(0, 30).Build(), options, TestContext.Current.CancellationToken);
        var places = new int[rows.Length];
        List<int> turns = [.. rows.SelectMany((row, user) => Enumerable.Repeat(user, row.Length))];
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(turns));
        foreach (var user in turns)
        {
            grown.Learn(rows[user].AsSpan(0, places[user]), [], rows[user][places[user]]);
            places[user]++;
        }

        Assert.Equal(Bytes(batch), Bytes(grown));
        grown.Learn([1], [], 2);
        Assert.NotEqual(Bytes(batch), Bytes(grown));
    }

    [Fact]
    public void One_act_changes_the_next_answer_and_bad_acts_are_refused()
    {
        var model = Fit(Plain, [0, 1]);
        Assert.Equal(0, Scores(model, [1])[2 - 1]);

        model.Learn([1], [], 0);

        Assert.True(Scores(model, [1])[0] > 0.25f);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Learn([], [], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Learn([], [], -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Learn([], [], 0, float.NaN));
        Assert.Throws<ArgumentException>(() => model.Learn([1], [float.NaN], 0));
        model.Learn([-1, 7, int.MaxValue], [], 0);
    }

    [Fact]
    public void Transitions_are_shares_of_what_came_directly_after()
    {
        var model = Fit(SequentialNeighboursOptions.Transitions, [0, 1, 0, 2, 0, 1], [3, 0, 0]);

        // 0 was seen five times; 1 came after it twice, 2 and 0 once.
        Assert.Equal([0.2f, 0.4f, 0.2f, 0], Scores(model, [3, 0]), Near);
    }

    [Fact]
    public void Readers_see_finite_scores_while_many_learn()
    {
        var model = SequentialNeighboursTrainer.Fit(new ItemSequencesBuilder(0, 64).Build(), cancellationToken: TestContext.Current.CancellationToken);
        var expected = SequentialNeighboursTrainer.Fit(new ItemSequencesBuilder(0, 64).Build(), cancellationToken: TestContext.Current.CancellationToken);
        int[] ids = [.. Enumerable.Range(0, 4_000)];
        foreach (var i in ids)
        {
            expected.Learn([i % 64], [], i * 7 % 64);
        }

        Parallel.ForEach(ids, i =>
        {
            model.Learn([i % 64], [], i * 7 % 64);
            Assert.All(Scores(model, [i % 64]), score => Assert.True(float.IsFinite(score)));
        });

        Assert.Equal(Bytes(expected), Bytes(model));
    }

    private static bool Near(float a, float b) => Math.Abs(a - b) < 1e-6;

    private static float[] Scores(SequentialNeighboursModel model, int[] history)
    {
        var scores = new float[model.Items];
        model.Score(history, [], scores);
        return scores;
    }

    private static SequentialNeighboursModel Fit(SequentialNeighboursOptions options, params int[][] rows) =>
        SequentialNeighboursTrainer.Fit(Sequences(rows, 0), options, TestContext.Current.CancellationToken);

    private static ItemSequences Sequences(int[][] rows, int items)
    {
        var builder = new ItemSequencesBuilder(rows.Length, items);
        for (var user = 0; user < rows.Length; user++)
        {
            for (var i = 0; i < rows[user].Length; i++)
            {
                builder.Add(user, rows[user][i], 1, i);
            }
        }

        return builder.Build();
    }

    private static byte[] Bytes(SequentialNeighboursModel model)
    {
        using var stream = new MemoryStream();
        model.Save(stream);
        return stream.ToArray();
    }
}
