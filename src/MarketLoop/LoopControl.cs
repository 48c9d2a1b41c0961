using MarketLoop.Data.Shop;
using MarketLoop.Domain;

namespace MarketLoop;

/// <summary>The owner's switch: observe, run, stop. Survives restarts. Thread-safe.</summary>
public sealed class LoopControl(IShopStore store)
{
    private const string SettingName = "loop-mode";
    private ModeSetting? current;

    /// <summary>The mode in force; <see cref="LoopMode.Observe"/> until the owner decided.</summary>
    public async ValueTask<LoopMode> ReadModeAsync(CancellationToken cancellationToken)
    {
        current ??= await store.ReadSettingAsync<ModeSetting>(SettingName, cancellationToken) ?? new ModeSetting(LoopMode.Observe);
        return current.Mode;
    }

    /// <summary>Switches. Takes effect at the next hand-over: a turn that is under way asks again before each send.</summary>
    public async Task SwitchAsync(LoopMode mode, CancellationToken cancellationToken)
    {
        ModeSetting wanted = new(mode);
        await store.WriteSettingAsync(SettingName, wanted, cancellationToken);
        current = wanted;
    }

    private sealed record ModeSetting(LoopMode Mode);
}
