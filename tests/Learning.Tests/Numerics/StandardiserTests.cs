using MarketLoop.Learning.Numerics;

namespace Learning.Tests.Numerics;

public sealed class StandardiserContract : StandardiserContracts
{
    protected override StandardiserOptions Options { get; } = new() { LogColumns = [1], WinsorisedShare = 0.01 };
}

public sealed class MinMaxContract : StandardiserContracts
{
    protected override StandardiserOptions Options { get; } = new() { LogColumns = [1], Scaling = ColumnScaling.MinMax };
}

public abstract class StandardiserContracts : LearnerContract<Table, Standardiser>
{
    protected abstract StandardiserOptions Options { get; }

    protected override bool RefusesEmpty => true;

    protected override double? PermutationTolerance => 1e-5;

    protected override Table Typical() => Planted.Clusters([300, 200], 4, 5, seed: 1).Table;

    protected override Table Empty() => new([], 0, 4, []);

    protected override Table OneRow() => new([1, 2, 3, 4], 1, 4, [false]);

    protected override Table Permuted(Table sample) => sample.Permuted(5);

    protected override byte[] Fingerprint(Table sample) => sample.Fingerprint();

    protected override Standardiser Fit(Table sample, ulong seed, CancellationToken cancellationToken) =>
        StandardiserTrainer.Fit(sample.Values, sample.Rows, sample.Columns, Options, cancellationToken);

    protected override void FitWith(float value) => Learn(new Table([1, 2, 3, value], 1, 4, [false]));

    protected override void MeetTheUnseen(Standardiser model)
    {
        Assert.Throws<ArgumentException>(() => model.Transform([1, 2, float.NaN, 4], new float[4]));
        Assert.Throws<ArgumentException>(() => model.Transform([1, 2, 3], new float[3]));
    }

    protected override double[] Ask(Standardiser model, Table sample)
    {
        var transformed = new float[sample.Values.Length];
        model.Transform(sample.Values, transformed);
        return Array.ConvertAll(transformed, value => (double)value);
    }

    protected override void Save(Standardiser model, Stream stream) => model.Save(stream);

    protected override Standardiser Load(Stream stream) => Standardiser.Load(stream);
}

