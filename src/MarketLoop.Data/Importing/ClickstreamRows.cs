using System.Globalization;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>
/// Retailrocket: <c>timestamp,visitorid,event,itemid,transactionid</c> as published (milliseconds; rows of one transaction are one order),
/// or <c>unix_time,user_id,item_id,event</c> (seconds; what one user buys in one second is one order).
/// </summary>
internal sealed class RetailrocketRows : IRowLayout
{
    private readonly ShopRowBuilder builder;
    private readonly bool isPublic;
    private readonly int time;
    private readonly int visitor;
    private readonly int act;
    private readonly int item;
    private readonly int transaction;

    public RetailrocketRows(CsvRows rows, ShopRowBuilder builder)
    {
        this.builder = builder;
        isPublic = rows.IndexOf("visitorid") >= 0;
        time = rows.Need(isPublic ? "timestamp" : "unix_time");
        visitor = rows.Need(isPublic ? "visitorid" : "user_id");
        act = rows.Need("event");
        item = rows.Need(isPublic ? "itemid" : "item_id");
        transaction = rows.IndexOf("transactionid");
    }

    public RowReading Read(CsvRows rows, UInt128 fingerprint)
    {
        if (Clickstream.ActOf(rows.Field(act)) is not { } known)
        {
            return RowReading.Refused(RowFaults.UnknownEvent);
        }

        string? who = rows.Field(visitor);
        return builder.Build(
            new ShopRow
            {
                Kind = known.Kind,
                EventName = known.Name,
                User = isPublic ? null : who,
                Browser = isPublic ? who : null,
                Order = rows.Field(transaction),
                OrderKey = rows.Field(transaction) is null ? rows.Field(time) : null,
                Product = rows.Field(item),
                At = Clickstream.UnixTime(rows.Field(time), isPublic ? 1_000 : 1),
            },
            fingerprint);
    }
}

/// <summary>REES46: <c>event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session</c>. What is bought in one session at one moment is one order.</summary>
internal sealed class Rees46Rows(CsvRows header, ShopRowBuilder builder) : IRowLayout
{
    private static readonly string[] Formats = ["yyyy-MM-dd HH:mm:ss 'UTC'", "yyyy-MM-dd HH:mm:ss", "O"];
    private readonly int time = header.Need("event_time");
    private readonly int act = header.Need("event_type");
    private readonly int product = header.Need("product_id");
    private readonly int category = header.Need("category_id");
    private readonly int code = header.IndexOf("category_code");
    private readonly int brand = header.IndexOf("brand");
    private readonly int price = header.Need("price");
    private readonly int user = header.Need("user_id");
    private readonly int session = header.IndexOf("user_session");

    public RowReading Read(CsvRows rows, UInt128 fingerprint)
    {
        if (Clickstream.ActOf(rows.Field(act)) is not { } known)
        {
            return RowReading.Refused(RowFaults.UnknownEvent);
        }

        string? at = rows.Field(time);
        bool isOrder = known.Kind == InteractionKind.OrderCompleted;
        return builder.Build(
            new ShopRow
            {
                Kind = known.Kind,
                EventName = known.Name,
                User = rows.Field(user),
                Session = rows.Field(session),
                OrderKey = $"{rows.Field(session)}@{at}",
                Product = rows.Field(product),
                Category = rows.Field(code) ?? rows.Field(category),
                Brand = rows.Field(brand),
                Price = Clickstream.Amount(rows.Field(price)),
                At = DateTimeOffset.TryParseExact(at, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset read) ? read : null,
                NeedsPrice = isOrder,
            },
            fingerprint);
    }
}

/// <summary>
/// Yoochoose: clicks (<c>session,time,item,category</c>) and buys (<c>session,time,item,price,quantity</c>), both without a header, or <c>SessionId ItemId Time</c> as
/// GRU4Rec prepares it (seconds). A session is all that is known of a customer; what it buys is one order.
/// </summary>
internal sealed class YoochooseRows : IRowLayout
{
    private static readonly string[] Clicks = ["session", "time", "item", "category"];
    private static readonly string[] Buys = ["session", "time", "item", "price", "quantity"];
    private readonly ShopRowBuilder builder;
    private readonly int session;
    private readonly int time;
    private readonly int item;
    private readonly int category;
    private readonly int price;
    private readonly int quantity;

    public YoochooseRows(CsvRows rows, ShopRowBuilder builder)
    {
        this.builder = builder;
        bool isPrepared = rows.IndexOf("SessionId") >= 0;
        session = rows.Need(isPrepared ? "SessionId" : "session");
        time = rows.Need("time");
        item = rows.Need(isPrepared ? "ItemId" : "item");
        category = rows.IndexOf("category");
        price = rows.IndexOf("price");
        quantity = rows.IndexOf("quantity");
    }

    /// <summary>The published files begin with data: their columns follow from how many there are.</summary>
    public static string[]? NameColumns(string firstLine)
    {
        string[] fields = firstLine.Split(',');
        return !long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null
            : fields.Length == Clicks.Length ? Clicks
            : fields.Length == Buys.Length ? Buys
            : null;
    }

    public RowReading Read(CsvRows rows, UInt128 fingerprint)
    {
        string? visit = rows.Field(session);
        bool isBuy = quantity >= 0;

        // In the published buys 0 stands where the shop did not tell a price or a quantity.
        decimal? paid = Clickstream.Amount(rows.Field(price)) is { } amount and not 0 ? amount : null;
        int? pieces = isBuy ? (int?)Clickstream.Amount(rows.Field(quantity)) is { } count ? Math.Max(count, 1) : null : 1;
        return builder.Build(
            new ShopRow
            {
                Kind = isBuy ? InteractionKind.OrderCompleted : InteractionKind.ProductViewed,
                EventName = isBuy ? EventNames.OrderCompleted : "Product Viewed",
                Browser = visit,
                Session = visit,
                OrderKey = visit,
                Product = rows.Field(item),
                Category = rows.Field(category) is { } told and not "0" ? told : null,
                Price = paid,
                Quantity = pieces,
                At = rows.Field(time) is { } at ? Clickstream.UnixTime(at, 1) ?? EventClock.Parse(at) : null,
            },
            fingerprint);
    }
}

/// <summary>Words and numbers that public clickstreams share.</summary>
internal static class Clickstream
{
    private static readonly (InteractionKind, string) Viewed = (InteractionKind.ProductViewed, "Product Viewed");
    private static readonly (InteractionKind, string) Added = (InteractionKind.ProductAdded, "Product Added");
    private static readonly (InteractionKind, string) Removed = (InteractionKind.ProductRemoved, "Product Removed");
    private static readonly (InteractionKind, string) Bought = (InteractionKind.OrderCompleted, EventNames.OrderCompleted);

    /// <summary>What an act of theirs is here; null when it is none.</summary>
    public static (InteractionKind Kind, string Name)? ActOf(string? word) => word switch
    {
        "view" => Viewed,
        "addtocart" or "cart" => Added,
        "remove_from_cart" => Removed,
        "transaction" or "buy" or "purchase" => Bought,
        _ => null,
    };

    /// <summary>Seconds or fractions of them since 1970; null when unreadable.</summary>
    public static DateTimeOffset? UnixTime(string? text, int unitsPerSecond) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal units) && units / unitsPerSecond < 200_000_000_000m / 27
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(units * TimeSpan.TicksPerSecond / unitsPerSecond))
            : null;

    /// <summary>An amount with a decimal point; null when unreadable.</summary>
    public static decimal? Amount(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount) && Math.Abs(amount) < int.MaxValue
            ? decimal.Round(amount, 4)
            : null;
}
