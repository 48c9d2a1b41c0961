using DuckDB.NET.Data;
using DuckDB.NET.Native;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>A query for (person, kind, moment, money) under way, whose vectors are copied out as they are. One thread at a time.</summary>
internal sealed unsafe class ColumnScan : IDisposable
{
    private readonly DuckDBPreparedStatement statement;
    private DuckDBResult result;

    public ColumnScan(DuckDBConnection connection, string sql)
    {
        if (NativeMethods.PreparedStatements.DuckDBPrepare(connection.NativeConnection, sql, out statement) == DuckDBState.Error
            || NativeMethods.PreparedStatements.DuckDBExecutePreparedStreaming(statement, out result) == DuckDBState.Error)
        {
            string why = NativeMethods.PreparedStatements.DuckDBPrepareError(statement);
            statement.Dispose();
            throw new MarketLoopException($"The event database's columns cannot be read: {why}", isTransient: true);
        }
    }

    /// <summary>The next stretch of at least so many rows, the last one shorter; null at the end.</summary>
    public InteractionColumns? Read(int rows)
    {
        List<DuckDBDataChunk> held = [];
        try
        {
            int count = 0;
            while (count < rows && Next() is { } next)
            {
                held.Add(next);
                count += (int)NativeMethods.DataChunks.DuckDBDataChunkGetSize(next);
            }

            return count == 0 ? null : Copy(held, count);
        }
        finally
        {
            held.ForEach(done => done.Dispose());
        }
    }

    public void Dispose()
    {
        NativeMethods.Query.DuckDBDestroyResult(ref result);
        statement.Dispose();
    }

    private DuckDBDataChunk? Next()
    {
        DuckDBDataChunk next = NativeMethods.StreamingResult.DuckDBStreamFetchChunk(result);
        if (!next.IsInvalid && NativeMethods.DataChunks.DuckDBDataChunkGetSize(next) > 0)
        {
            return next;
        }

        next.Dispose();
        return null;
    }

    private static InteractionColumns Copy(List<DuckDBDataChunk> chunks, int count)
    {
        (long[] people, InteractionKind[] kinds, long[] ticks, long[] units) = (new long[count], new InteractionKind[count], new long[count], new long[count]);
        int at = 0;
        foreach (DuckDBDataChunk chunk in chunks)
        {
            int rows = (int)NativeMethods.DataChunks.DuckDBDataChunkGetSize(chunk);
            Column<long>(chunk, 0, rows).CopyTo(people.AsSpan(at));
            Column<long>(chunk, 2, rows).CopyTo(ticks.AsSpan(at));
            Column<long>(chunk, 3, rows).CopyTo(units.AsSpan(at)); // DECIMAL(18,4) is a long of ten-thousandths
            ClearNulls(chunk, 3, units.AsSpan(at, rows));
            ReadOnlySpan<byte> kindBytes = Column<byte>(chunk, 1, rows);
            for (int i = 0; i < rows; i++)
            {
                kinds[at + i] = (InteractionKind)kindBytes[i];
            }

            at += rows;
        }

        return new InteractionColumns(people, kinds, ticks, units);
    }

    private static ReadOnlySpan<T> Column<T>(DuckDBDataChunk chunk, int column, int rows)
        where T : unmanaged => new(NativeMethods.Vectors.DuckDBVectorGetData(NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, column)), rows);

    private static void ClearNulls(DuckDBDataChunk chunk, int column, Span<long> values)
    {
        ulong* validity = NativeMethods.Vectors.DuckDBVectorGetValidity(NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, column));
        if (validity is null)
        {
            return;
        }

        for (int i = 0; i < values.Length; i++)
        {
            if ((validity[i / 64] & (1UL << (i % 64))) == 0)
            {
                values[i] = 0;
            }
        }
    }
}
