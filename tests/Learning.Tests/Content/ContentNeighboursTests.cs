using MarketLoop.Learning.Content;

namespace Learning.Tests.Content;

public sealed class ContentNeighboursTests
{
    private static readonly ProductText[] Shelf =
    [
        new("Red ceramic coffee mugs"),
        new("Blue coffee mug, ceramic"),
        new("Garden hose 20m"),
        new("红色陶瓷咖啡杯"),
        new("蓝色的陶瓷咖啡杯"),
        new("园艺水管"),
        new("Garden gnome"),
    ];

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 6)]
    [InlineData(3, 4)]
    public void What_is_written_alike_is_near_in_both_languages(int product, int expected)
    {
        var model = ContentNeighboursTrainer.Fit(Shelf, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(expected, model.NeighboursOf(product)[0]);
    }

    [Fact]
    public void What_shares_no_term_has_no_neighbour()
    {
        var model = ContentNeighboursTrainer.Fit(Shelf, cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(model.NeighboursOf(5).IsEmpty);
        Assert.Equal(-1, model.NeighboursOf(0).IndexOf(3));
    }

    [Fact]
    public void Category_brand_and_price_join_what_the_title_does_not()
    {
        ProductText[] products =
        [
            new("alpha") { Category = "Home > Kitchen", Brand = "ACME", Price = 10 },
            new("beta") { Category = "Home > Kitchen", Price = 500 },
            new("gamma") { Category = "Home > Garden" },
            new("delta") { Brand = "acme " },
            new("epsilon") { Price = 10.5 },
            new("zeta") { Price = 900 },
        ];

        var neighbours = ContentNeighboursTrainer.Fit(products, cancellationToken: TestContext.Current.CancellationToken).NeighboursOf(0).ToArray();

        Assert.Equal([1, 2, 3, 4], neighbours.Order());
        Assert.True(Array.IndexOf(neighbours, 1) < Array.IndexOf(neighbours, 2), "The same shelf is nearer than the same house.");
    }

    [Fact]
    public void A_new_product_is_recommended_to_whoever_took_its_like()
    {
        ProductText[] products = [.. Shelf, new("Ceramic tea mug")];
        var model = ContentNeighboursTrainer.Fit(products, cancellationToken: TestContext.Current.CancellationToken);
        var scores = new float[model.Items];

        model.Score([0], [], scores);

        Assert.True(scores[7] > 0);
        Assert.Equal(0, scores[2]);
        Assert.Equal(0, model.StrongestReason([0, 2], [], 7));
    }

    [Fact]
    public void Full_width_accents_plurals_and_broken_characters_are_met()
    {
        ProductText[] products = [new("ＣＡＦÉ glasses \ud83d"), new("cafe glass"), new("candies"), new("candy"), new(""), new("x\ud83d\ude00y")];

        var model = ContentNeighboursTrainer.Fit(products, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([1], model.NeighboursOf(0));
        Assert.Equal([3], model.NeighboursOf(2));
    }
}

public sealed class ContentNeighboursContract : LearnerContract<ProductText?[], MarketLoop.Learning.Recommending.ItemNeighboursModel>
{
    protected override bool RefusesEmpty => false;

    // Numbers of products are their identity: other numbers are another catalogue.
    protected override double? PermutationTolerance => null;

    protected override ProductText?[] Typical()
    {
        var random = new MarketLoop.Learning.Numerics.SeededRandom(4);
        string[] words = ["red", "blue", "mug", "lamp", "陶瓷", "咖啡杯", "steel", "hose", "garden", "灯"];
        return [null, .. Enumerable.Range(0, 80).Select(_ => new ProductText(string.Join(' ', Enumerable.Range(0, 3).Select(_ => words[random.NextInt32(words.Length)])))
        {
            Description = words[random.NextInt32(words.Length)],
            Category = $"Home > {random.NextInt32(4)}",
            Brand = random.NextInt32(3) == 0 ? null : $"B{random.NextInt32(5)}",
            Price = 1 + random.NextInt32(100),
        })];
    }

    protected override ProductText?[] Empty() => [];

    protected override ProductText?[] OneRow() => [new("a mug")];

    protected override ProductText?[] Permuted(ProductText?[] sample) => sample;

    protected override byte[] Fingerprint(ProductText?[] sample) => System.Text.Encoding.UTF8.GetBytes(string.Join('\n', sample.Select(product => product?.ToString())));

    protected override MarketLoop.Learning.Recommending.ItemNeighboursModel Fit(ProductText?[] sample, ulong seed, CancellationToken cancellationToken) =>
        ContentNeighboursTrainer.Fit(sample, new ContentNeighboursOptions { Neighbours = 9 }, cancellationToken);

    protected override void FitWith(float value) => ContentNeighboursTrainer.Fit([new ProductText("a") { Price = value }], cancellationToken: TestContext.Current.CancellationToken);

    protected override void MeetTheUnseen(MarketLoop.Learning.Recommending.ItemNeighboursModel model) => Assert.Equal(-1, model.StrongestReason([-1, 99], [], 3));

    protected override double[] Ask(MarketLoop.Learning.Recommending.ItemNeighboursModel model, ProductText?[] sample)
    {
        var scores = new float[model.Items];
        model.Score([0, 1, 5], [], scores);
        return [.. scores.Select(score => (double)score)];
    }

    protected override void Save(MarketLoop.Learning.Recommending.ItemNeighboursModel model, Stream stream) => model.Save(stream);

    protected override MarketLoop.Learning.Recommending.ItemNeighboursModel Load(Stream stream) => MarketLoop.Learning.Recommending.ItemNeighboursModel.Load(stream);
}
