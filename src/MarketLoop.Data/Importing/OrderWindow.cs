using MarketLoop.Data.Catalog;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Puts the rows of one order together while a file streams by. An order is complete once no row of it came for <see cref="OpenRows"/> rows.</summary>
/// <remarks>
/// Holds the orders of that many rows, and 16 bytes for each closed one. A row that comes later than that becomes a part of its own with the same
/// order id: its line is neither lost nor stored twice.
/// </remarks>
internal sealed class OrderWindow
{
    /// <summary>Rows for which an order stays open.</summary>
    public const int OpenRows = 50_000;

    private readonly Dictionary<string, OpenOrder> open = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, long Row)> waiting = new();
    private readonly HashSet<UInt128> closed = [];

    /// <summary>Rows that joined an order which another row had begun.</summary>
    public long Joined { get; private set; }

    /// <summary>Adds a row of an order; false when the same row is in it already.</summary>
    public bool Add(in RowReading reading, UInt128 fingerprint, long row)
    {
        string key = reading.OrderKey!; // the caller looked, and at the interaction too
        Interaction part = reading.Interaction!;
        if (!open.TryGetValue(key, out OpenOrder? order))
        {
            open[key] = order = new OpenOrder(part, fingerprint);
        }
        else if (!order.Rows.Add(fingerprint))
        {
            return false;
        }
        else
        {
            order.Join(part);
            Joined++;
        }

        if (reading.Told is { } told)
        {
            order.Told.Add(told);
        }

        order.LastRow = row;
        waiting.Enqueue((key, row));
        return true;
    }

    /// <summary>Takes the orders that no row before <paramref name="row"/> can add to any more.</summary>
    public IEnumerable<Interaction> TakeClosed(long row)
    {
        while (waiting.TryPeek(out (string Key, long Row) oldest) && oldest.Row + OpenRows <= row)
        {
            waiting.Dequeue();
            if (open.TryGetValue(oldest.Key, out OpenOrder? order) && order.LastRow == oldest.Row)
            {
                open.Remove(oldest.Key);
                yield return Close(oldest.Key, order);
            }
        }
    }

    private Interaction Close(string key, OpenOrder order)
    {
        UInt128 hash = System.IO.Hashing.XxHash128.HashToUInt128(System.Text.Encoding.UTF8.GetBytes(key));
        bool isPart = !closed.Add(hash);
        return order.Whole with
        {
            MessageId = isPart ? $"{key}:{order.First:x32}" : key,
            PropertiesJson = ToldProduct.Write(order.Told),
        };
    }

    private sealed class OpenOrder(Interaction first, UInt128 fingerprint)
    {
        private readonly List<LineItem> lines = [.. first.Lines];
        private DateTimeOffset at = first.OccurredAt;
        private decimal? revenue = first.Revenue;

        public UInt128 First { get; } = fingerprint;

        public HashSet<UInt128> Rows { get; } = [fingerprint];

        public List<ToldProduct> Told { get; } = [];

        public long LastRow { get; set; }

        public Interaction Whole => first with { Lines = lines, OccurredAt = at, Revenue = revenue };

        // An order whose rows carry several times happened at the first of them.
        public void Join(Interaction part)
        {
            lines.AddRange(part.Lines);
            at = part.OccurredAt < at ? part.OccurredAt : at;
            revenue = part.Revenue is { } more ? (revenue ?? 0) + more : revenue;
        }
    }
}
