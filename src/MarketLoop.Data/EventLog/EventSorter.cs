using System.Globalization;
using DuckDB.NET.Data;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>Moves interactions from the part in order of arrival into history sorted by customer, in few large runs.</summary>
/// <remarks>A timeline then reads one or two blocks of each run instead of one block for each of its rows: 1.6 ms instead of 40 ms over a million rows.
/// The runs follow each other in order of position, so a recent range of positions still skips the old ones.</remarks>
internal sealed class EventSorter(EventDatabase database, long smallestRun = EventSorter.SmallestRun)
{
    /// <summary>Below this many rows the part in order of arrival is quick enough as it is.</summary>
    public const long SmallestRun = 200_000;
    private const long LargestRun = 2_000_000;

    /// <summary>Moves what has gathered, if it is worth a run. Loading and reading go on meanwhile. Returns the rows moved.</summary>
    /// <param name="through">Position up to which everything is loaded.</param>
    /// <param name="cancellationToken">Gives up; nothing is changed then.</param>
    public long Sort(long through, CancellationToken cancellationToken)
    {
        try
        {
            using DuckDBConnection connection = database.Connect();
            long recent = Count(connection, "interactions");
            long wanted = Math.Clamp(Count(connection, "interactions_sorted") / 8, smallestRun, Math.Max(smallestRun, LargestRun));
            return recent < wanted ? 0 : Move(connection, through, cancellationToken);
        }
        catch (Exception stopped) when (stopped is DuckDBException or OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
        catch (DuckDBException failure)
        {
            throw EventDatabase.Explain(failure);
        }
    }

    private static long Move(DuckDBConnection connection, long through, CancellationToken cancellationToken)
    {
        string moved = "WHERE position <= " + through.ToString(CultureInfo.InvariantCulture);
        using DuckDBTransaction transaction = connection.BeginTransaction();
        using DuckDBCommand command = connection.CreateCommand();
        using CancellationTokenRegistration giveUp = cancellationToken.Register(command.Cancel);
        command.CommandText = $"INSERT INTO interactions_sorted SELECT * FROM interactions {moved} ORDER BY person, position";
        long rows = command.ExecuteNonQuery();
        command.CommandText = $"DELETE FROM interactions {moved}";
        if (command.ExecuteNonQuery() != rows)
        {
            throw new MarketLoopException("Sorting the log moved another number of rows than it took away; nothing was changed.");
        }

        transaction.Commit();
        return rows;
    }

    private static long Count(DuckDBConnection connection, string table)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM " + table;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
