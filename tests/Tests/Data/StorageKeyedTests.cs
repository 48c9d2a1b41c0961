using System.Security.Cryptography;
using System.Text;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Models;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

public sealed class StorageKeyedTests : IDisposable
{
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_catalogue_learns_from_events_and_never_overwrites_what_the_shop_sent()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        Product sent = new() { Id = new ProductId("p1"), Name = new LocalizedText("Green tea", "绿茶"), Price = 5m, Stock = 3, CategoryName = new LocalizedText("Tea", "茶") };
        await shop.Catalog.UpsertAsync([sent], Cancelled);
        string properties = """{"products":[{"product_id":"p1","name":"Wrong"},{"product_id":"p2","name":"Cup","category":"cups","brand":"B"}]}""";

        await shop.Log.AppendAsync(
            [
                Order("1", "ann", 20m, 0, new LineItem(new ProductId("p1"), 1, 9m), new LineItem(new ProductId("p2"), 1, 11m), new LineItem(new ProductId("POST"), 1, 2m, IsMerchandise: false)) with { PropertiesJson = properties },
                View("2", "ann", product: "p3"),
            ],
            Cancelled);
        await shop.Log.GetStatusAsync(Cancelled);

        Assert.Equal(sent, shop.Catalog.Current[sent.Id]);
        Assert.Equal(new Product { Id = new ProductId("p2"), Name = new LocalizedText("Cup", null), Category = "cups", Brand = "B", Price = 11m }, shop.Catalog.Current[new ProductId("p2")]);
        Assert.False(shop.Catalog.Current[new ProductId("POST")].IsRecommendable);
        Assert.Equal("p3", shop.Catalog.Current[new ProductId("p3")].Name.English);

