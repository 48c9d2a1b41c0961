namespace MarketLoop.Data.Importing;

/// <summary>Which column of a CSV file means what; null where the file has no such column.</summary>
/// <remarks>Customer (or a key: card, e-mail, phone) and time are needed; with an order, a quantity or a price and without an event, every row is part of an order.</remarks>
public sealed record ColumnMapping
{
    /// <summary>Column of the customer's id.</summary>
    public string? Customer { get; init; }

    /// <summary>Column of the member card: where a row has no customer, it is that of the card.</summary>
    public string? Card { get; init; }

    /// <summary>Column of the e-mail address, likewise; only a keyed hash of it is stored.</summary>
    public string? Email { get; init; }

    /// <summary>Column of the phone number, likewise.</summary>
    public string? Phone { get; init; }

    /// <summary>Column of the product's id.</summary>
    public string? Product { get; init; }

    /// <summary>Column of the product's name.</summary>
    public string? Name { get; init; }

    /// <summary>Column of the product's category.</summary>
    public string? Category { get; init; }

    /// <summary>Column of the pieces; without it every row is one piece.</summary>
    public string? Quantity { get; init; }

    /// <summary>Column of the price of one piece.</summary>
    public string? Price { get; init; }

    /// <summary>Column of the time.</summary>
    public string? Time { get; init; }

    /// <summary>Column of the order's id.</summary>
    public string? Order { get; init; }

    /// <summary>Column of the event's name, in Segment's or GA4's words.</summary>
    public string? Event { get; init; }

    /// <summary>Column of the sender's own id of the event, by which duplicates are found; without it the whole row is its id.</summary>
    public string? Id { get; init; }

    /// <summary>Column of the visit.</summary>
    public string? Session { get; init; }

    /// <summary>.NET format of the time such as <c>dd.MM.yyyy HH:mm</c>; null for ISO 8601 and the like. Times without a zone are UTC.</summary>
    public string? TimeFormat { get; init; }

    /// <summary>True when the two columns are named without which no row can be read.</summary>
    internal bool IsComplete => (Customer ?? Card ?? Email ?? Phone) is not null && Time is not null;

    /// <summary>A first guess from column names, for a person to correct.</summary>
    public static ColumnMapping Suggest(IReadOnlyList<string> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        return new ColumnMapping
        {
            Customer = Guess(headers, "customerid", "customer", "userid", "user", "clientid", "buyer", "客户", "顾客", "用户", "买家"),
            Product = Guess(headers, "productid", "stockcode", "sku", "itemid", "product", "item", "商品编号", "商品id", "商品"),
            Name = Guess(headers, "productname", "description", "itemname", "title", "name", "商品名称", "名称"),
            Category = Guess(headers, "category", "producttype", "department", "类别", "分类", "类目"),
            Quantity = Guess(headers, "quantity", "qty", "pieces", "数量", "件数"),
            Price = Guess(headers, "unitprice", "price", "itemprice", "单价", "价格"),
            Time = Guess(headers, "timestamp", "datetime", "invoicedate", "orderdate", "createdat", "time", "date", "时间", "日期"),
            Order = Guess(headers, "orderid", "orderno", "ordernumber", "invoiceno", "invoiceid", "invoice", "transactionid", "order", "订单号", "订单"),
            Event = Guess(headers, "event", "eventname", "eventtype", "action", "事件"),
            Id = Exactly(headers, "messageid", "eventid"),
            Session = Exactly(headers, "sessionid", "session", "visitid", "会话"),
        };
    }

    internal IEnumerable<string> Columns() =>
        new[] { Customer, Card, Email, Phone, Product, Name, Category, Quantity, Price, Time, Order, Event, Id, Session }.OfType<string>();

    private static string? Guess(IReadOnlyList<string> headers, params ReadOnlySpan<string> words) =>
        Exactly(headers, words) ?? words.ToArray().SelectMany(word => headers.Where(header => header.Contains(word, StringComparison.OrdinalIgnoreCase))).FirstOrDefault();

    private static string? Exactly(IReadOnlyList<string> headers, params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
        {
            string? found = headers.FirstOrDefault(header =>
                string.Equals(new string([.. header.Where(char.IsLetterOrDigit)]), word, StringComparison.OrdinalIgnoreCase));
            if (found is not null)
            {
                return found;
            }
        }

        return null;
    }
}