public sealed class StandardiserTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Columns_get_mean_zero_and_deviation_one()
    {
        float[] values = [1, 100, 2, 200, 3, 300, 4, 400];

        var standardiser = StandardiserTrainer.Fit(values, 4, 2, cancellationToken: Token);

        Assert.Equal([2.5, 250], standardiser.Means.ToArray());
        Assert.Equal(Math.Sqrt(1.25), standardiser.Deviations[0], 1e-12);
        var row = new float[2];
        standardiser.Transform([4, 100], row);
        Assert.Equal(1.5 / Math.Sqrt(1.25), row[0], 1e-6);
        Assert.Equal(-1.5 / Math.Sqrt(1.25), row[1], 1e-6);
    }

    [Fact]
    public void Min_max_puts_train_into_0_to_1_and_clips_what_serving_sees_beyond()
    {
        var scaler = StandardiserTrainer.Fit(new float[] { -5, 7, 15, 7, 5, 7 }, 3, 2, new StandardiserOptions { Scaling = ColumnScaling.MinMax }, Token);

        var rows = new float[8];
        scaler.Transform([-5, 7, 10, 7, 15, 9, 99, 0], rows);

        Assert.Equal([0, 0, 0.75f, 0, 1, 0, 1, 0], rows);
        var back = new float[2];
        scaler.Invert([0.75f, 0], back);
        Assert.Equal([10, 7], back);
    }

    [Fact]
    public void A_constant_column_becomes_zero_even_where_its_mean_rounds()
    {
        var values = Enumerable.Repeat(0.1f, 1_001).ToArray();

        var standardiser = StandardiserTrainer.Fit(values, 1_001, 1, cancellationToken: Token);

        var row = new float[1];
        standardiser.Transform([0.1f], row);
        Assert.Equal(0, row[0]);
        standardiser.Transform([9f], row);
        Assert.Equal(0, row[0]);
    }

    [Fact]
    public void Logs_are_symmetric_about_zero()
    {
        var standardiser = StandardiserTrainer.Fit(new float[] { -9, 0, 9 }, 3, 1, new StandardiserOptions { LogColumns = [0] }, Token);

        Assert.Equal(0, standardiser.Means[0], 1e-12);
        Assert.Equal(Math.Log(10) * Math.Sqrt(2.0 / 3), standardiser.Deviations[0], 1e-6);
    }

    [Fact]
    public void Outliers_are_clipped_at_the_fitted_quantiles()
    {
        var values = Enumerable.Range(0, 101).Select(i => i == 100 ? 1e9f : i).ToArray();

        var standardiser = StandardiserTrainer.Fit(values, 101, 1, new StandardiserOptions { WinsorisedShare = 0.02 }, Token);

        var rows = new float[2];
        standardiser.Transform([98, 1e9f], rows);
        Assert.Equal(rows[0], rows[1]);
        Assert.Equal(50, standardiser.Means[0], 1e-9);
    }

    [Fact]
    public void Inverting_gives_readable_units_back()
    {
        var (table, _) = Planted.Clusters([50], 3, 1, seed: 3);
        var standardiser = StandardiserTrainer.Fit(table.Values, 50, 3, new StandardiserOptions { LogColumns = [0, 2] }, Token);
        var row = new float[3];
        standardiser.Transform(table.Row(7), row);

        standardiser.Invert(row, row);

        Assert.All(Enumerable.Range(0, 3), j => Assert.Equal(table.Row(7)[j], row[j], 1e-4f));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => StandardiserTrainer.Fit(new float[2], 2, 1, new StandardiserOptions { WinsorisedShare = 0.3 }, Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => StandardiserTrainer.Fit(new float[2], 2, 1, new StandardiserOptions { LogColumns = [1] }, Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => StandardiserTrainer.Fit(new float[2], 2, 1, new StandardiserOptions { Scaling = (ColumnScaling)9 }, Token));
    }
}

public sealed class SeededRandomTests
{
    [Fact]
    public void The_stream_of_a_seed_never_changes()
    {
        // xoshiro256** seeded by SplitMix64(0); a change here changes every stored model.
        var random = new SeededRandom(0);

        Assert.Equal([0x99EC5F36CB75F2B4UL, 0xBF6E1F784956452AUL, 0x1A5F849D4933E6E0UL], new[] { random.NextBits(), random.NextBits(), random.NextBits() });
    }

    [Fact]
    public void Numbers_are_uniform_and_normal()
    {
        var random = new SeededRandom(1);
        var uniform = Enumerable.Range(0, 50_000).Select(_ => random.NextDouble()).ToArray();
        var normal = Enumerable.Range(0, 50_000).Select(_ => random.NextGaussian()).ToArray();
        var dice = Enumerable.Range(0, 60_000).Select(_ => random.NextInt32(6)).CountBy(face => face).ToArray();

        Assert.Equal(0.5, uniform.Average(), 0.01);
        Assert.Equal(0, normal.Average(), 0.02);
        Assert.Equal(1, normal.Average(value => value * value), 0.03);
        Assert.Equal(6, dice.Length);
        Assert.All(dice, face => Assert.InRange(face.Value, 9_500, 10_500));
    }

    [Fact]
    public void A_sample_is_distinct_and_a_shuffle_keeps_everything()
    {
        var random = new SeededRandom(2);

        var sample = random.Sample(100, 30);

        Assert.Equal(30, sample.Distinct().Count());
        Assert.Equal(Enumerable.Range(0, 5), random.Sample(5, 9));
        var shuffled = Enumerable.Range(0, 20).ToArray();
        random.Shuffle<int>(shuffled);
        Assert.Equal(Enumerable.Range(0, 20), shuffled.Order());
    }

    [Fact]
    public void Forks_of_one_seed_differ()
    {
        Assert.NotEqual(SeededRandom.Fork(5, 0).NextBits(), SeededRandom.Fork(5, 1).NextBits());
        Assert.Equal(SeededRandom.Fork(5, 1).NextBits(), SeededRandom.Fork(5, 1).NextBits());
    }
}
