using ShopSimulator.Randomness;

namespace ShopSimulator.World;

/// <summary>Everything that is true and hidden, drawn from the seed.</summary>
internal sealed record ShopWorld(Catalogue Catalogue, Shopper[] Shoppers, Tastes Tastes, Draws Draws)
{
    /// <summary>Draws the world of a seed.</summary>
    public static ShopWorld Create(long seed, int customers, int days)
    {
        Draws draws = new(seed);
        Catalogue catalogue = Catalogue.Build(draws);
        Shopper[] shoppers = Crowd.Gather(customers, days, draws);
        return new ShopWorld(catalogue, shoppers, Tastes.Draw(catalogue, shoppers, draws), draws);
    }
}
