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
        if (list is not { ValueKind: JsonValueKind.Array } products)
        {
            LineItem? own = ReadLine(properties, OwnIdNames, kind, ref fault);
            return own is null ? [] : [own];
        }

        List<LineItem> lines = new(products.GetArrayLength());
        foreach (JsonElement product in products.EnumerateArray())
        {
            LineItem? line = ReadLine(product, IdNames, kind, ref fault);
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

    /// <summary>A currency code in capitals; null when there is none.</summary>
    public static string? ReadCurrency(JsonElement properties)
    {
        string? code = JsonFields.Text(properties, "currency");
        return code is { Length: 3 } && code.All(char.IsAsciiLetter) ? code.ToUpperInvariant() : null;
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
