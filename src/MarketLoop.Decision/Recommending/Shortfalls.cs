using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>Says why a list is shorter than asked for.</summary>
internal static class Shortfalls
{
    /// <summary>The reason, in both languages.</summary>
    public static LocalizedText Explain(ListContext context, int found)
    {
        if (context.Shelf.InOrder.Length == 0)
        {
            return new LocalizedText("the catalogue has no products", "商品目录为空");
        }

        (string english, string chinese) = context.Door.MainCause switch
        {
            RemovalCause.SoldOut => ("out of stock", "缺货"),
            RemovalCause.Banned => ("banned in this placement", "在此位置被禁用"),
            RemovalCause.Brand => ("left out by the brand rules", "被品牌规则排除"),
            RemovalCause.Price => ("outside the price band", "超出价格范围"),
            RemovalCause.Category => ("of other categories", "属于其他类别"),
            RemovalCause.Bought => ("bought already", "已购买"),
            RemovalCause.LeftOut => ("left out by the asker", "被请求方排除"),
            RemovalCause.NoMerchandise => ("no merchandise", "非商品"),
            _ => ("held back by the caps, or shown on earlier pages", "受数量上限限制或已在前面的页面展示"),
        };
        return new LocalizedText(
            $"{found} of {context.Request.Count}: no more products may be shown here; most of the others are {english}",
            $"{context.Request.Count} 件中仅 {found} 件：此处没有更多可展示的商品；其余商品大多{chinese}");
    }
}
