using System.Runtime.InteropServices;
using System.Text;
using MarketLoop.Learning.Numerics;

namespace Learning.Tests.Numerics;

public sealed record Labelled(string[] Words, float[] Targets);

public sealed class CategoryEncoderContract : LearnerContract<Labelled, CategoryEncoder>
{
    protected override bool RefusesEmpty => true;

    protected override double? PermutationTolerance => 1e-6;

    protected override Labelled Typical()
    {
        var random = new SeededRandom(3);
        var words = Enumerable.Range(0, 500).Select(_ => "w" + random.NextInt32(90)).ToArray();
        return new(words, [.. words.Select(word => (float)(word.Length + random.NextDouble()))]);
    }

    protected override Labelled Empty() => new([], []);

    protected override Labelled OneRow() => new(["茶"], [1]);

    protected override Labelled Permuted(Labelled sample)
    {
        var order = Enumerable.Range(0, sample.Words.Length).ToArray();
        new SeededRandom(9).Shuffle<int>(order);
        return new([.. order.Select(i => sample.Words[i])], [.. order.Select(i => sample.Targets[i])]);
    }

    protected override byte[] Fingerprint(Labelled sample) => [.. Encoding.UTF8.GetBytes(string.Join('|', sample.Words)), .. MemoryMarshal.AsBytes<float>(sample.Targets)];

    protected override CategoryEncoder Fit(Labelled sample, ulong seed, CancellationToken cancellationToken) =>
        CategoryEncoderTrainer.Fit(sample.Words, sample.Targets, new CategoryEncoderOptions { MostCategories = 60 }, cancellationToken);

    protected override void FitWith(float value) => Learn(new Labelled(["a", "b"], [1, value]));

    protected override void MeetTheUnseen(CategoryEncoder model)
    {
        var row = new float[model.Columns];
        model.Encode("never seen", row);

        Assert.Equal(1, row[^2]);
        Assert.Throws<ArgumentException>(() => model.Encode("w1", new float[1]));
    }

    protected override double[] Ask(CategoryEncoder model, Labelled sample)
    {
        var row = new float[model.Columns];
        return [.. sample.Words.SelectMany(word =>
        {
            model.Encode(word, row);
            return row.Select(value => (double)value).ToArray();
        })];
    }

    protected override void Save(CategoryEncoder model, Stream stream) => model.Save(stream);

    protected override CategoryEncoder Load(Stream stream) => CategoryEncoder.Load(stream);
}

public sealed class CategoryEncoderTests
{
    [Fact]
    public void Frequent_words_get_a_column_and_rare_ones_share_the_last()
    {
        string[] words = ["tea", "tea", "tea", "cup", "cup", "pot"];
        var encoder = CategoryEncoderTrainer.Fit(words, new float[] { 1, 1, 1, 0, 0, 1 }, new CategoryEncoderOptions { MostCategories = 2, Smoothing = 3 }, TestContext.Current.CancellationToken);
        var tea = new float[4];
        var pot = new float[4];

        encoder.Encode("tea", tea);
        encoder.Encode("pot", pot);

        Assert.Equal(["tea", "cup"], encoder.Words);
        Assert.Equal([1, 0, 0, (float)((3 + (3 * 4 / 6.0)) / 6)], tea);
        Assert.Equal([0, 0, 1, (float)(4 / 6.0)], pot);
    }
}
