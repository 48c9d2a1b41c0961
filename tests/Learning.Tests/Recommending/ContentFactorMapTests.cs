using System.Runtime.InteropServices;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Recommending;

namespace Learning.Tests.Recommending;

public sealed class ContentFactorMapTests
{
    private const int Groups = 5;
    private const int PerGroup = 20;
    private const int Items = Groups * PerGroup;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void New_items_are_ranked_by_their_content_better_than_by_popularity_and_not_by_content_that_was_shuffled()
    {
        var whole = Planted.Groups(400, Groups, PerGroup, 10, 0.1, seed: 12).Build();
        var known = Known(whole);
        var model = ImplicitAlsTrainer.Fit(known, new ImplicitAlsOptions { Factors = 8 }, Token);
        int[] shuffled = [.. Enumerable.Range(0, Items)];
        new SeededRandom(5).Shuffle<int>(shuffled);
        var byItem = whole.Transpose();
        var popularity = Enumerable.Range(0, Items).Select(item => (float)byItem.ItemsOf(item).Length).ToArray();

        var byContent = Precision(whole, known, Scores(Content([.. Enumerable.Range(0, Items)])));
        var byShuffled = Precision(whole, known, Scores(Content(shuffled)));
        var byPopularity = Precision(whole, known, (_, scores) => popularity.CopyTo(scores));

        Assert.True(byContent > 0.8, $"{byContent}");
        Assert.True(byContent > 2 * byPopularity, $"{byContent} {byPopularity}");
        Assert.True(byShuffled < 0.5 * byContent, $"{byShuffled}");

        Action<int, float[]> Scores(ContentFeatures content)
        {
            var complete = ContentFactorMap.Fit(model, content, cancellationToken: Token).Complete(model, content);
            return (user, scores) => complete.Score(known.ItemsOf(user), [], scores);
        }
    }

    [Fact]
    public void The_weights_solve_the_normal_equations()
    {
        var random = new SeededRandom(6);
        const int Known = 60, Features = 7, Factors = 3;
        var table = Enumerable.Range(0, Known * Features).Select(_ => random.NextInt32(3) == 0 ? 0 : (float)random.NextGaussian()).ToArray();
        var model = ImplicitAlsTrainer.Fit(Planted.Groups(80, 4, Known / 4, 6, 0.4, seed: 10).Build(), new ImplicitAlsOptions { Factors = Factors }, Token);
        var map = ContentFactorMap.Fit(model, ContentFeatures.Dense(table, Features), new ContentFactorMapOptions { Regularisation = 2 }, Token);
        var told = new float[Factors];
        var constant = new float[Factors];
        map.Tell([], [], constant);

        // At the minimum the gradient is 0: F'(H - FB) = lambda B, and the residuals sum to 0.
        var gradient = new double[Features + 1, Factors];
        for (var item = 0; item < Known; item++)
        {
            map.Tell([.. Enumerable.Range(0, Features)], table.AsSpan(item * Features, Features), told);
            for (var factor = 0; factor < Factors; factor++)
            {
                var residual = model.FactorsOf(item)[factor] - told[factor];
                gradient[Features, factor] += residual;
                for (var feature = 0; feature < Features; feature++)
                {
                    gradient[feature, factor] += table[(item * Features) + feature] * residual;
                }
            }
        }

        for (var feature = 0; feature < Features; feature++)
        {
            map.Tell([feature], [], told);
            for (var factor = 0; factor < Factors; factor++)
            {
                Assert.Equal(2 * (told[factor] - constant[factor]), gradient[feature, factor], 1e-3);
            }
        }

        Assert.All(Enumerable.Range(0, Factors), factor => Assert.Equal(0, gradient[Features, factor], 1e-3));
    }

    [Fact]
    public void Known_items_keep_their_factors_and_items_without_content_stay_unknown()
    {
        var known = Known(Planted.Groups(100, Groups, PerGroup, 8, 0.1, seed: 12).Build());
        var model = ImplicitAlsTrainer.Fit(known, new ImplicitAlsOptions { Factors = 4 }, Token);
        var content = ContentFeatures.Sparse(2, [0, .. Enumerable.Repeat(1, Items), 1, 2], [0, 1]);

        var complete = ContentFactorMap.Fit(model, content, cancellationToken: Token).Complete(model, content);

        Assert.Equal(Items + 2, complete.Items);
        Assert.Equal(model.FactorsOf(1).ToArray(), complete.FactorsOf(1).ToArray());
        Assert.All(complete.FactorsOf(Items).ToArray(), value => Assert.Equal(0, value));
        Assert.Contains(complete.FactorsOf(Items + 1).ToArray(), value => value != 0);
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        var model = ImplicitAlsTrainer.Fit(Planted.Groups(20, 2, 5, 3, 0.1, seed: 1).Build(), new ImplicitAlsOptions { Factors = 4 }, Token);

        Assert.Equal("indices", Assert.Throws<ArgumentException>(() => ContentFeatures.Sparse(2, [0, 1], [2])).ParamName);
        Assert.Equal("starts", Assert.Throws<ArgumentException>(() => ContentFeatures.Sparse(2, [0, 2, 1], [1])).ParamName);
        Assert.Equal("values", Assert.Throws<ArgumentException>(() => ContentFeatures.Sparse(2, [0, 1], [1], [float.NaN])).ParamName);
        Assert.Equal("values", Assert.Throws<ArgumentException>(() => ContentFeatures.Dense([1, 2, 3], 2)).ParamName);
        Assert.Equal("content", Assert.Throws<ArgumentException>(() => ContentFactorMap.Fit(model, ContentFeatures.Dense([1, 2], 1), cancellationToken: Token)).ParamName);
    }

