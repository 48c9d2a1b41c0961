using System.Text.Json;
using MarketLoop.Domain;

namespace MarketLoop.Data.Intake;

/// <summary>Reads products and money out of an event's properties.</summary>
internal static class LineReader
{
    private static readonly string[] IdNames = ["product_id", "productId", "item_id", "sku", "id"];

    // Without "id": on an event itself that may name anything, a promotion for instance.
    private static readonly string[] OwnIdNames = ["product_id", "productId", "item_id", "sku"];

    /// <summary>The lines of an event: its product list if it has one, else the product that it names itself.</summary>
    public static IReadOnlyList<LineItem> ReadLines(JsonElement properties, InteractionKind kind, ref Fault? fault)
    {
        JsonElement? list = JsonFields.TryRead(properties, "products", "items");
        if (list is null or { ValueKind: JsonValueKind.Object })
        {
            LineItem? own = list is { } one ? ReadLine(one, IdNames, kind, ref fault) : ReadLine(properties, OwnIdNames, kind, ref fault);
            return own is null ? [] : [own];
        }

        if (list.Value.ValueKind != JsonValueKind.Array)
        {
            fault ??= new Fault(FaultCodes.InvalidProducts, "The products are not a list.");
            return [];
        }

        List<LineItem> lines = new(list.Value.GetArrayLength());
        foreach (JsonElement product in list.Value.EnumerateArray())
        {
            LineItem? line = product.ValueKind == JsonValueKind.Object ? ReadLine(product, IdNames, kind, ref fault) : null;
            fault ??= product.ValueKind == JsonValueKind.Object ? null : new Fault(FaultCodes.InvalidProducts, "A product of the list is not an object.");
            if (fault is not null)
            {
                return [];
            }

            if (line is not null)
            {
                lines.Add(line);
            }
        }

        return lines;
    }

    /// <summary>What was paid or given back: the named total, else the sum over the lines; null when neither tells.</summary>
    public static decimal? ReadRevenue(JsonElement properties, InteractionKind kind, IReadOnlyList<LineItem> lines, ref Fault? fault)
    {
        if (!JsonFields.TryAmount(JsonFields.TryRead(properties, "revenue", "total", "value"), out decimal? revenue))
        {
            fault = new Fault(FaultCodes.InvalidRevenue, "The revenue is not an amount.");
            return null;
        }

        if (revenue is null)
        {
            decimal? sum = lines.Count > 0 && lines.All(line => line.UnitPrice is not null)
                ? lines.Sum(line => line.UnitPrice!.Value * line.Quantity) // the condition saw all prices
                : null;
            fault = sum >= WrittenAmount.Limit ? new Fault(FaultCodes.InvalidRevenue, "The order is worth more than can be stored.") : fault;
            return sum;
        }

        // Some shops send refunds below zero; what was given back is positive here.
        if (revenue < 0 && kind == InteractionKind.OrderRefunded)
        {
            return -revenue;
        }

        if (revenue < 0)
        {
            fault = new Fault(FaultCodes.NegativeRevenue, "The order's revenue is below zero.");
        }

        return revenue;
    }

    /// <summary>A currency code in capitals; null when there is none. What is no code is a fault: taken for the shop's currency it would falsify money.</summary>
    public static string? ReadCurrency(JsonElement properties, ref Fault? fault)
    {
        JsonElement? field = JsonFields.TryRead(properties, "currency");
        string? code = JsonFields.Text(field);
        if (code is { Length: 3 } && code.All(char.IsAsciiLetter))
        {
            return code.ToUpperInvariant();
        }

        bool isBlank = field is null || (field.Value.ValueKind == JsonValueKind.String && code is null);
        fault ??= isBlank ? null : new Fault(FaultCodes.InvalidCurrency, "The currency is not a code of three letters.");
        return null;
    }

    /// <summary>The coupon of an order or of an act with one: its code, else its id, else its name. Notes one that is no text.</summary>
    public static string? ReadCoupon(JsonElement properties, ref Fault? fault)
    {
        JsonElement? field = JsonFields.TryRead(properties, "coupon", "coupon_id", "coupon_name");
        bool isText = field is null or { ValueKind: JsonValueKind.String or JsonValueKind.Number };
        if (!isText || JsonFields.Text(field)?.Length > SegmentEventReader.MaxIdLength)
        {
            fault ??= new Fault(FaultCodes.InvalidCoupon, "The coupon is not a text of at most 512 characters.");
            return null;
        }

        return JsonFields.Text(field);
    }

    private static LineItem? ReadLine(JsonElement product, string[] idNames, InteractionKind kind, ref Fault? fault)
    {
        string? id = JsonFields.Text(product, idNames);
        if (!JsonFields.TryAmount(JsonFields.TryRead(product, "price"), out decimal? price))
        {
            fault ??= new Fault(FaultCodes.InvalidPrice, "A price is not an amount.");
        }
        else if (price < 0)
        {
            fault ??= new Fault(FaultCodes.NegativePrice, "A price is below zero.");
        }

        bool isWhole = JsonFields.TryWhole(JsonFields.TryRead(product, "quantity"), out int? quantity);
        if (isWhole && quantity < 0 && kind == InteractionKind.OrderRefunded)
        {
            quantity = -quantity;
        }

        if (!isWhole || quantity < 1)
        {
            fault ??= new Fault(FaultCodes.InvalidQuantity, "A quantity is not a whole number of at least 1.");
        }

        return id is null || fault is not null || id.Length > SegmentEventReader.MaxIdLength
            ? null
            : new LineItem(new ProductId(id), quantity ?? 1, price);
    }
}
