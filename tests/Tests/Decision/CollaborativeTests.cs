using MarketLoop.Analysis.Models;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using MarketLoop.Tests.Fakes;
using Xunit;

namespace MarketLoop.Tests.Decision;

/// <summary>With models that were really trained, on a shop of two tastes: tea (t...) and tools (w...).</summary>
public sealed class CollaborativeTests
{
    private static readonly CustomerId Visitor = CustomerId.Anonymous("visitor");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_visitor_looked_at_seconds_ago_steers_the_list_and_is_its_reason()
    {
        using DecisionRoom room = await TrainAsync();
        RankedList before = await room.Recommender.RecommendAsync(Visitor, 4, Token);

        await room.HappenAsync(Make.Act(InteractionKind.ProductViewed, Visitor, "look", Make.Day0.AddDays(31), null, null, null, "t00"));
        RankedList after = await room.Recommender.RecommendAsync(Visitor, 4, Token);

        Assert.NotEqual("collaborative", before.Policy);
        Assert.Equal(("collaborative", new ModelVersion(1)), (after.Policy, after.Models));
        Assert.Equal(4, after.Items.Count);
        Assert.All(after.Items.Take(3), i => Assert.StartsWith("t", i.Product.Value, StringComparison.Ordinal));
        Assert.Contains(after.Items, i => i.Reason is { English: "because you looked at Product t00", Chinese: "因为您浏览过 商品 t00" });
    }

    [Fact]
    public async Task The_product_on_the_page_steers_the_list_beside_it()
    {
        using DecisionRoom room = await TrainAsync();

        RankedList list = await room.Recommender.RecommendAsync(room.Beside(Visitor, "w01", 3), Token);

        Assert.All(list.Items, i => Assert.StartsWith("w", i.Product.Value, StringComparison.Ordinal));
        Assert.DoesNotContain(list.Items, i => i.Product.Value is "w01");
    }

    [Fact]
    public async Task A_product_that_sold_out_since_the_training_is_gone_from_every_list()
    {
        using DecisionRoom room = await TrainAsync();
        room.Catalog.Add("t01", stock: 0);

        RankedList list = await room.Recommender.RecommendAsync(room.Beside(Visitor, "t00", 20), Token);

        Assert.Equal(14, list.Items.Count);
        Assert.DoesNotContain(list.Items, i => i.Product.Value is "t01");
    }

    [Fact]
    public async Task A_buyer_is_not_offered_what_was_bought_and_is_told_what_speaks_for_the_rest()
    {
        using DecisionRoom room = await TrainAsync();
        CustomerId buyer = CustomerId.Known("buyer");
        await room.HappenAsync(Make.Act(InteractionKind.OrderCompleted, buyer, "buy", Make.Day0.AddDays(31), 20, "buy", null, "t00", "t02"));

        RankedList list = await room.Recommender.RecommendAsync(buyer, 20, Token);

        Assert.DoesNotContain(list.Items, i => i.Product.Value is "t00" or "t02");
        Assert.Contains("because you bought", list.Items[0].Reason.English, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_known_customer_without_products_of_the_model_gets_the_favourites_of_the_segment()
    {
        using DecisionRoom room = await TrainAsync();
        CustomerId newcomer = CustomerId.Known("newcomer");
        await room.HappenAsync(Make.Act(InteractionKind.PageViewed, newcomer, "page", Make.Day0.AddDays(30)));
        await room.InterpretAsync(Make.Day0.AddDays(31));

        RankedList list = await room.Recommender.RecommendAsync(newcomer, 3, Token);

        Assert.Equal(3, list.Items.Count);
        Assert.Equal("segment", list.Policy);
        Assert.Contains("与您相似的顾客", list.Items[0].Reason.Chinese, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_poisoned_model_file_keeps_nobody_from_being_served_by_the_last_good_one()
    {
        string root = Directory.CreateTempSubdirectory("marketloop-models-").FullName;
        try
        {
            using DecisionRoom room = await TrainAsync(Path.Combine(root, "good"));
            ModelManifest good = room.Models.Value.Manifest!;   // it was trained
            ModelManifest poisoned = good with { Version = new ModelVersion(2) };
            string folder = Directory.CreateDirectory(Path.Combine(root, "poisoned")).FullName;
            foreach (string file in good.Files.Keys)
            {
                await File.WriteAllTextAsync(Path.Combine(folder, file), "poison", Token);
            }

            MemoryModels store = new() { Active = poisoned, All = [poisoned, good], Folders = { [good.Version] = Path.Combine(root, "good"), [poisoned.Version] = folder } };
            await Assert.ThrowsAsync<MarketLoopException>(() => room.Models.LoadAsync(store, Token));   // as after a training: what serves goes on serving
            Assert.Equal(good.Version, room.Models.Value.Version);
            CurrentModels restarted = new();
            Assert.Single(await restarted.LoadReadableAsync(store, Token));

            Assert.Equal(good.Version, restarted.Value.Version);
            Assert.NotNull(restarted.Value.Preference);
            Assert.Equal("collaborative", (await room.Recommender.RecommendAsync(room.Beside(Visitor, "t00", 3), Token)).Policy);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    internal static Task<DecisionRoom> TrainAsync() => TrainAsync(null);

    private static async Task<DecisionRoom> TrainAsync(string? kept)
    {
        DecisionRoom room = new();
        for (int i = 0; i < 8; i++)
        {
            room.Catalog.Add($"t{i:D2}").Add($"w{i:D2}");
        }

        Random random = new(4);
        List<Interaction> acts = [];
        for (int c = 0; c < 120; c++)
        {
            string taste = c % 2 == 0 ? "t" : "w";
            for (int v = 0; v < 5; v++)
            {
                string product = $"{taste}{random.Next(8):D2}";
                DateTimeOffset at = Make.Day0.AddDays(random.NextDouble() * 30);
                acts.Add(Make.Act(InteractionKind.ProductViewed, Make.Customer(c), $"v{c}-{v}", at, null, null, null, product));
                acts.Add(Make.Act(InteractionKind.OrderCompleted, Make.Customer(c), $"o{c}-{v}", at.AddMinutes(5), 10, $"o{c}-{v}", null, product));
            }
        }

        await room.HappenAsync([.. acts]);
        TrainingSnapshot snapshot = new()
        {
            AsOf = Make.Day0.AddDays(31),
            Interactions = [.. acts.OrderBy(a => a.OccurredAt).ThenBy(a => a.MessageId, StringComparer.Ordinal)],
            Products = [.. room.Catalog.Current.Values.OrderBy(p => p.Id.Value, StringComparer.Ordinal)],
        };
        string folder = kept ?? Directory.CreateTempSubdirectory("marketloop-models-").FullName;
        try
        {
            ModelManifest manifest = await ModelTrainer.TrainAsync(snapshot, new TrainingOptions(), folder, null, Token);
            room.Models.Swap(await ModelFiles.ReadAsync(manifest with { Version = new ModelVersion(1) }, folder, Token));
        }
        finally
        {
            if (kept is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        await room.InterpretAsync(Make.Day0.AddDays(31));
        return room;
    }
}