    // Every fourth item is new: nobody was seen with it.
    private static bool IsNew(int item) => item % 4 == 3;

    private static InteractionMatrix Known(InteractionMatrix whole)
    {
        var builder = new InteractionMatrixBuilder(whole.Users, whole.Items);
        for (var user = 0; user < whole.Users; user++)
        {
            foreach (var item in whole.ItemsOf(user).ToArray().Where(item => !IsNew(item)))
            {
                builder.Add(user, item);
            }
        }

        return builder.Build();
    }

    // The group of an item as one feature, and one of thirty that tells nothing.
    private static ContentFeatures Content(int[] items) => ContentFeatures.Sparse(
        Groups + 30,
        [.. Enumerable.Range(0, Items + 1).Select(item => 2 * item)],
        [.. items.SelectMany(item => (int[])[item / PerGroup, Groups + (item * 7 % 30)])]);

    // Share of the best five new items that are of the user's group.
    private static double Precision(InteractionMatrix whole, InteractionMatrix known, Action<int, float[]> score)
    {
        var scores = new float[Items];
        var best = new ScoredItem[5];
        var hits = 0;
        for (var user = 0; user < known.Users; user++)
        {
            score(user, scores);
            foreach (var item in Enumerable.Range(0, Items).Where(item => !IsNew(item)))
            {
                scores[item] = float.NegativeInfinity;
            }

            TopItemSelector.Select(scores, best);
            hits += best.Count(one => one.Item / PerGroup == user % Groups);
        }

        return hits / (5.0 * whole.Users);
    }
}

public sealed class ContentFactorMapContract : LearnerContract<Table, ContentFactorMap>
{
    private const int Features = 6;

    private static readonly FactorModel Model = ImplicitAlsTrainer.Fit(Planted.Groups(60, 4, 10, 6, 0.3, seed: 2).Build(), new ImplicitAlsOptions { Factors = 5, Sweeps = 3 });
    private static readonly FactorModel OneItem = ImplicitAlsTrainer.Fit(Planted.Groups(5, 1, 1, 1, 0, seed: 2).Build(), new ImplicitAlsOptions { Factors = 5, Sweeps = 3 });
    private static readonly FactorModel NoItem = ImplicitAlsTrainer.Fit(new InteractionMatrixBuilder().Build(), new ImplicitAlsOptions { Factors = 5, Sweeps = 3 });

    protected override bool RefusesEmpty => false;

    protected override double? PermutationTolerance => null;

    protected override Table Typical() => Of(40);

    protected override Table Empty() => Of(0);

    protected override Table OneRow() => Of(1);

    protected override Table Permuted(Table sample) => sample.Permuted(3);

    protected override byte[] Fingerprint(Table sample) => [.. MemoryMarshal.AsBytes<float>(sample.Values)];

    protected override ContentFactorMap Fit(Table sample, ulong seed, CancellationToken cancellationToken) =>
        ContentFactorMap.Fit(sample.Rows switch { 0 => NoItem, 1 => OneItem, _ => Model }, ContentFeatures.Dense(sample.Values, Features), cancellationToken: cancellationToken);

    protected override void FitWith(float value) => ContentFeatures.Dense([1, value], 2);

    protected override void MeetTheUnseen(ContentFactorMap model)
    {
        var (expected, told) = (new float[model.Factors], new float[model.Factors]);
        model.Tell([], [], expected);

        model.Tell([-1, Features, int.MaxValue], [], told);

        Assert.Equal(expected, told);
    }

    protected override double[] Ask(ContentFactorMap model, Table sample)
    {
        var told = new float[model.Factors];
        List<double> answers = [];
        for (var row = 0; row < sample.Rows; row++)
        {
            model.Tell([.. Enumerable.Range(0, Features)], sample.Row(row), told);
            answers.AddRange(told.Select(value => (double)value));
        }

        return [.. answers];
    }

    protected override void Save(ContentFactorMap model, Stream stream) => model.Save(stream);

    protected override ContentFactorMap Load(Stream stream) => ContentFactorMap.Load(stream);

    private static Table Of(int rows)
    {
        var random = new SeededRandom(9);
        return new Table([.. Enumerable.Range(0, rows * Features).Select(_ => (float)random.NextGaussian())], rows, Features, []);
    }
}
