using System.Globalization;
using System.Text.Json;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Puts the rows of a sales file together to orders, and its cancelled rows to refunds. Ids follow from the content, so a second import gives the same ones.</summary>
internal sealed class OrderAssembler(SourceId source, PurchaseFormat format, DateTimeOffset receivedAt)
{
    private readonly Dictionary<(string Order, string Customer, InteractionKind Kind), Group> groups = [];
    private readonly HashSet<string> orders = new(StringComparer.Ordinal);
    private readonly List<Cancellation> cancellations = [];
    private readonly Dictionary<(string Order, string Customer, string Product), int> cancellationNumbers = [];
    private long singles;

    /// <summary>Distinct orders placed, those of single rows included.</summary>
    public long Orders => orders.Count + singles;

    /// <summary>Events that <see cref="BuildOrders"/> will give.</summary>
    public int Groups => groups.Count;

    /// <summary>Cancelled rows.</summary>
    public int Cancellations => cancellations.Count;

    /// <summary>Adds a clean row of an order. An order whose rows carry several times happened at the first of them.</summary>
    public void AddOrderRow(in PurchaseRow row)
    {
        (string, string, InteractionKind) key = (row.Order!, row.Customer!, row.Kind); // clean rows of orders have both
        if (!groups.TryGetValue(key, out Group? group))
        {
            groups[key] = group = new Group { Name = row.EventName, At = row.At!.Value }; // clean rows have a time
        }

        if (row.Kind == InteractionKind.OrderCompleted)
        {
            orders.Add(row.Order!);
        }

        group.At = row.At < group.At ? row.At.Value : group.At;
        group.Country ??= row.Country;
        if (row.Product is not null)
        {
            group.Lines.Add(LineOf(row));
        }
    }

    /// <summary>Adds a cancelled row with a product, a negative quantity and a price.</summary>
    public void AddCancellation(in PurchaseRow row)
    {
        // A cancellation may name one product in several rows, which the exact-duplicate rule has left: number them.
        (string, string, string) key = (row.Order!, row.Customer!, row.Product!); // the caller looked
        int number = cancellationNumbers[key] = cancellationNumbers.GetValueOrDefault(key) + 1;
        cancellations.Add(new Cancellation(row.Order!, row.Customer!, row.Product!, -row.Quantity!.Value, row.Price!.Value, row.At!.Value, row.Country, number));
    }

    /// <summary>A row that is an event of its own.</summary>
    public Interaction BuildSingle(in PurchaseRow row)
    {
        bool isOrder = row.Kind is InteractionKind.OrderCompleted or InteractionKind.OrderRefunded;
        string id = $"row:{row.Fingerprint:x32}";
        singles += row.Kind == InteractionKind.OrderCompleted ? 1 : 0;
        return New(id, row.Kind, row.EventName, row.Customer!, row.At!.Value) with // clean rows have both
        {
            Lines = row.Product is null ? [] : [LineOf(row)],
            OrderId = row.Order ?? (isOrder ? id : null),
            Revenue = isOrder ? row.Quantity * row.Price : null,
        };
    }

    /// <summary>All orders by time.</summary>
    public IEnumerable<Interaction> BuildOrders() => groups
        .OrderBy(pair => pair.Value.At)
        .ThenBy(pair => pair.Key.Order, StringComparer.Ordinal)
        .ThenBy(pair => pair.Key.Customer, StringComparer.Ordinal)
        .ThenBy(pair => pair.Key.Kind)
        .Select(pair => BuildOrder(pair.Key.Order, pair.Key.Customer, pair.Key.Kind, pair.Value));

    /// <summary>All cancelled rows by time, each with the order it undoes where that is found.</summary>
    public IEnumerable<Interaction> BuildRefunds(RefundMatcher matcher)
    {
        IEnumerable<Cancellation> byTime = cancellations
            .OrderBy(item => item.At)
            .ThenBy(item => item.Order, StringComparer.Ordinal)
            .ThenBy(item => item.Product, StringComparer.Ordinal)
            .ThenBy(item => item.Number);
        foreach (Cancellation item in byTime)
        {
            LineItem line = new(new ProductId(item.Product), item.Quantity, item.Price, format.IsMerchandise(item.Product));
            string id = string.Create(CultureInfo.InvariantCulture, $"refund:{item.Order}:{item.Customer}:{item.Product}:{item.Number}");
            yield return New(id, InteractionKind.OrderRefunded, EventNames.OrderRefunded, item.Customer, item.At) with
            {
                Lines = [line],
                OrderId = matcher.Take(item.Customer, line.Product, item.Quantity, item.At),
                Revenue = item.Quantity * item.Price,
                PropertiesJson = Properties(item.Country, item.Order),
            };
        }
    }

    private Interaction BuildOrder(string order, string customer, InteractionKind kind, Group group)
    {
        string prefix = kind == InteractionKind.OrderCompleted ? "order" : "refund";
        return New($"{prefix}:{order}:{customer}", kind, group.Name, customer, group.At) with
        {
            Lines = group.Lines,
            OrderId = order,
            Revenue = group.Lines.Sum(line => line.Quantity * (line.UnitPrice ?? 0)),
            PropertiesJson = Properties(group.Country, null),
        };
    }

    private LineItem LineOf(in PurchaseRow row) =>
        new(new ProductId(row.Product!), row.Quantity!.Value, row.Price, format.IsMerchandise(row.Product!)); // callers looked

    private Interaction New(string id, InteractionKind kind, string name, string customer, DateTimeOffset at) => new()
    {
        Source = source,
        MessageId = id,
        Kind = kind,
        Name = name,
        UserId = customer,
        Customer = CustomerId.Known(customer),
        OccurredAt = at,
        ReceivedAt = receivedAt,
    };

    private static string? Properties(string? country, string? cancellation)
    {
        if (country is null && cancellation is null)
        {
            return null;
        }

        Dictionary<string, string> properties = new(StringComparer.Ordinal);
        if (country is not null)
        {
            properties["country"] = country;
        }

        if (cancellation is not null)
        {
            properties["cancellation_id"] = cancellation;
        }

        return JsonSerializer.Serialize(properties);
    }

    private sealed class Group
    {
        public required string Name { get; init; }

        public required DateTimeOffset At { get; set; }

        public string? Country { get; set; }

        public List<LineItem> Lines { get; } = [];
    }

    private sealed record Cancellation(
        string Order, string Customer, string Product, int Quantity, decimal Price, DateTimeOffset At, string? Country, int Number);
}
