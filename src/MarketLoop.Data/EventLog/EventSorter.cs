using System.Globalization;
using DuckDB.NET.Data;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>Moves interactions from the part in order of arrival into history sorted by customer, and merges its runs so that they stay few.</summary>
/// <remarks>What comes in a flood is loaded as runs at once (<see cref="EventDatabase.Append"/>). A timeline then reads one or two blocks of each run instead of one block for each of its rows: 1.6 ms instead of 40 ms over a million rows, and about
/// 0.8 ms for each further run. Sorting a million rows takes 1.5 s on one thread; each row is sorted again at most once for each doubling of the log.</remarks>
internal sealed class EventSorter(EventDatabase database, long smallestRun = EventSorter.SmallestRun)
{
    /// <summary>Below this many rows the part in order of arrival is quick enough as it is.</summary>
    public const long SmallestRun = 200_000;
    private const int MostRunsWhenCalm = 6;
    private const int MostRunsWhenBusy = 48; // a flood of twenty million events
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
            lock (database.History)
            {
                return SortAlone(through, isCalm, cancellationToken);
            }
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

    /// <summary>Moves the interactions up to a position into a run, inside the caller's transaction. Returns how many.</summary>
    public static long MoveRecent(DuckDBConnection connection, long through, CancellationToken cancellationToken)
    {
        string moved = "WHERE position <= " + Text(through);
        using DuckDBCommand command = connection.CreateCommand();
        using CancellationTokenRegistration giveUp = cancellationToken.Register(command.Cancel);
        long rows = Run(command, $"INSERT INTO interactions_sorted SELECT * FROM interactions {moved} ORDER BY person, position");
        if (rows == 0)
        {
            return 0;
        }

        if (Run(command, $"DELETE FROM interactions {moved}") != rows)
        {
            throw new MarketLoopException("Sorting the log moved another number of rows than it took away; nothing was changed.");
        }

        NoteRun(connection, through, rows);
        return rows;
    }

    /// <summary>Notes a run, inside the caller's transaction.</summary>
    public static void NoteRun(DuckDBConnection connection, long through, long rows)
    {
        using DuckDBCommand command = connection.CreateCommand();
        Run(command, $"INSERT INTO sorted_runs VALUES ({Text(through)}, {Text(rows)})");
    }

    private long SortAlone(long through, bool isCalm, CancellationToken cancellationToken)
    {
        using DuckDBConnection connection = database.Connect();
        List<SortedRun> runs = ReadRuns(connection);
        long wanted = isCalm ? smallestRun : Math.Clamp(runs.Sum(run => run.Rows) / 8, smallestRun, largestRun);
        if (Count(connection, "interactions") >= wanted)
        {
            using DuckDBTransaction transaction = connection.BeginTransaction();
            long rows = MoveRecent(connection, through, cancellationToken);
            transaction.Commit();
            return rows;
        }

        return runs.Count > (isCalm ? MostRunsWhenCalm : MostRunsWhenBusy) && Choose(runs) is { } neighbours ? Merge(connection, runs, neighbours, cancellationToken) : 0;
    }

    /// <summary>The most neighbouring runs of which none is more than twice as large as the others together: so no row is merged again before its run has grown by half.</summary>
    private (int First, int Last)? Choose(List<SortedRun> runs)
    {
        (int First, int Last)? best = null;
        long bestRows = long.MaxValue;
        for (int first = 0; first < runs.Count; first++)
        {
            (long rows, long largest) = (runs[first].Rows, runs[first].Rows);
            for (int last = first + 1; last < runs.Count && rows + runs[last].Rows <= largestMerged; last++)
            {
                rows += runs[last].Rows;
                largest = Math.Max(largest, runs[last].Rows);
                int more = last - first - (best is { } chosen ? chosen.Last - chosen.First : 0);
                if (largest <= 2 * (rows - largest) && (more > 0 || (more == 0 && rows < bestRows)))
                {
                    (best, bestRows) = ((first, last), rows);
                }
            }
        }

        return best;
    }

    private static long Merge(DuckDBConnection connection, List<SortedRun> runs, (int First, int Last) neighbours, CancellationToken cancellationToken)
    {
        (long from, long through) = (neighbours.First == 0 ? 0 : runs[neighbours.First - 1].Through, runs[neighbours.Last].Through);
        string merged = $"position > {Text(from)} AND position <= {Text(through)}";
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

        Run(command, $"DELETE FROM sorted_runs WHERE through > {Text(from)} AND through <= {Text(through)}");
        NoteRun(connection, through, rows);
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
