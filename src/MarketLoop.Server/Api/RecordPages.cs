using System.Globalization;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Server.Hosting;

namespace MarketLoop.Server.Api;

/// <summary>A page of a list.</summary>
/// <param name="Items">The items, newest first.</param>
/// <param name="Next">Cursor of the next page; null at the end.</param>
public sealed record Page<TItem>(IReadOnlyList<TItem> Items, string? Next);

/// <summary>Pages of log records, newest first. The cursor is a log position, so it stays right while new records arrive.</summary>
internal static class RecordPages
{
    /// <summary>Rows when nobody asks for another number.</summary>
    public const int DefaultLimit = 50;

    /// <summary>Most rows of one page.</summary>
    public const int MostRows = 500;

    private const int Batch = 1_000;

    /// <summary>Checks how many rows a list route is asked for.</summary>
    public static FieldErrors CheckLimit(int? limit) => new FieldErrors().Require(limit is null or (>= 1 and <= MostRows), "limit", $"1 to {MostRows}");

    /// <summary>Makes a page of what was found with one row more than fits, which tells whether another page follows.</summary>
    public static Page<TItem> Cut<TItem>(IReadOnlyList<TItem> found, int rows, Func<TItem, string> cursorOf) =>
        found.Count > rows ? new Page<TItem>([.. found.Take(rows)], cursorOf(found[rows - 1])) : new Page<TItem>(found, null);

    /// <summary>Checks what a list route of log records is asked for.</summary>
    public static FieldErrors Check(string? cursor, int? limit) => CheckLimit(limit)
        .Require(cursor is null || TryReadCursor(cursor, out _), "cursor", "not a cursor of this list");

    /// <summary>Reads one page. With a filter the log is read backwards until the page is full.</summary>
    public static async Task<Page<TRecord>> ReadAsync<TRecord>(IEventLog log, string? cursor, int? limit, Func<TRecord, bool>? filter, CancellationToken cancellationToken)
        where TRecord : class, ILogRecord
    {
        int rows = limit ?? DefaultLimit;
        long before = cursor is not null && TryReadCursor(cursor, out long position) ? position : long.MaxValue;
        List<LoggedRecord<TRecord>> found = [];
        int batch = filter is null ? rows + 1 : Batch;
        IReadOnlyList<LoggedRecord<TRecord>> part;
        do
        {
            part = await log.ReadNewestAsync<TRecord>(before, batch, cancellationToken);
            found.AddRange(part.Where(record => filter is null || filter(record.Record)));
            before = part.Count > 0 ? part[^1].Position : before;
        }
        while (part.Count == batch && found.Count <= rows);

        string? next = found.Count > rows ? found[rows - 1].Position.ToString(CultureInfo.InvariantCulture) : null;
        return new Page<TRecord>([.. found.Take(rows).Select(record => record.Record)], next);
    }

    private static bool TryReadCursor(string cursor, out long position) =>
        long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out position);
}
