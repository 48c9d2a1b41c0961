using MarketLoop.Learning.Sequences;

namespace Learning.Tests.Sequences;

public sealed class SessionNeighboursTests
{
    [Fact]
    public void Sessions_that_share_later_entries_weigh_more()
    {
        // The present session is 0, 1: linear weights 1/2 and 1.
        var model = Fit(SessionNeighboursOptions.VectorMultiplication, [0, 2], [1, 3], [0, 1, 4]);

        var scores = Scores(model, [0, 1]);

        Assert.Equal((0.5f, 1, 1.5f), (scores[2], scores[3], scores[4]));
        Assert.Equal(0, scores[5]);
    }

    [Fact]
    public void Only_the_nearest_sessions_vote_and_of_equals_the_more_recent()
    {
        var model = Fit(SessionNeighboursOptions.VectorMultiplication with { Neighbours = 1 }, [0, 2], [0, 3]);

        Assert.Equal((0, 1), (Scores(model, [0])[2], Scores(model, [0])[3]));
    }

    [Fact]
    public void Only_the_most_recent_sessions_of_an_item_are_looked_at()
    {
        var model = Fit(SessionNeighboursOptions.VectorMultiplication with { Sample = 2 }, [0, 2], [0, 3], [0, 4]);

        var scores = Scores(model, [0]);

        Assert.Equal((0, 1, 1), (scores[2], scores[3], scores[4]));
    }

    [Fact]
    public void Old_sessions_distant_items_and_items_before_the_shared_one_count_less()
    {
        var options = new SessionNeighboursOptions { Position = PositionDecay.None, LengthDamping = 0, DistanceSteps = 1, Before = 0.5, HalfLifeDays = 100 };

        // Days are the numbers of the sessions x 100: the first session is one half-life older.
        var scores = Scores(Fit(options, [0, 2], [1, 0, 3, 4], [5]), [0]);

        Assert.Equal(0.25f, scores[2], 1e-6);
        Assert.Equal(0.5f * 0.5f, scores[1], 1e-6);
        Assert.Equal(0.5f, scores[3], 1e-6);
        Assert.Equal(0.5f * MathF.Exp(-1), scores[4], 1e-6);
    }

    [Fact]
    public void Rare_items_gain_and_long_sessions_lose_when_asked_for()
    {
        var options = new SessionNeighboursOptions { Position = PositionDecay.None, LengthDamping = 1, IdfWeight = 1 };

        var scores = Scores(Fit(options, [0, 2], [0, 3, 3, 3], [2, 4], [2, 5]), [0]);

        Assert.Equal((float)(0.5 * (1 + Math.Log(4.0 / 3))), scores[2], 1e-6);
        Assert.Equal((float)(3 * 0.25 * (1 + Math.Log(4))), scores[3], 1e-6);
    }

    [Fact]
    public void The_reason_is_the_entry_whose_sessions_hold_the_item()
    {
        var model = Fit(SessionNeighboursOptions.VectorMultiplication, [0, 2], [1, 3]);

        Assert.Equal(0, model.StrongestReason([0, 1], [], 2));
        Assert.Equal(1, model.StrongestReason([0, 1], [], 3));
        Assert.Equal(-1, model.StrongestReason([0, 1], [], 4));
    }

    [Fact]
    public void An_endless_history_looks_at_its_last_entries_only()
    {
        var model = Fit(SessionNeighboursOptions.VectorMultiplication with { HistoryLength = 2 }, [0, 2], [1, 3]);

        Assert.Equal(0, Scores(model, [0, .. Enumerable.Repeat(1, 100_000)])[2]);
        Assert.True(Scores(model, [0, 1])[2] > 0);
    }

    private static float[] Scores(SessionNeighboursModel model, int[] history)
    {
        var scores = new float[model.Items];
        model.Score(history, [], scores);
        return scores;
    }

    private static SessionNeighboursModel Fit(SessionNeighboursOptions options, params int[][] sessions)
    {
        var builder = new ItemSequencesBuilder(0, 6);
        for (var session = 0; session < sessions.Length; session++)
        {
            for (var i = 0; i < sessions[session].Length; i++)
            {
                builder.Add(session, sessions[session][i], 1, (100 * session) + (1e-9 * i));
            }
        }

        return SessionNeighboursTrainer.Fit(builder.Build(), options, TestContext.Current.CancellationToken);
    }
}
