using DuckDB.NET.Data;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>A query for (person, kind, moment, money) under way, whose vectors are copied out as they are. One thread at a time.</summary>
internal sealed class ColumnScan(DuckDBConnection connection, string sql) : IDisposable
{
    private readonly VectorScan scan = new(connection, sql);

    /// <summary>The next stretch of at least so many rows, the last one shorter; null at the end.</summary>
    public InteractionColumns? Read(int rows)
    {
        List<VectorBlock> held = [];
        try
        {
            int count = 0;
            while (count < rows && scan.Next() is { } next)
            {
                held.Add(next);
                count += next.Rows;
            }

            return count == 0 ? null : Copy(held, count);
        }
        finally
        {
            held.ForEach(done => done.Dispose());
        }
    }

    public void Dispose() => scan.Dispose();

    private static InteractionColumns Copy(List<VectorBlock> blocks, int count)
    {
        (long[] people, InteractionKind[] kinds, long[] ticks, long[] units) = (new long[count], new InteractionKind[count], new long[count], new long[count]);
        int at = 0;
        foreach (VectorBlock block in blocks)
        {
            block.Column<long>(0).CopyTo(people.AsSpan(at));
            block.Column<long>(2).CopyTo(ticks.AsSpan(at));
            ReadOnlySpan<long> money = block.Column<long>(3); // DECIMAL(18,4) is a long of ten-thousandths
            ReadOnlySpan<byte> kindBytes = block.Column<byte>(1);
            for (int i = 0; i < block.Rows; i++)
            {
                kinds[at + i] = (InteractionKind)kindBytes[i];
                units[at + i] = block.IsNull(3, i) ? 0 : money[i];
            }

            at += block.Rows;
        }

        return new InteractionColumns(people, kinds, ticks, units);
    }
}
