using System.Globalization;
using ShopSimulator.World;
using static ShopSimulator.Shop.Markup;

namespace ShopSimulator.Shop;

/// <summary>Draws a picture of a product: a colour for its category, a shape for what it is, a tint for its brand.</summary>
internal static class ProductPicture
{
    private const int GoldenAngle = 137;

    /// <summary>The picture as SVG.</summary>
    public static string Draw(ShopProduct product, Customer customer)
    {
        int hue = product.Category * GoldenAngle % 360;
        int tint = (hue + 25 + product.Brand * 11 % 60) % 360;
        double turn = product.Index * 29 % 24 - 12;
        string noun = customer.Say(Catalogue.Categories[product.Category].Nouns.First(noun => product.Chinese.EndsWith(noun.Chinese, StringComparison.Ordinal)));
        int form = (product.Index * 7 + product.Category) % 4;
        Markup shape = form switch
        {
            0 => Html($"""<circle cx="120" cy="112" r="66" fill="url(#b)"/><circle cx="98" cy="92" r="20" fill="#fff" opacity=".35"/>"""),
            1 => Html($"""<rect x="62" y="54" width="116" height="122" rx="22" fill="url(#b)"/><rect x="78" y="70" width="84" height="16" rx="8" fill="#fff" opacity=".4"/>"""),
            2 => Html($"""<path d="M120 42 L186 160 Q190 174 174 174 L66 174 Q50 174 54 160 Z" fill="url(#b)"/><circle cx="120" cy="100" r="13" fill="#fff" opacity=".4"/>"""),
            _ => Html($"""<path d="M78 62 h84 l14 112 q1 10 -10 10 h-92 q-11 0 -10 -10 z" fill="url(#b)"/><path d="M96 66 q0 -30 24 -30 t24 30" fill="none" stroke="url(#b)" stroke-width="9"/>"""),
        };
        string angle = turn.ToString("0", CultureInfo.InvariantCulture);
        return Html($"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240" role="img">
            <defs><linearGradient id="b" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="hsl({hue} 55% 52%)"/><stop offset="1" stop-color="hsl({tint} 50% 38%)"/></linearGradient></defs>
            <rect width="240" height="240" fill="hsl({hue} 42% 94%)"/>
            <ellipse cx="120" cy="196" rx="72" ry="9" fill="hsl({hue} 30% 40%)" opacity=".18"/>
            <g transform="rotate({angle} 120 112)">{shape}</g>
            <text x="120" y="222" text-anchor="middle" font-family="sans-serif" font-size="17" fill="hsl({hue} 35% 34%)">{noun}</text>
            </svg>
            """).Text;
    }
}
