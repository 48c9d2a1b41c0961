using System.Diagnostics;
using DuckDB.NET.Data;

namespace MarketLoop.Benchmarks.Intake;

/// <summary>The peer of the intake: DuckDB's own CSV import into a table of the same columns, on disk, with as many threads as the machine has.</summary>
internal sealed class DuckPeer(string folder)
{
    private readonly string connection = $"DataSource={Path.Combine(folder, "peer.duckdb")}";

    /// <summary>Imports a file into a fresh table and writes it to disk. Returns the rows a second.</summary>
    public double Import(string csv)
    {
        using DuckDBConnection opened = new(connection);
        opened.Open();
        using DuckDBCommand command = opened.CreateCommand();
        command.CommandText = "DROP TABLE IF EXISTS events; CHECKPOINT";
        command.ExecuteNonQuery();
        long start = Stopwatch.GetTimestamp();
        command.CommandText = $"CREATE TABLE events AS FROM read_csv('{csv}', header = true, types = {ShopEvents.Types}); CHECKPOINT";
        command.ExecuteNonQuery();
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        command.CommandText = "SELECT count(*) FROM events";
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture) / took.TotalSeconds;
    }
}
