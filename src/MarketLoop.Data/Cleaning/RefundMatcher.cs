using MarketLoop.Domain;

namespace MarketLoop.Data.Cleaning;

/// <summary>Finds the order that a cancelled line undoes: the newest earlier one of the same customer with a line of the same product and quantity. Each line is undone once.</summary>
internal sealed class RefundMatcher
{
    private readonly Dictionary<(string Customer, ProductId Product, int Quantity), List<OrderedLine>> lines = [];
    private readonly HashSet<(string Order, string Customer)> orders = [];

    /// <summary>Adds an order's lines; an order that was added before is left alone.</summary>
    public void AddOrder(Interaction order)
    {
        if (order.UserId is not { } customer || order.OrderId is not { } id || !orders.Add((id, customer)))
        {
            return;
        }

        foreach (LineItem line in order.Lines)
        {
            (string, ProductId, int) key = (customer, line.Product, line.Quantity);
            if (!lines.TryGetValue(key, out List<OrderedLine>? candidates))
            {
                lines[key] = candidates = [];
            }

            candidates.Add(new OrderedLine(order.OccurredAt, id));
        }
    }

    /// <summary>Takes the line that this refund undoes; null when there is none left. Call in the order of time.</summary>
    public string? Take(string customer, ProductId product, int quantity, DateTimeOffset refundedAt)
    {
        if (!lines.TryGetValue((customer, product, quantity), out List<OrderedLine>? candidates))
        {
            return null;
        }

        int newest = -1;
        for (int index = 0; index < candidates.Count; index++)
        {
            if (candidates[index].At <= refundedAt && (newest < 0 || IsNewer(candidates[index], candidates[newest])))
            {
                newest = index;
            }
        }

        if (newest < 0)
        {
            return null;
        }

        string order = candidates[newest].Order;
        candidates.RemoveAt(newest);
        return order;
    }

    private static bool IsNewer(OrderedLine line, OrderedLine other) =>
        line.At > other.At || (line.At == other.At && string.CompareOrdinal(line.Order, other.Order) > 0);

    private readonly record struct OrderedLine(DateTimeOffset At, string Order);
}
