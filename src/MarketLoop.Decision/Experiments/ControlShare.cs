using MarketLoop.Data.Shop;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Experiments;

/// <summary>The owner's share of the control group: what was set in the dashboard wins over the configuration, also after a restart. Thread-safe.</summary>
public sealed class ControlShare(IShopStore store, IOptions<ExperimentOptions> options)
{
    /// <summary>Largest share that can be set.</summary>
    public const double Largest = 0.9;

    private const string SettingName = "control-share";

    /// <summary>The share in force, 0..0.9.</summary>
    public double Value => options.Value.ControlShare;

    /// <summary>Puts the owner's share in force at start, when there is one.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (await store.ReadSettingAsync<ShareSetting>(SettingName, cancellationToken) is { Share: >= 0 and <= Largest } setting)
        {
            options.Value.ControlShare = setting.Share;
        }
    }

    /// <summary>Sets the share. Arms follow from a fixed place per customer, so only those between the old and the new share change theirs.</summary>
    public async Task SetAsync(double share, CancellationToken cancellationToken)
    {
        await store.WriteSettingAsync(SettingName, new ShareSetting(share), cancellationToken);
        options.Value.ControlShare = share;
    }

    private sealed record ShareSetting(double Share);
}
