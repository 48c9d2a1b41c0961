using System.Buffers.Text;
using System.Globalization;
using System.Text;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Server.Hosting;

namespace MarketLoop.Server.Api;

/// <summary>A page of a list.</summary>
/// <param name="Items">The items, newest first.</param>
/// <param name="Next">Cursor of the next page; null at the end.</param>
public sealed record Page<TItem>(IReadOnlyList<TItem> Items, string? Next);

/// <summary>Pages of log records, newest first, by a cursor that stays right while new records arrive.</summary>
internal static class RecordPages
{
    /// <summary>Rows when nobody asks for another number.</summary>
    public const int DefaultLimit = 50;

    /// <summary>Most rows of one page.</summary>
    public const int MostRows = 500;

    /// <summary>Checks what a list route is asked for.</summary>
    public static FieldErrors Check(string? cursor, int? limit) => new FieldErrors()
        .Require(limit is null or (>= 1 and <= MostRows), "limit", $"1 to {MostRows}")
        .Require(cursor is null || TryReadCursor(cursor, out _), "cursor", "not a cursor of this list");

    /// <summary>Reads one page.</summary>
    public static async Task<Page<TRecord>> ReadAsync<TRecord>(IEventLog log, string? cursor, int? limit, Func<TRecord, bool>? filter, CancellationToken cancellationToken)
        where TRecord : class, ILogRecord
    {
        int rows = limit ?? DefaultLimit;
        Position? before = cursor is not null && TryReadCursor(cursor, out Position position) ? position : null;
        LogRange range = before is null ? LogRange.Everything : LogRange.Before(before.Value.At.AddTicks(1));
        PriorityQueue<TRecord, Position> newest = new(Position.Order);
        await foreach (TRecord record in log.ReadAsync<TRecord>(range, cancellationToken))
        {
            Position here = Position.Of(record);
            if ((before is null || Position.Order.Compare(here, before.Value) < 0) && (filter is null || filter(record)))
            {
                newest.Enqueue(record, here);
                if (newest.Count > rows + 1)
                {
                    newest.Dequeue();
                }
            }
        }

        bool isMore = newest.Count > rows;
        if (isMore)
        {
            newest.Dequeue();
        }

        List<TRecord> items = new(newest.Count);
        while (newest.TryDequeue(out TRecord? record, out _))
        {
            items.Add(record);
        }

        items.Reverse();
        return new Page<TRecord>(items, isMore ? Position.Of(items[^1]).ToCursor() : null);
    }

    private static bool TryReadCursor(string cursor, out Position position)
    {
        position = default;
        Span<byte> bytes = new byte[cursor.Length];
        if (!Base64Url.IsValid(cursor) || !Base64Url.TryDecodeFromChars(cursor, bytes, out int length))
        {
            return false;
        }

        string[] parts = Encoding.UTF8.GetString(bytes[..length]).Split('|', 2);
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks) || ticks > DateTimeOffset.MaxValue.UtcTicks - 1)
        {
            return false;
        }

        position = new Position(new DateTimeOffset(ticks, TimeSpan.Zero), parts[1]);
        return true;
    }

    private readonly record struct Position(DateTimeOffset At, string Id)
    {
        /// <summary>Oldest first; the id decides between records of one moment.</summary>
        public static Comparer<Position> Order { get; } = Comparer<Position>.Create((left, right) =>
        {
            int byTime = left.At.CompareTo(right.At);
            return byTime != 0 ? byTime : string.CompareOrdinal(left.Id, right.Id);
        });

        public static Position Of(ILogRecord record) => new(record.At, record.Key.Id);

        public string ToCursor() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks}|{Id}")));
    }
}
