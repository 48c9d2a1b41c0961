using System.Runtime.InteropServices;
using Learning.Tests.Recommending;
using MarketLoop.Learning.Baskets;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Recommending;

namespace Learning.Tests.Baskets;

public sealed class FpGrowthContract : LearnerContract<Act[], FrequentItemSets>
{
    protected override bool RefusesEmpty => false;

    protected override double? PermutationTolerance => 0;

    protected override Act[] Typical() => FpGrowthTests.Random(400, 30, 5, seed: 11);

    protected override Act[] Empty() => [];

    protected override Act[] OneRow() => [new Act(0, 0, 1, 5)];

    protected override Act[] Permuted(Act[] sample)
    {
        var shuffled = sample.ToArray();
        new SeededRandom(3).Shuffle<Act>(shuffled);
        return shuffled;
    }

    protected override byte[] Fingerprint(Act[] sample) => MemoryMarshal.AsBytes<Act>(sample).ToArray();

    protected override FrequentItemSets Fit(Act[] sample, ulong seed, CancellationToken cancellationToken) =>
        FpGrowthTrainer.Fit(FpGrowthTests.Matrix(sample), new FpGrowthOptions { MinimumCount = 3, MinimumSupport = 0.01 }, cancellationToken);

    protected override void FitWith(float value) => new InteractionMatrixBuilder().Add(0, 0, value);

    protected override void MeetTheUnseen(FrequentItemSets model)
    {
        Assert.Null(model.FindCount(new[] { -1 }));
        Assert.Null(model.FindCount(new[] { 0, int.MaxValue }));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Rules(double.NaN));
    }

    protected override double[] Ask(FrequentItemSets model, Act[] sample) =>
        [model.Count, .. model.Rules(0.05, 500).SelectMany(rule => (double[])[rule.Antecedent[0], rule.Consequent[^1], rule.Lift, rule.Leverage, rule.Conviction ?? -1])];

    protected override void Save(FrequentItemSets model, Stream stream) => model.Save(stream);

    protected override FrequentItemSets Load(Stream stream) => FrequentItemSets.Load(stream);
}

