using System.Collections.Frozen;
using MarketLoop.Domain;

namespace MarketLoop.Data.Intake;

/// <summary>What the event names of Segment's e-commerce specification and of GA4 mean to MarketLoop.</summary>
/// <remarks>Names are compared without case, blanks, underscores and hyphens, so <c>Product Viewed</c>, <c>product_viewed</c> and <c>productViewed</c> are one.</remarks>
public static class EventNames
{
    /// <summary>An order, as importers write it.</summary>
    public const string OrderCompleted = "Order Completed";

    /// <summary>A refund, as importers write it.</summary>
    public const string OrderRefunded = "Order Refunded";

    private const int LongestPlainName = 128;
    private static readonly FrozenDictionary<string, InteractionKind>.AlternateLookup<ReadOnlySpan<char>> KindsByText = Build().GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The meaning of a name; <see cref="InteractionKind.Custom"/> when it has none.</summary>
    public static InteractionKind KindOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<char> buffer = name.Length <= LongestPlainName ? stackalloc char[name.Length] : new char[name.Length];
        return KindsByText.TryGetValue(Normalise(name, buffer), out InteractionKind kind) ? kind : InteractionKind.Custom;
    }

    private static FrozenDictionary<string, InteractionKind> Build()
    {
        (InteractionKind Kind, string[] Names)[] table =
        [
            (InteractionKind.PageViewed, ["Page Viewed", "Screen Viewed", "page_view", "screen_view"]),
            (InteractionKind.ProductViewed, ["Product Viewed", "view_item"]),
            (InteractionKind.ProductListViewed, ["Product List Viewed", "Product List Filtered", "view_item_list"]),
            (InteractionKind.ProductsSearched, ["Products Searched", "search", "view_search_results"]),
            (InteractionKind.ProductAdded, ["Product Added", "add_to_cart"]),
            (InteractionKind.ProductRemoved, ["Product Removed", "remove_from_cart"]),
            (InteractionKind.OrderCompleted, [OrderCompleted, "purchase"]),
            (InteractionKind.OrderRefunded, [OrderRefunded, "Order Cancelled", "Order Canceled", "refund"]),
            (InteractionKind.ProductReviewed, ["Product Reviewed"]),
            (InteractionKind.PromotionViewed, ["Promotion Viewed", "view_promotion"]),
            (InteractionKind.PromotionClicked, ["Promotion Clicked", "select_promotion"]),
            (InteractionKind.EmailOpened, ["Email Opened"]),
            (InteractionKind.EmailLinkClicked, ["Email Link Clicked"]),
            (InteractionKind.CouponApplied, ["Coupon Applied"]),

            // An update repeats the order: as an order of its own it would count the revenue twice.
            (InteractionKind.Custom, ["Order Updated"]),
        ];
        return table
            .SelectMany(row => row.Names.Select(name => KeyValuePair.Create(new string(Normalise(name, new char[name.Length])), row.Kind)))
            .ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static ReadOnlySpan<char> Normalise(string name, Span<char> buffer)
    {
        int length = 0;
        foreach (char sign in name)
        {
            if (sign is not (' ' or '_' or '-'))
            {
                buffer[length++] = char.ToLowerInvariant(sign);
            }
        }

        return buffer[..length];
    }
}
