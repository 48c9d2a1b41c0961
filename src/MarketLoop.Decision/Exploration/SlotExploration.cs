using MarketLoop.Data.Shop;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Exploration;

/// <summary>The exploration of slots as the owner set it, under the folder's own secret. Thread-safe.</summary>
public sealed class SlotExploration(ShopSecrets secrets, IOptions<ExplorationOptions> options)
{
    private readonly byte[] key = secrets.KeyForDraws("exploration");

    /// <summary>Candidates beyond the list that may be swapped in.</summary>
    public int PoolSize => options.Value.PoolSize;

    /// <summary>Chooses what to show of ranked candidates; the same request gets the same list.</summary>
    public IReadOnlyList<Placed> Choose(int candidates, int count, string requestId) => SwapExploration.Choose(candidates, count, options.Value.SwapProbability, key, requestId);
}
