using System.Diagnostics;
using DuckDB.NET.Data;
using MarketLoop.Analysis.Features;
using MarketLoop.Benchmarks.Intake;

namespace MarketLoop.Benchmarks.Features;

/// <summary>The peer of the features: one GROUP BY over a plain table on disk, cleaned beforehand as the importer cleans.</summary>
internal sealed class FeaturesPeer : IDisposable
{
    private const string Question = """
        CREATE OR REPLACE TEMP TABLE answer AS
        SELECT customer,
            count(*) FILTER (event = 'Order Completed') AS orders,
            coalesce(sum(price * quantity) FILTER (event = 'Order Completed'), 0) AS monetary,
            count(DISTINCT CAST(time AS DATE)) AS active_days,
            count(*) FILTER (event = 'Product Viewed') AS views,
            count(*) FILTER (event = 'Product Added') AS adds,
            count(*) FILTER (event = 'Products Searched') AS searches,
            min(time) AS first, max(time) AS last, max(time) FILTER (event = 'Order Completed') AS last_order
        FROM events GROUP BY customer
        """;

    private readonly DuckDBConnection connection;

    public FeaturesPeer(string path, string csv)
    {
        File.Delete(path);
        connection = new DuckDBConnection($"DataSource={path}");
        connection.Open();
        Run($"""
            CREATE TABLE events AS
            SELECT customer, event, product, quantity, TRY_CAST(price AS DECIMAL(18, 4)) AS price, time FROM read_csv('{csv}', header = true, types = {ShopEvents.Types})
            QUALIFY row_number() OVER (PARTITION BY id ORDER BY TRY_CAST(price AS DECIMAL(18, 4)) IS NULL) = 1;
            CHECKPOINT
            """);
    }

    /// <summary>Asks once; seconds.</summary>
    public double Ask()
    {
        long start = Stopwatch.GetTimestamp();
        Run(Question);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Customers of whom the two answers say something else, or only one says anything.</summary>
    public int CountDifferences(IReadOnlyList<CustomerActivity> ours)
    {
        Dictionary<string, CustomerActivity> byId = ours.ToDictionary(activity => activity.Customer.Value, StringComparer.Ordinal);
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = "SELECT customer, orders, CAST(monetary AS DECIMAL(18, 4)), active_days, views, adds, searches, epoch_us(first), epoch_us(last), epoch_us(last_order) FROM answer";
        using DuckDBDataReader reader = command.ExecuteReader();
        int rows = 0;
        int differences = 0;
        while (reader.Read())
        {
            rows++;
            bool isSame = byId.TryGetValue(reader.GetString(0), out CustomerActivity? mine)
                && mine.Orders == reader.GetInt64(1) && mine.Monetary == reader.GetDecimal(2) && mine.ActiveDays == reader.GetInt64(3)
                && mine.Views == reader.GetInt64(4) && mine.CartAdds == reader.GetInt64(5) && mine.Searches == reader.GetInt64(6)
                && Micros(mine.First) == reader.GetInt64(7) && Micros(mine.LastAct) == reader.GetInt64(8)
                && Micros(mine.LastOrder) == (reader.IsDBNull(9) ? null : reader.GetInt64(9));
            differences += isSame ? 0 : 1;
        }

        return differences + Math.Abs(rows - ours.Count);
    }

    /// <inheritdoc />
    public void Dispose() => connection.Dispose();

    private static long? Micros(DateTimeOffset? moment) => moment is { } at ? (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond : null;

    private void Run(string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