        await shop.Log.AppendAsync([View("3", "ann", product: "p3") with { PropertiesJson = """{"product_id":"p3","name":"Pot"}""" }], Cancelled);
        await shop.Log.AppendAsync([View("4", "ann", product: "p3") with { PropertiesJson = """{"product_id":"p3","name":"Later"}""" }], Cancelled);
        await shop.Log.GetStatusAsync(Cancelled);
        Assert.Equal("Pot", shop.Catalog.Current[new ProductId("p3")].Name.English);
    }

    [Fact]
    public async Task The_catalogue_survives_a_restart_and_the_shop_replaces_what_was_learned()
    {
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            await shop.Log.AppendAsync([View("1", "ann", product: "p1")], Cancelled);
        }

        await using EmbeddedShop again = await folder.OpenAsync();
        IReadOnlyDictionary<ProductId, Product> before = again.Catalog.Current;
        await again.Catalog.UpsertAsync([new Product { Id = new ProductId("p1"), Name = new LocalizedText("Tea", "茶") }], Cancelled);

        Assert.Equal("p1", before[new ProductId("p1")].Name.English); // a reader's snapshot does not change
        Assert.Equal("茶", again.Catalog.Current[new ProductId("p1")].Name.Chinese);
    }

    [Fact]
    public async Task A_key_is_found_by_its_secret_until_revoked_and_its_secret_is_nowhere_on_disk()
    {
        IssuedKey issued;
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            issued = await shop.Store.AddKeyAsync(new SourceId("web"), isSecret: false, Cancelled);
            Assert.Equal(issued.Key, await shop.Store.FindKeyAsync(issued.Secret, Cancelled));
            Assert.Null(await shop.Store.FindKeyAsync("guess", Cancelled));
        }

        byte[] secret = Encoding.UTF8.GetBytes(issued.Secret);
        foreach (string file in Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(-1, (await File.ReadAllBytesAsync(file, Cancelled)).AsSpan().IndexOf(secret));
        }

        await using EmbeddedShop again = await folder.OpenAsync();
        Assert.Equal(issued.Key, await again.Store.FindKeyAsync(issued.Secret, Cancelled));
        Assert.True(await again.Store.RevokeKeyAsync(issued.Key.Id, Cancelled));
        Assert.False(await again.Store.RevokeKeyAsync("none", Cancelled));
        Assert.Null(await again.Store.FindKeyAsync(issued.Secret, Cancelled));
        Assert.Equal(Start, Assert.Single(await again.Store.ListKeysAsync(Cancelled)).RevokedAt);
    }

    [Fact]
    public async Task A_claim_is_granted_once_among_many_and_across_restarts()
    {
        TreatmentId treatment = new("t1");
        CustomerId ann = CustomerId.Known("ann");
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            bool[] granted = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => shop.Store.TryClaimAsync(treatment, ann, Start, Cancelled), Cancelled)));
            Assert.Equal(1, granted.Count(isGranted => isGranted));
            Assert.True(await shop.Store.TryClaimAsync(new TreatmentId("t2"), ann, Start.AddMinutes(-1), Cancelled));
        }

        await using EmbeddedShop again = await folder.OpenAsync();
        Assert.False(await again.Store.TryClaimAsync(treatment, ann, Start.AddDays(1), Cancelled));
        Assert.Equal([new TreatmentId("t2"), treatment], await again.Store.ListOpenClaimsAsync(Cancelled));
        await again.Store.CloseClaimAsync(treatment, Cancelled);
        Assert.Equal([new TreatmentId("t2")], await again.Store.ListOpenClaimsAsync(Cancelled));
        Assert.False(await again.Store.TryClaimAsync(treatment, ann, Start, Cancelled));
    }

    [Fact]
    public async Task Settings_turns_and_reports_come_back()
    {
        TurnReport turn = new()
        {
            Turn = 1,
            AsOf = Start,
            Mode = LoopMode.Running,
            Interactions = 10,
            NewInteractions = 5,
            Insights = 2,
            Considered = 4,
            Contactable = 0,
            Treatments = 0,
            Outcomes = 1,
            Models = new ModelVersion(2),
            Refusals = new Dictionary<RefusalReason, int> { [RefusalReason.NoConsent] = 4 },
        };
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            Assert.Null(await shop.Store.ReadSettingAsync<string[]>("names", Cancelled));
            Assert.Equal(0, await shop.Store.ReadTurnPositionAsync(Cancelled));
            await shop.Store.WriteSettingAsync("names", new[] { "茶" }, Cancelled);
            await shop.Store.WriteSettingAsync("names", new[] { "茶", "tea" }, Cancelled);
            await shop.Store.AddTurnAsync(turn, 42, Cancelled);
            await shop.Store.AddTurnAsync(turn with { Turn = 2 }, 43, Cancelled);
            await shop.Store.AddImportReportAsync("""{"n":1}""", Cancelled);
            await shop.Store.AddImportReportAsync("""{"n":2}""", Cancelled);
        }

        await using EmbeddedShop again = await folder.OpenAsync();
        IReadOnlyList<TurnReport> turns = await again.Store.ListTurnsAsync(10, Cancelled);
        Assert.Equal<IEnumerable<string>>(["茶", "tea"], await again.Store.ReadSettingAsync<string[]>("names", Cancelled) ?? []);
        Assert.Equal([2, 1], turns.Select(report => report.Turn));
        Assert.Equal(4, turns[1].Refusals[RefusalReason.NoConsent]);
        Assert.Equal(turn, turns[1] with { Refusals = turn.Refusals, Deliveries = turn.Deliveries });
        Assert.Equal(43, await again.Store.ReadTurnPositionAsync(Cancelled));
        Assert.Equal("""{"n":2}""", (await again.Store.ListImportReportsAsync(1, Cancelled))[0]);
    }

    [Fact]
    public async Task A_model_is_registered_when_its_files_are_what_the_training_wrote()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        Assert.Null(await shop.Models.FindActiveAsync(Cancelled));

        ModelManifest first = await shop.Models.RegisterAsync(await TrainAsync("one"), staging, Cancelled);
        ModelManifest second = await shop.Models.RegisterAsync(await TrainAsync("two"), staging, Cancelled);

        Assert.Equal(1, first.Version.Value);
        Assert.Equal("two", await File.ReadAllTextAsync(Path.Combine(shop.Models.FolderOf(second.Version), "model.bin"), Cancelled));
        Assert.Equal(second.Version, (await shop.Models.FindActiveAsync(Cancelled))?.Version);
        Assert.Equal([2, 1], (await shop.Models.ListAsync(Cancelled)).Select(manifest => manifest.Version.Value));
        Assert.True(double.IsNaN((await shop.Models.ListAsync(Cancelled))[0].Models[0].Metrics["auc"]));

        async Task<ModelManifest> TrainAsync(string content)
        {
            staging = shop.Models.CreateStagingFolder();
            return await WriteModelAsync(staging, content);
        }
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("missing")]
    [InlineData("outside")]
    public async Task A_model_whose_files_differ_is_refused_and_changes_nothing(string fault)
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        staging = shop.Models.CreateStagingFolder();
        ModelManifest manifest = await WriteModelAsync(staging, "content");
        string file = Path.Combine(staging, "model.bin");
        switch (fault)
        {
            case "changed":
                await File.WriteAllTextAsync(file, "other", Cancelled);
                break;
            case "missing":
                File.Delete(file);
                break;
            default:
                manifest = manifest with { Files = new Dictionary<string, string>(StringComparer.Ordinal) { ["../../shop.sqlite"] = "00" } };
                break;
        }

        await Assert.ThrowsAsync<MarketLoopException>(() => shop.Models.RegisterAsync(manifest, staging, Cancelled));

        Assert.Empty(await shop.Models.ListAsync(Cancelled));
    }

    private string staging = "";

    private static async Task<ModelManifest> WriteModelAsync(string target, string content)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        await File.WriteAllBytesAsync(Path.Combine(target, "model.bin"), bytes, Cancelled);
        return new ModelManifest
        {
            DataFrom = Start,
            DataUntil = Start.AddDays(1),
            Interactions = 10,
            Seed = 1,
            Models = [new ModelCard("response", "logistic", new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, double>(StringComparer.Ordinal) { ["auc"] = double.NaN }, "only one")],
            Files = new Dictionary<string, string>(StringComparer.Ordinal) { ["model.bin"] = Convert.ToHexString(SHA256.HashData(bytes)) },
        };
    }
}
