using System.Buffers;
using System.Globalization;
using System.Text;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>How a sales file is to be read.</summary>
internal sealed record PurchaseFormat
{
    public required string Name { get; init; }

    public required ColumnMapping Mapping { get; init; }

    public required Func<string, bool> IsCancellation { get; init; }

    public required Func<string, bool> IsMerchandise { get; init; }

    public required Func<string, string> ReadCustomer { get; init; }
}

/// <summary>Reads the texts of a row into what they mean.</summary>
internal sealed class PurchaseRowReader
{
    private const NumberStyles PlainAmount = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
    private const int LongestPlainTime = 40;
    private const DateTimeStyles TimeStyles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
    private static readonly string[] TimeFormats = ["yyyy-MM-dd HH:mm:ss", "M/d/yyyy H:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-dd", "yyyy/M/d H:mm:ss", "yyyy/M/d H:mm", "yyyy/M/d"];
    private readonly CsvRows rows;
    private readonly PurchaseFormat format;
    private readonly string[] timeFormats;
    private readonly int customer;
    private readonly int product;
    private readonly int name;
    private readonly int category;
    private readonly int quantity;
    private readonly int price;
    private readonly int time;
    private readonly int order;
    private readonly int eventName;
    private readonly int country;
    private readonly int id;
    private readonly int session;
    private readonly int card;
    private readonly int email;
    private readonly int phone;
    private readonly bool isOrderFile;

    /// <summary>Finds the columns.</summary>
    /// <exception cref="ImportFormatException">A mapped column is missing, or neither customer nor time is mapped.</exception>
    public PurchaseRowReader(CsvRows rows, PurchaseFormat format)
    {
        this.rows = rows;
        this.format = format;
        ColumnMapping mapping = format.Mapping;
        string[] missing = [.. mapping.Columns().Where(column => !rows.Headers.Contains(column, StringComparer.OrdinalIgnoreCase))];
        if (missing.Length > 0)
        {
            throw new ImportFormatException($"The file lacks {string.Join(", ", missing)}; its columns are {string.Join(", ", rows.Headers)}.");
        }

        if (!mapping.IsComplete)
        {
            throw new ImportFormatException("The columns of the customer (or of a card, an e-mail address, a phone number) and of the time must be named.");
        }

        (customer, product, name, category) = (rows.IndexOf(mapping.Customer), rows.IndexOf(mapping.Product), rows.IndexOf(mapping.Name), rows.IndexOf(mapping.Category));
        (quantity, price, time, order) = (rows.IndexOf(mapping.Quantity), rows.IndexOf(mapping.Price), rows.IndexOf(mapping.Time), rows.IndexOf(mapping.Order));
        eventName = rows.IndexOf(mapping.Event);
        country = rows.IndexOf("Country");
        (id, session) = (rows.IndexOf(mapping.Id), rows.IndexOf(mapping.Session));
        (card, email, phone) = (rows.IndexOf(mapping.Card), rows.IndexOf(mapping.Email), rows.IndexOf(mapping.Phone));
        isOrderFile = eventName < 0 && (order >= 0 || quantity >= 0 || price >= 0);
        timeFormats = mapping.TimeFormat is { } own ? [own] : TimeFormats;
    }

    /// <summary>The current row, whose fingerprint is given.</summary>
    public PurchaseRow Read(UInt128 fingerprint)
    {
        string? orderText = rows.Unique(order);
        string eventText = isOrderFile ? EventNames.OrderCompleted : rows.Field(eventName) ?? "Product Viewed";
        InteractionKind kind = isOrderFile ? InteractionKind.OrderCompleted : EventNames.KindOf(eventText);
        bool isOrder = kind is InteractionKind.OrderCompleted or InteractionKind.OrderRefunded;
        return new PurchaseRow
        {
            Line = rows.Line,
            Fingerprint = fingerprint,
            Id = rows.Unique(id),
            Session = rows.Unique(session),
            Card = rows.Unique(card),
            Email = rows.Unique(email),
            Phone = rows.Unique(phone),
            Kind = kind,
            EventName = eventText,
            Customer = rows.Unique(customer) is { } text ? format.ReadCustomer(text) : null,
            Order = orderText,
            Product = rows.Field(product),
            ProductName = rows.Field(name),
            Category = rows.Field(category),
            Quantity = ReadQuantity(isOrder),
            Price = ReadPrice(),
            At = ReadTime(),
            Country = rows.Field(country),
            IsCancellation = orderText is not null && format.IsCancellation(orderText),
            IsPriced = isOrder && price >= 0,
        };
    }

    private int? ReadQuantity(bool isOrder)
    {
        if (int.TryParse(rows.Bytes(quantity), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int whole))
        {
            return whole;
        }

        string? text = rows.Field(quantity);
        if (text is null)
        {
            // A view needs no quantity; an order line whose quantity was left blank cannot be trusted.
            return quantity < 0 || !isOrder ? 1 : null;
        }

        return ReadAmount(text) is { } amount && amount == decimal.Truncate(amount) && Math.Abs(amount) <= int.MaxValue ? (int)amount : null;
    }

    private decimal? ReadPrice() => decimal.TryParse(rows.Bytes(price), PlainAmount, CultureInfo.InvariantCulture, out decimal amount)
        ? Judge(amount)
        : ReadAmount(rows.Field(price));

    private static decimal? ReadAmount(string? text) =>
        text is not null && (decimal.TryParse(text, PlainAmount, CultureInfo.InvariantCulture, out decimal amount) || WrittenAmount.TryParse(text, out amount)) ? Judge(amount) : null;

    private static decimal? Judge(decimal amount) => Math.Abs(amount) < WrittenAmount.Limit ? decimal.Round(amount, 4) : null;

    private DateTimeOffset? ReadTime()
    {
        ReadOnlySpan<byte> field = rows.Bytes(time);
        Span<char> plain = stackalloc char[LongestPlainTime];
        return format.Mapping.TimeFormat is null
            && field.Length <= plain.Length
            && Ascii.ToUtf16(field, plain, out int length) == OperationStatus.Done
            && IsoTime.TryParse(plain[..length], out DateTimeOffset read) ? Judge(read) : ReadTime(rows.Field(time));
    }

    private DateTimeOffset? ReadTime(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return DateTimeOffset.TryParseExact(text, timeFormats, CultureInfo.InvariantCulture, TimeStyles, out DateTimeOffset exact) ? Judge(exact)
            : format.Mapping.TimeFormat is null && EventClock.Parse(text) is { } read ? Judge(read)
            : null;
    }

    private static DateTimeOffset? Judge(DateTimeOffset read) => read is { Year: >= 1970 and < 2200 } ? read : null;
}
