using System.Diagnostics;
using DuckDB.NET.Data;
using MarketLoop.Benchmarks.Intake;

namespace MarketLoop.Benchmarks.Journeys;

/// <summary>The peer of funnels and retention: the same events as one plain table on disk, in DuckDB with as much memory and as many threads as the event log has.</summary>
internal sealed class PlainEvents : IDisposable
{
    private readonly DuckDBConnection connection;

    public PlainEvents(string folder, string csv)
    {
        connection = new DuckDBConnection($"DataSource={Path.Combine(folder, "plain.duckdb")};memory_limit=256MB;threads=1;temp_directory={Path.Combine(folder, "plain.tmp")}");
        connection.Open();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"CREATE OR REPLACE TABLE events AS FROM read_csv('{csv}', header = true, types = {ShopEvents.Types}); CHECKPOINT";
        command.ExecuteNonQuery();
    }

    /// <summary>Runs a query: its rows, each as one text, and the seconds it took.</summary>
    public (IReadOnlyList<string> Rows, double Seconds) Ask(string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        long start = Stopwatch.GetTimestamp();
        using DuckDBDataReader reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read())
        {
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        }

        return (rows, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <inheritdoc />
    public void Dispose() => connection.Dispose();
}
