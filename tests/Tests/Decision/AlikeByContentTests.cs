using MarketLoop.Decision.Placements;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using MarketLoop.Tests.Fakes;
using Xunit;

namespace MarketLoop.Tests.Decision;

/// <summary>New products, of which only what is written about them is known, in a shop of two tastes whose models were trained before they came.</summary>
public sealed class AlikeByContentTests
{
    private static readonly Placement Plain = new() { Name = "plain", Diversity = 0 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_product_that_the_model_does_not_know_has_similar_ones_by_what_is_written()
    {
        using DecisionRoom room = await OpenAsync();
        ListRequest request = new() { Placement = Plain, Beside = [new("new-pot")], Count = 3 };

        RankedList before = room.Recommender.FindSimilar(request);
        room.Alike.Renew(Token);
        RankedList after = room.Recommender.FindSimilar(request);

        Assert.Empty(before.Items);
        Assert.Equal("t03", after.Items[0].Product.Value);
        Assert.Equal(RecommendationSource.Content, after.Items[0].Source);
        Assert.Equal(("similar to Porcelain teapot", "与 瓷茶壶 相似"), (after.Items[0].Reason.English, after.Items[0].Reason.Chinese));
    }

    [Fact]
    public async Task A_new_product_is_offered_to_who_looked_at_one_alike_and_to_nobody_else()
    {
        using DecisionRoom room = await OpenAsync();
        room.Alike.Renew(Token);

        RankedList tea = await AskAsync(room, "t03");
        RankedList tools = await AskAsync(room, "w03");

        Recommendation offered = Assert.Single(tea.Items, item => item.Product.Value == "new-pot");
        Assert.Equal((RecommendationSource.Content, "similar to Porcelain teacup"), (offered.Source, offered.Reason.English));
        Assert.DoesNotContain(tools.Items, item => item.Source == RecommendationSource.Content);
    }

    [Fact]
    public async Task Beside_a_known_product_only_new_ones_are_named_since_the_rest_is_the_models_business()
    {
        using DecisionRoom room = await OpenAsync();
        room.Catalog.Add(Cup("t04"));

        room.Alike.Renew(Token);

        Assert.Equal("new-pot", Assert.Single(room.Alike.Of(new ProductId("t03"))).Product.Value);
        Assert.Equal("t03 t04", string.Join(' ', room.Alike.Of(new ProductId("new-pot")).Select(one => one.Product.Value)));
        Assert.Empty(room.Alike.Of(new ProductId("w03")));
        Assert.Empty(room.Alike.Of(new ProductId("nowhere")));
    }

    [Fact]
    public async Task It_compares_anew_only_when_something_that_matters_changed()
    {
        using DecisionRoom room = await OpenAsync();

        Assert.True(room.Alike.Renew(Token));
        Assert.False(room.Alike.Renew(Token));
        room.Catalog.Add(Cup("t03") with { Stock = 5 });
        Assert.False(room.Alike.Renew(Token));
        room.Catalog.Add(Cup("t03") with { Description = "with a saucer" });
        Assert.True(room.Alike.Renew(Token));
    }

    [Fact]
    public void Without_a_model_everything_is_new()
    {
        using DecisionRoom room = new();
        room.Catalog.Add(Cup("a")).Add(Cup("b")).Add(Cup("post") with { IsMerchandise = false });

        room.Alike.Renew(Token);

        Assert.Equal("b", Assert.Single(room.Alike.Of(new ProductId("a"))).Product.Value);
        Assert.Equal("a", Assert.Single(room.Alike.Of(new ProductId("b"))).Product.Value);
        Assert.Equal(2, room.Alike.Count);
    }

    [Fact]
    public async Task A_large_catalogue_is_compared_in_part_the_newest_first()
    {
        using DecisionRoom room = new();
        await room.Catalog.UpsertAsync([.. Enumerable.Range(0, AlikeByContent.MostProducts).Select(i => new Product { Id = new ProductId($"m{i:D5}"), Name = new LocalizedText($"m{i:D5}", null) })], Token);
        room.Catalog.Add(Cup("z1")).Add(Cup("z2")).Arrive(Cup("z3")).Arrive(Cup("z4"));

        room.Alike.Renew(Token);

        Assert.Equal("z4", Assert.Single(room.Alike.Of(new ProductId("z3"))).Product.Value);
        Assert.Empty(room.Alike.Of(new ProductId("z1")));
    }

    private static Product Cup(string id) => new() { Id = new ProductId(id), Name = new LocalizedText("Porcelain teacup", "瓷茶杯"), Brand = "Kiln", Price = 10 };

    private static async Task<DecisionRoom> OpenAsync()
    {
        DecisionRoom room = await CollaborativeTests.TrainAsync();
        room.Catalog.Add(Cup("t03")).Add(Cup("new-pot") with { Name = new LocalizedText("Porcelain teapot", "瓷茶壶") });
        return room;
    }

    private static Task<RankedList> AskAsync(DecisionRoom room, string viewed) =>
        room.Recommender.RecommendAsync(new ListRequest { Placement = Plain, Session = [new(viewed)], Count = 10 }, Token);
}
