using System.Globalization;
using DuckDB.NET.Data;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>Moves interactions from the part in order of arrival into history sorted by customer, and merges its runs so that they stay few.</summary>
/// <remarks>A timeline then reads one or two blocks of each run instead of one block for each of its rows: 1.6 ms instead of 40 ms over a million rows, and about
/// 0.8 ms for each further run. Sorting a million rows takes 1.5 s on one thread; each row is sorted again at most once for each doubling of the log.</remarks>
internal sealed class EventSorter(EventDatabase database, long smallestRun = EventSorter.SmallestRun)
{
    /// <summary>Below this many rows the part in order of arrival is quick enough as it is.</summary>
    public const long SmallestRun = 200_000;
    private const int MostRunsWhenCalm = 6;
    private const int MostRunsWhenBusy = 16;
    private readonly long largestRun = Math.Max(smallestRun, SmallestRun) * 10;
    private readonly long largestMerged = Math.Max(smallestRun, SmallestRun) * 50;

    /// <summary>Moves what has gathered if it is worth a run, else merges runs if they are many. Loading and reading go on meanwhile. Returns the rows sorted.</summary>
    /// <param name="through">Position up to which everything is loaded.</param>
    /// <param name="isCalm">True when little comes in: then less is left unsorted, and fewer runs are put up with.</param>
    /// <param name="cancellationToken">Gives up; nothing is changed then.</param>
    public long Sort(long through, bool isCalm, CancellationToken cancellationToken)
    {
        try
        {
            using DuckDBConnection connection = database.Connect();
            List<SortedRun> runs = ReadRuns(connection);
            long recent = Count(connection, "interactions");
            long wanted = isCalm ? smallestRun : Math.Clamp(runs.Sum(run => run.Rows) / 8, smallestRun, largestRun);
            if (recent >= wanted)
            {
                return Move(connection, through, cancellationToken);
            }

            return runs.Count > (isCalm ? MostRunsWhenCalm : MostRunsWhenBusy) ? Merge(connection, runs, cancellationToken) : 0;
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
        string moved = "WHERE position <= " + Text(through);
        using DuckDBTransaction transaction = connection.BeginTransaction();
        using DuckDBCommand command = connection.CreateCommand();
        using CancellationTokenRegistration giveUp = cancellationToken.Register(command.Cancel);
        long rows = Run(command, $"INSERT INTO interactions_sorted SELECT * FROM interactions {moved} ORDER BY person, position");
        if (Run(command, $"DELETE FROM interactions {moved}") != rows)
        {
            throw new MarketLoopException("Sorting the log moved another number of rows than it took away; nothing was changed.");
        }

        Run(command, $"INSERT INTO sorted_runs VALUES ({Text(through)}, {Text(rows)})");
        transaction.Commit();
        return rows;
    }

    // The newest runs, and each older one that is not more than twice as large as all behind it: so sizes grow from run to run, and there are few.
    private long Merge(DuckDBConnection connection, List<SortedRun> runs, CancellationToken cancellationToken)
    {
        int first = runs.Count - 2;
        long total = runs[^1].Rows + runs[^2].Rows;
        while (first > 0 && runs[first - 1].Rows <= 2 * total && total + runs[first - 1].Rows <= largestMerged)
        {
            total += runs[--first].Rows;
        }

        if (total > largestMerged)
        {
            return 0;
        }

        string merged = $"position > {Text(first == 0 ? 0 : runs[first - 1].Through)} AND position <= {Text(runs[^1].Through)}";
        using DuckDBTransaction transaction = connection.BeginTransaction();
        using DuckDBCommand command = connection.CreateCommand();
        using CancellationTokenRegistration giveUp = cancellationToken.Register(command.Cancel);
        command.CommandText = "SELECT max(rowid) FROM interactions_sorted";
        string before = $"{merged} AND rowid <= {Text(Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture))}"; // what this transaction adds has higher ones
        long rows = Run(command, $"INSERT INTO interactions_sorted SELECT * FROM interactions_sorted WHERE {merged} ORDER BY person, position");
        if (Run(command, $"DELETE FROM interactions_sorted WHERE {before}") != rows)
        {
            throw new MarketLoopException("Merging sorted runs added another number of rows than it took away; nothing was changed.");
        }

        Run(command, $"DELETE FROM sorted_runs WHERE through >= {Text(runs[first].Through)}");
        Run(command, $"INSERT INTO sorted_runs VALUES ({Text(runs[^1].Through)}, {Text(rows)})");
        transaction.Commit();
        return rows;
    }

    /// <summary>The runs in order of position.</summary>
    private static List<SortedRun> ReadRuns(DuckDBConnection connection)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = "SELECT through, rows FROM sorted_runs ORDER BY through";
        using DuckDBDataReader reader = command.ExecuteReader();
        List<SortedRun> runs = [];
        while (reader.Read())
        {
            runs.Add(new SortedRun(reader.GetInt64(0), reader.GetInt64(1)));
        }

        return runs;
    }

    private static long Run(DuckDBCommand command, string sql)
    {
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    private static long Count(DuckDBConnection connection, string table)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM " + table;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Rows that were sorted together.</summary>
    /// <param name="Through">Highest position inside.</param>
    /// <param name="Rows">Rows inside.</param>
    private sealed record SortedRun(long Through, long Rows);
}
