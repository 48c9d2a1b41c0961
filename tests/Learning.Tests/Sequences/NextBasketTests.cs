using MarketLoop.Learning.Sequences;

namespace Learning.Tests.Sequences;

public sealed class NextBasketTests
{
    [Fact]
    public void Weights_decay_within_and_across_groups_from_the_newest_basket()
    {
        // Baskets of days 0, 1 (two entries), 2 and 3; groups of two: {0, 1} and {2, 3}.
        var weights = new float[5];

        new NextBasketOptions { GroupSize = 2, WithinDecay = 0.5, AcrossDecay = 0.1 }.Weigh([0, 1, 1, 2, 3], weights);

        Assert.Equal([0.5f / 2 * 0.1f / 2, 1f / 2 * 0.1f / 2, 1f / 2 * 0.1f / 2, 0.5f / 2 / 2, 1f / 2 / 2], weights, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void The_oldest_group_may_be_smaller_and_no_basket_is_no_crash()
    {
        var weights = new float[3];

        new NextBasketOptions { GroupSize = 2, WithinDecay = 1, AcrossDecay = 1 }.Weigh([4, 5, 6], weights);

        Assert.Equal([0.5f, 0.25f, 0.25f], weights);
        new NextBasketOptions().Weigh([], []);
        Assert.Throws<ArgumentException>(() => new NextBasketOptions().Weigh([1, 2], weights));
    }

    [Fact]
    public void Own_habits_and_those_of_the_nearest_are_blended()
    {
        var builder = new ItemSequencesBuilder();
        (int User, int Item, double Day)[] acts = [(0, 0, 0), (0, 1, 0), (1, 2, 0), (1, 3, 0), (2, 0, 0), (2, 4, 0), (2, 5, 0)];
        foreach (var (user, item, day) in acts)
        {
            builder.Add(user, item, 1, day);
        }

        var model = NextBasketTrainer.Fit(builder.Build(), new NextBasketOptions { Neighbours = 1, PersonalShare = 0.6 }, TestContext.Current.CancellationToken);
        var scores = new float[model.Items];
        model.Score([0], [1], scores);

        // User 0 is nearest: the smaller basket with item 0.
        Assert.Equal([1f, 0.4f, 0, 0, 0, 0], scores, (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(0, model.StrongestReason([0], [], 0));
        Assert.Equal(-1, model.StrongestReason([0], [], 1));
    }

    [Fact]
    public void Personal_share_1_is_the_history_alone()
    {
        var builder = new ItemSequencesBuilder();
        builder.Add(0, 0);
        builder.Add(0, 1);
        var model = NextBasketTrainer.Fit(builder.Build(), new NextBasketOptions { PersonalShare = 1 }, TestContext.Current.CancellationToken);
        var scores = new float[2];

        model.Score([0, 0, -1], [2, 3, 9], scores);

        Assert.Equal([5, 0], scores);
    }
}
