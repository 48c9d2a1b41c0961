using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Sequences;

namespace Learning.Tests.Sequences;

public sealed class ItemSequencesTests
{
    [Fact]
    public void Rows_are_in_time_order_with_repeats_whatever_the_order_of_arrival()
    {
        (int User, int Item, float Weight, double Day)[] entries = [(1, 3, 1, 5), (1, 2, 1, 4), (1, 3, 2, 3), (0, 4, 1, 9), (1, 1, 1, 4)];

        foreach (var seed in new ulong[] { 1, 2, 3 })
        {
            new SeededRandom(seed).Shuffle(entries.AsSpan());
            var sequences = Build(entries);

            Assert.Equal([3, 1, 2, 3], sequences.ItemsOf(1));
            Assert.Equal([2, 1, 1, 1], sequences.WeightsOf(1));
            Assert.Equal([3, 4, 4, 5], sequences.DaysOf(1));
            Assert.Equal([4], sequences.ItemsOf(0));
            Assert.Equal((2, 5, 5, 9.0), (sequences.Users, sequences.Items, sequences.Count, sequences.LatestDay));
        }
    }

    [Fact]
    public void The_matrix_adds_repeats_up_and_keeps_the_latest_day()
    {
        var matrix = Build([(0, 2, 1, 3), (0, 0, 1, 4), (0, 2, 2, 7)]).ToMatrix();

        Assert.Equal([0, 2], matrix.ItemsOf(0));
        Assert.Equal([1, 3], matrix.WeightsOf(0));
        Assert.Equal([4, 7], matrix.DaysOf(0));
    }

    [Fact]
    public void Other_weights_keep_the_order_and_nothing_of_weight_0_stays()
    {
        var other = Build([(0, 2, 1, 3), (0, 0, 2, 4), (1, 2, 2, 7)]).Reweigh(weight => weight == 1 ? 0 : 5);

        Assert.Equal([0], other.ItemsOf(0));
        Assert.Equal([5], other.WeightsOf(1));
        Assert.Equal((2, 3, 2), (other.Users, other.Items, other.Count));
        Assert.Throws<ArgumentOutOfRangeException>(() => other.Reweigh(_ => float.NaN));
    }

    [Fact]
    public void The_newest_of_each_user_stay_in_order()
    {
        var all = Build([(0, 2, 1, 3), (0, 0, 2, 4), (0, 1, 3, 9), (1, 2, 2, 7)]);
        var newest = all.Newest(2);

        Assert.Equal([0, 1], newest.ItemsOf(0));
        Assert.Equal([2, 3], newest.WeightsOf(0));
        Assert.Equal([4, 9], newest.DaysOf(0));
        Assert.Equal([2], newest.ItemsOf(1));
        Assert.Equal((2, 3, 3, 9.0), (newest.Users, newest.Items, newest.Count, newest.LatestDay));
        Assert.Same(all, all.Newest(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => all.Newest(0));
    }

    [Fact]
    public void Nothing_added_gives_empty_rows_and_bad_numbers_are_refused()
    {
        var builder = new ItemSequencesBuilder(2, 3);

        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Add(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Add(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Add(0, 0, float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Add(0, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Add(0, 0, 1, double.PositiveInfinity));
        var empty = builder.Build();
        Assert.Equal((2, 3, 0, 0.0), (empty.Users, empty.Items, empty.Count, empty.LatestDay));
        Assert.True(empty.ItemsOf(1).IsEmpty);
    }

    private static ItemSequences Build((int User, int Item, float Weight, double Day)[] entries)
    {
        var builder = new ItemSequencesBuilder();
        foreach (var (user, item, weight, day) in entries)
        {
            builder.Add(user, item, weight, day);
        }

        return builder.Build();
    }
}
