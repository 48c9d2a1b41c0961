using MarketLoop.Data.Placements;
using MarketLoop.Decision.Placements;
using MarketLoop.Domain;
using MarketLoop.Tests.Fakes;
using Xunit;

namespace MarketLoop.Tests.Decision;

public sealed class PlacementTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_saved_is_in_force_at_once_and_after_a_restart_and_goes_back_to_the_ready_made_rules()
    {
        using DecisionRoom room = new();
        MemoryPlacements store = new();
        using PlacementDesk desk = new(store, room.Clock);

        Assert.Empty(await desk.SaveAsync(new Placement { Name = "home", Count = 4, Pinned = [new ProductId("a")], OnlyBrands = ["Acme"], LowestPrice = 1.5m }, "command line", Token));
        using PlacementDesk restarted = new(store, room.Clock);
        await restarted.LoadAsync(Token);

        Assert.Equal(4, desk.Find("home").Count);
        Assert.Equal(("a", "Acme", 1.5m), (restarted.Find("home").Pinned[0].Value, restarted.Find("home").OnlyBrands[0], restarted.Find("home").LowestPrice));
        Assert.Equal(["cart", "email", "home", "product", "reorder", "search"], desk.List().Select(saved => saved.Placement.Name));
        Assert.True(await restarted.RemoveAsync("home", "command line", Token));
        Assert.False(await restarted.RemoveAsync("home", "command line", Token));
        Assert.Equal(ReadyPlacements.For("home"), restarted.Find("home"));
        PlacementChange change = Assert.Single(await desk.ListChangesAsync("home", 10, Token));
        Assert.Equal(("command line", (string?)null), (change.By, change.Before));
    }

    [Fact]
    public void The_ready_made_placements_have_no_faults_and_each_says_what_it_is_for()
    {
        Assert.All(ReadyPlacements.All, placement => Assert.Empty(PlacementCheck.Find(placement)));
        Assert.All(ReadyPlacements.All, placement => Assert.NotNull(ReadyPlacements.Purpose(placement.Name)));
    }

    [Fact]
    public async Task Every_fault_is_named_with_its_field_and_nothing_is_saved()
    {
        using DecisionRoom room = new();
        MemoryPlacements store = new();
        Placement wrong = new()
        {
            Name = "Not A Name",
            Algorithm = "magic",
            Count = 0,
            Diversity = double.NaN,
            Novelty = 2,
            MarginWeight = -1,
            MostPerCategory = 0,
            MostPerBrand = 51,
            LowestPrice = 5,
            HighestPrice = 4,
            OnlyBrands = ["Acme"],
            WithoutBrands = ["acme", ""],
            Pinned = [new ProductId("a")],
            Banned = [new ProductId("a"), default],
        };

        using PlacementDesk desk = new(store, room.Clock);
        IReadOnlyList<PlacementFault> faults = await desk.SaveAsync(wrong, "test", Token);

        Assert.Equal(
            ["algorithm", "banned", "count", "diversity", "highestPrice", "marginWeight", "mostPerBrand", "mostPerCategory", "name", "novelty", "onlyBrands", "pinned", "withoutBrands"],
            faults.Select(fault => fault.Field).Order(StringComparer.Ordinal));
        Assert.All(faults, fault => Assert.NotEqual(fault.Cure.English, fault.Cure.Chinese));
        Assert.Empty(await store.ListAsync(Token));
    }
}
