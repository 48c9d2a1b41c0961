using System.Globalization;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>One row of a table after its texts were read; what is blank or could not be read is null.</summary>
internal readonly record struct ShopRow
{
    public ShopRow()
    {
    }

    /// <summary>What the row tells of.</summary>
    public required InteractionKind Kind { get; init; }

    /// <summary>The event's name.</summary>
    public required string EventName { get; init; }

    /// <summary>The sender's own id of the event; without one it follows from the row.</summary>
    public string? Id { get; init; }

    /// <summary>A customer whom the shop knows.</summary>
    public string? User { get; init; }

    /// <summary>A browser, where nobody signed in.</summary>
    public string? Browser { get; init; }

    /// <summary>The visit.</summary>
    public string? Session { get; init; }

    /// <summary>The order's id.</summary>
    public string? Order { get; init; }

    /// <summary>What the rows of one order have in common, where that is not its id: a session, a moment.</summary>
    public string? OrderKey { get; init; }

    /// <summary>The product.</summary>
    public string? Product { get; init; }

    /// <summary>The product's name.</summary>
    public string? Name { get; init; }

    /// <summary>The product's category.</summary>
    public string? Category { get; init; }

    /// <summary>The product's brand.</summary>
    public string? Brand { get; init; }

    /// <summary>Pieces.</summary>
    public int? Quantity { get; init; } = 1;

    /// <summary>Price of one piece.</summary>
    public decimal? Price { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset? At { get; init; }

    /// <summary>True where a row without a product means nothing.</summary>
    public bool NeedsProduct { get; init; } = true;

    /// <summary>True where a price above zero must stand: orders of files that have prices.</summary>
    public bool NeedsPrice { get; init; }

    /// <summary>False for postage and the like.</summary>
    public bool IsMerchandise { get; init; } = true;
}

/// <summary>Makes interactions of rows; ids follow from the content, so that a second import gives the same ones.</summary>
internal sealed class ShopRowBuilder(SourceId source, DateTimeOffset receivedAt)
{
    private const int LongestId = SegmentEventReader.MaxIdLength;

    /// <summary>What a row tells, or the first thing that is missing in it.</summary>
    public RowReading Build(in ShopRow row, UInt128 fingerprint)
    {
        if (FaultOf(row) is { } fault)
        {
            return RowReading.Refused(fault);
        }

        bool isOrder = row.Kind is InteractionKind.OrderCompleted or InteractionKind.OrderRefunded;
        string id = row.Id ?? string.Create(CultureInfo.InvariantCulture, $"row:{fingerprint:x32}");
        CustomerId customer = row.User is { } user ? CustomerId.Known(user) : CustomerId.Anonymous(row.Browser!); // one of the two is there
        string? orderKey = isOrder ? row.OrderKey ?? row.Order : null;
        return new RowReading
        {
            Interaction = new Interaction
            {
                Source = source,
                MessageId = id,
                Kind = row.Kind,
                Name = row.EventName,
                UserId = row.User,
                AnonymousId = row.Browser,
                Customer = customer,
                SessionId = row.Session,
                OccurredAt = row.At!.Value, // looked at above, as is the quantity
                ReceivedAt = receivedAt,
                Lines = row.Product is { } product ? [new LineItem(new ProductId(product), row.Quantity!.Value, row.Price, row.IsMerchandise)] : [],
                OrderId = isOrder ? row.Order ?? row.OrderKey ?? id : null,
                Revenue = isOrder ? row.Quantity * row.Price : null,
            },
            OrderKey = orderKey is null ? null : $"{(row.Kind == InteractionKind.OrderCompleted ? "order" : "refund")}:{orderKey}:{customer}",
            Told = row.Product is { } id2 && (row.Name ?? row.Category ?? row.Brand) is not null ? new ToldProduct(id2, row.Name, row.Category, row.Brand) : null,
        };
    }

    private static string? FaultOf(in ShopRow row)
    {
        if (row.User is null && row.Browser is null)
        {
            return RowFaults.WithoutCustomer;
        }

        if (row.Product is null && (row.NeedsProduct || row.NeedsPrice))
        {
            return RowFaults.WithoutProduct;
        }

        bool isTooLong = row.User is { Length: > LongestId } || row.Browser is { Length: > LongestId } || row.Product is { Length: > LongestId } || row.Order is { Length: > LongestId } || row.Id is { Length: > LongestId };
        if (row.At is null || row.Quantity is null || (row.NeedsPrice && row.Price is null) || isTooLong)
        {
            return RowFaults.Unreadable;
        }

        return row.Quantity < 1 ? RowFaults.NonPositiveQuantity : row.NeedsPrice && row.Price <= 0 ? RowFaults.NonPositivePrice : null;
    }
}