public sealed class FpGrowthTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(4, 10)]
    public void The_sets_are_those_of_a_naive_count(ulong seed, int minimum)
    {
        var acts = Random(120, 9, 4, seed);

        var sets = FpGrowthTrainer.Fit(Matrix(acts), new FpGrowthOptions { MinimumCount = minimum, MinimumSupport = 1e-9, LongestSet = 9 }, Token);

        var expected = Naive(acts, 9, minimum);
        Assert.Equal(expected.Count, sets.Count);
        foreach (var (items, count) in expected)
        {
            Assert.Equal(count, sets.FindCount(items.Split(' ').Select(int.Parse).ToArray()));
        }

        for (var set = 1; set < sets.Count; set++)
        {
            Assert.True(sets.CountOf(set) <= sets.CountOf(set - 1));
        }
    }

    [Fact]
    public void The_example_of_the_paper()
    {
        // f a c d g i m p | a b c f l m o | b f h j o | b c k s p | a f c e l p m n, least support 3 of 5.
        var sets = Sets(["facdgimp", "abcflmo", "bfhjo", "bcksp", "afcelpmn"], new FpGrowthOptions { MinimumSupport = 0.6, MinimumCount = 1 });

        Assert.Equal(5, sets.Baskets);
        Assert.Equal(3, sets.MinimumCount);
        Assert.Equal(18, sets.Count);
        Assert.Equal(3, sets.FindCount(Items("acfm")));
        Assert.Equal(3, sets.FindCount(Items("cp")));
        Assert.Equal(4, sets.FindCount(Items("c")));
        Assert.Null(sets.FindCount(Items("bp")));
    }

    [Fact]
    public void Measures_follow_their_definitions()
    {
        var rules = Sets(["ab", "ab", "ab", "ac", "b", "c", "c", "c", "c", "c"], new FpGrowthOptions { MinimumCount = 1, MinimumSupport = 0.01 }).Rules(0);

        var rule = rules.Single(found => found.Antecedent[0] == 'b' - 'a' && found.Consequent[0] == 0);

        Assert.Equal(0.3, rule.Support, 1e-12);
        Assert.Equal(0.75, rule.Confidence, 1e-12);
        Assert.Equal(0.75 / 0.4, rule.Lift, 1e-12);
        Assert.Equal(0.3 - 0.16, rule.Leverage, 1e-12);
        Assert.Equal(0.6 / 0.25, rule.Conviction!.Value, 1e-12); // it fails at times
    }

    [Fact]
    public void A_planted_pair_stands_out_and_chance_does_not()
    {
        var planted = Random(2_000, 40, 3, seed: 7).Concat(Enumerable.Range(0, 2_000).Where(basket => basket % 10 == 0).SelectMany(basket => (Act[])[new(basket, 40, 1, 0), new(basket, 41, 1, 0)]));
        var options = new FpGrowthOptions { MinimumSupport = 0.005 };

        var rules = FpGrowthTrainer.Fit(Matrix([.. planted]), options, Token).Rules(0.1);
        var chance = FpGrowthTrainer.Fit(Matrix(Random(2_000, 40, 3, seed: 7)), options, Token).Rules(0.1);

        Assert.Equal([40], rules[0].Antecedent);
        Assert.Equal([41], rules[0].Consequent);
        Assert.Equal(10, rules[0].Lift, 1e-9);
        Assert.Null(rules[0].Conviction);
        Assert.All(chance, rule => Assert.InRange(rule.Lift, 0, 3));
    }

    [Fact]
    public void Too_many_sets_raise_the_least_count_instead_of_the_time()
    {
        var everything = new string([.. Enumerable.Range(0, 26).Select(i => (char)('a' + i))]);
        string[] baskets = [.. Enumerable.Repeat(everything, 8), .. Enumerable.Repeat("ab", 20)];

        var sets = Sets(baskets, new FpGrowthOptions { MinimumCount = 5, MinimumSupport = 0.01, LongestSet = 10, MostSets = 1_000 });

        Assert.Equal(5, sets.AskedCount);
        Assert.Equal(10, sets.MinimumCount);
        Assert.Equal(3, sets.Count);
    }

    [Fact]
    public void A_basket_of_nothing_is_no_basket() =>
        Assert.Equal(1, FpGrowthTrainer.Fit(Matrix([new Act(5, 0, 1, 0)]), cancellationToken: Token).Baskets);

    internal static Act[] Random(int baskets, int items, int each, ulong seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, baskets).SelectMany(basket => Enumerable.Range(0, each).Select(_ => new Act(basket, random.NextInt32(items), 1, 0)).DistinctBy(act => act.Item))];
    }

    internal static InteractionMatrix Matrix(Act[] acts)
    {
        var builder = new InteractionMatrixBuilder();
        foreach (var act in acts)
        {
            builder.Add(act.User, act.Item, act.Weight, act.Day);
        }

        return builder.Build();
    }

    private static FrequentItemSets Sets(string[] baskets, FpGrowthOptions options) =>
        FpGrowthTrainer.Fit(Matrix([.. baskets.SelectMany((basket, row) => basket.Select(letter => new Act(row, letter - 'a', 1, 0)))]), options, Token);

    private static int[] Items(string letters) => [.. letters.Order().Select(letter => letter - 'a')];

    private static Dictionary<string, int> Naive(Act[] acts, int items, int minimum)
    {
        int[] masks = [.. acts.GroupBy(act => act.User).Select(basket => basket.Aggregate(0, (mask, act) => mask | (1 << act.Item)))];
        return Enumerable.Range(1, (1 << items) - 1)
            .Select(set => (Set: set, Count: masks.Count(mask => (mask & set) == set)))
            .Where(pair => pair.Count >= minimum)
            .ToDictionary(pair => string.Join(' ', Enumerable.Range(0, items).Where(item => (pair.Set & (1 << item)) != 0)), pair => pair.Count, StringComparer.Ordinal);
    }
}
