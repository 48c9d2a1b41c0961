using MarketLoop.Analysis;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Preference;
using MarketLoop.Analysis.Response;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Analysis;

public sealed class ModelTrainerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-trainer-").FullName;

    [Fact]
    public async Task The_same_snapshot_and_seed_give_the_same_bytes()
    {
        TrainingSnapshot snapshot = PlantedShop.Snapshot(PlantedShop.Eight, customersOfEach: 25, seed: 21);

        ModelManifest first = await Train(snapshot, "first");
        ModelManifest second = await Train(snapshot, "second");

        Assert.Equal(11, first.Models.Count); // three aims of preference: this shop knows no views
        Assert.NotEmpty(first.Files);
        Assert.Equal(first.Files, second.Files);
        Assert.Equal(await Bytes("first"), await Bytes("second"));
    }

    [Fact]
    public async Task Files_read_back_give_the_same_answers()
    {
        TrainingSnapshot snapshot = PlantedShop.Snapshot(PlantedShop.Three, customersOfEach: 60, seed: 22);

        ModelManifest manifest = await Train(snapshot, "out");
        ModelManifest written = await ModelFiles.ReadManifestAsync(Path.Combine(folder, "out"), TestContext.Current.CancellationToken);
        ServingModels models = await ModelFiles.ReadAsync(written, Path.Combine(folder, "out"), TestContext.Current.CancellationToken);

        Assert.Equal(manifest.Files, written.Files);
        Assert.NotNull(models.Segments);
        Assert.NotNull(models.Preference);
        Assert.NotEmpty(models.Preference.Popular(3, _ => true));
        RankedProduct liked = models.Preference.Similar(new ProductId("fair-1"), 1, _ => true) is [{ } one] ? one : models.Preference.Popular(1, _ => true)[0];
        Assert.NotEqual("fair-1", liked.Product.Value);
    }

    [Fact]
    public async Task An_empty_shop_gives_no_models_and_a_reason_for_each()
    {
        ModelManifest manifest = await Train(new TrainingSnapshot { AsOf = Shopping.Day(1), Interactions = [] }, "empty");

        Assert.Empty(manifest.Files);
        Assert.Equal(9, manifest.Models.Count);
        Assert.All(manifest.Models, card => Assert.StartsWith("no model", card.Choice, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_history_that_reaches_past_its_own_end_is_refused_before_anything_is_fitted()
    {
        TrainingSnapshot whole = PlantedShop.Snapshot(PlantedShop.Three, customersOfEach: 10, seed: 23);

        MarketLoopException refused = await Assert.ThrowsAsync<MarketLoopException>(() => Train(new TrainingSnapshot { AsOf = Shopping.Day(150), Interactions = whole.Interactions }, "future"));

        Assert.Contains("learn from the future", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Goods_only_are_recommended()
    {
        TrainingSnapshot shop = PlantedShop.Snapshot(PlantedShop.Three, customersOfEach: 40, seed: 24);
        List<Interaction> withPostage = [.. shop.Interactions.Select(i => i.Kind == InteractionKind.OrderCompleted ? i with { Lines = [.. i.Lines, new LineItem(new ProductId("POST"), 1, 3m, IsMerchandise: false)] } : i)];

        ServingModels models = await Serve(new TrainingSnapshot { AsOf = shop.AsOf, Interactions = withPostage }, "post");

        Assert.False(models.Preference!.Knows(new ProductId("POST")));
        Assert.DoesNotContain(models.Preference.Popular(100, _ => true), p => string.Equals(p.Product.Value, "POST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("als:factors=8")]
    [InlineData("bpr:factors=8")]
    public async Task A_ranker_that_an_expert_named_is_chosen_served_and_reads_back(string named)
    {
        TrainingSnapshot snapshot = PlantedShop.Snapshot(PlantedShop.Three, customersOfEach: 60, seed: 22);
        ModelManifest manifest = await Train(snapshot, "pinned", new TrainingOptions { Seed = 5, Rankers = new RankerOptions { Taste = named } });
        ServingModels models = await ModelFiles.ReadAsync(manifest, Path.Combine(folder, "pinned"), TestContext.Current.CancellationToken);
        ModelCard card = manifest.Models.Single(model => string.Equals(model.Name, "preference", StringComparison.Ordinal));
        RankedProduct[] alike = [.. models.Preference!.Similar(new ProductId("fair-1"), 3, _ => true)];

        Assert.Contains(named.Split(':')[0], card.Algorithm, StringComparison.Ordinal);
        Assert.Equal("8", card.Parameters["factors"]);
        Assert.Equal(3, alike.Length);
        Assert.Equal(new ProductId("fair-1"), alike[0].Because);
    }

    [Theory]
    [InlineData("magic", "there are als")]
    [InlineData("als:colour=1", "has no setting 'colour'")]
    [InlineData("als:factors", "no setting; write it as")]
    [InlineData("als,graph-filter", "'graph-filter' is measured by evaluate recommend, but cannot serve")]
    public void A_ranker_that_no_training_could_follow_is_refused_at_start(string families, string cure)
    {
        AnalysisOptions options = new() { Rankers = new RankerOptions { Taste = families } };

        string fault = new RankerPinsValidator().Validate(null, options).FailureMessage!;

        Assert.Contains(cure, fault, StringComparison.Ordinal);
        Assert.True(new RankerPinsValidator().Validate(null, new AnalysisOptions { Rankers = new RankerOptions { Next = "transitions, sequential-neighbours:window=5" } }).Succeeded);
    }

    [Theory]
    [InlineData(null, 24_576, 8_192)]
    [InlineData(null, 2_048, 1_024)]
    [InlineData(512, 24_576, 512)]
    public void A_training_may_take_a_third_of_the_machine_unless_told_otherwise(int? asked, int machineMegabytes, int expected) =>
        Assert.Equal(expected, new TrainingProcessOptions { HeapMegabytes = asked }.HeapMegabytesOn(machineMegabytes * 1_048_576L));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Task<ModelManifest> Train(TrainingSnapshot snapshot, string name, TrainingOptions? options = null) =>
        ModelTrainer.TrainAsync(snapshot, options ?? new TrainingOptions { Seed = 5 }, Path.Combine(folder, name), null, TestContext.Current.CancellationToken);

    private async Task<ServingModels> Serve(TrainingSnapshot snapshot, string name) =>
        await ModelFiles.ReadAsync(await Train(snapshot, name), Path.Combine(folder, name), TestContext.Current.CancellationToken);

    private async Task<IReadOnlyList<(string Name, string Bytes)>> Bytes(string name)
    {
        List<(string, string)> all = [];
        foreach (string file in Directory.EnumerateFiles(Path.Combine(folder, name)).Order(StringComparer.Ordinal))
        {
            all.Add((Path.GetFileName(file), Convert.ToHexString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken))));
        }

        return all;
    }
}
