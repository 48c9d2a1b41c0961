using MarketLoop.Analysis.Preference;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Placements;

/// <summary>The placements that every shop starts with. What the owner saves under the same name takes their place.</summary>
public static class ReadyPlacements
{
    private static readonly Placement[] Made =
    [
        new() { Name = "cart", Aim = PreferenceAim.Basket, Count = 6, Diversity = 0.05 },
        new() { Name = "email", Count = 6, Diversity = 0.15 },
        new() { Name = "home", Count = 10, Diversity = 0.1 },
        new() { Name = "product", Aim = PreferenceAim.Next, Count = 8, Diversity = 0.05 },
        new() { Name = "reorder", Aim = PreferenceAim.Reorder, Count = 10, Diversity = 0, AllowsBought = true },
        new() { Name = "search", Aim = PreferenceAim.Next, Count = 10, Diversity = 0 },
    ];

    /// <summary>All of them in order of name.</summary>
    public static IReadOnlyList<Placement> All => Made;

    /// <summary>The ready-made placement of a name; for another name one with the settings of <c>home</c>.</summary>
    public static Placement For(string name) => Array.Find(Made, placement => string.Equals(placement.Name, name, StringComparison.Ordinal)) ?? new Placement { Name = name };

    /// <summary>What a ready-made placement is for; null for a name of the shop's own.</summary>
    public static LocalizedText? Purpose(string name) => name switch
    {
        "cart" => new("beside the cart: what goes with it", "购物车旁：搭配商品"),
        "email" => new("in messages: chosen at the moment of sending", "消息中：发送时选定"),
        "home" => new("on the front page: what the customer will like", "首页：顾客可能喜欢"),
        "product" => new("on a product's page: alternatives and what goes with it", "商品页：同类与搭配商品"),
        "reorder" => new("what is bought again: bought products are allowed", "再次购买：可包含已购商品"),
        "search" => new("beside search results", "搜索结果旁"),
        _ => null,
    };
}
