using System.Globalization;
using Dapper;
using MarketLoop.Data.Embedded;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Catalog;

/// <summary>Prices and stocks over time, a row for each change and none for a repetition.</summary>
internal static class ProductHistory
{
    private const string Select = "SELECT at AS At, price AS Price, stock AS Stock FROM product_history WHERE product = @product";

    /// <summary>Notes price and stock of a product where they differ from the last note; true when they do.</summary>
    public static bool Note(SqliteConnection connection, SqliteTransaction transaction, Product product, DateTimeOffset at)
    {
        NoteRow? last = connection.QuerySingleOrDefault<NoteRow>(Select + " ORDER BY at DESC LIMIT 1", new { product = product.Id.Value }, transaction);
        if (last is null ? product.Price is null && product.Stock is null : last.ToNote() is var known && known.Price == product.Price && known.Stock == product.Stock)
        {
            return false;
        }

        // Our clock may jump back; a note is never older than the one before it.
        long ticks = last is null ? at.UtcTicks : Math.Max(at.UtcTicks, last.At);
        connection.Execute(
            "INSERT OR REPLACE INTO product_history VALUES (@product, @ticks, @price, @stock)",
            new { product = product.Id.Value, ticks, price = product.Price?.ToString(CultureInfo.InvariantCulture), stock = product.Stock },
            transaction);
        return true;
    }

    public static IReadOnlyList<ProductNote> Read(ShopDatabase database, ProductId product) =>
        database.Read(connection => connection.Query<NoteRow>(Select + " ORDER BY at", new { product = product.Value }).Select(row => row.ToNote()).ToList());

    public static ProductNote? Find(ShopDatabase database, ProductId product, DateTimeOffset moment) =>
        database.Read(connection => connection.QuerySingleOrDefault<NoteRow>(Select + " AND at <= @at ORDER BY at DESC LIMIT 1", new { product = product.Value, at = moment.UtcTicks }))?.ToNote();

    /// <summary>Products whose first note is more than a day younger than the shop's first, newest first: what came in with the first load is no news. O(notes).</summary>
    public static IReadOnlyList<ProductId> ListArrivals(SqliteConnection connection, SqliteTransaction? transaction, int most) =>
        [.. connection.Query<string>(
            "SELECT product FROM product_history GROUP BY product HAVING MIN(at) > (SELECT MIN(at) FROM product_history) + @day ORDER BY MIN(at) DESC, product LIMIT @most",
            new { day = TimeSpan.TicksPerDay, most },
            transaction).Select(id => new ProductId(id))];

    private sealed class NoteRow
    {
        public long At { get; set; }

        public string? Price { get; set; }

        public long? Stock { get; set; }

        public ProductNote ToNote() => new(new DateTimeOffset(At, TimeSpan.Zero), Price is null ? null : decimal.Parse(Price, CultureInfo.InvariantCulture), (int?)Stock);
    }
}
