using MarketLoop.Decision.Recommending;

namespace MarketLoop.Server.Hosting;

/// <summary>Compares products by what is written about them when catalogue or model changed.</summary>
internal sealed class LikenessRenewal(AlikeByContent alike, TimeProvider clock) : PacedRenewal(clock)
{
    /// <inheritdoc />
    public override Task RenewAsync(CancellationToken cancellationToken) => Task.Run(() => alike.Renew(cancellationToken), cancellationToken);
}
