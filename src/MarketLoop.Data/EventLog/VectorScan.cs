using System.Text;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>A query under way, read vector by vector (up to 2,048 rows) as DuckDB holds them. One thread at a time.</summary>
/// <remarks>Row by row through the ADO.NET layer the same takes several times as long.</remarks>
internal sealed unsafe class VectorScan : IDisposable
{
    private readonly DuckDBPreparedStatement statement;
    private DuckDBResult result;
    private bool isOver;

    /// <summary>Starts a query.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="sql">The query; texts from outside stand in it as <c>$1</c>, <c>$2</c> ...</param>
    /// <param name="texts">Those texts, in order.</param>
    /// <exception cref="MarketLoopException">The query cannot be run.</exception>
    public VectorScan(DuckDBConnection connection, string sql, params ReadOnlySpan<string> texts)
    {
        bool isReady = NativeMethods.PreparedStatements.DuckDBPrepare(connection.NativeConnection, sql, out statement) != DuckDBState.Error;
        for (int i = 0; i < texts.Length && isReady; i++)
        {
            // The client ends a text at the first NUL, so the log holds none.
            isReady = NativeMethods.PreparedStatements.DuckDBBindVarchar(statement, i + 1, texts[i].Replace('\0', '\ufffd')) != DuckDBState.Error;
        }

        if (!isReady || NativeMethods.PreparedStatements.DuckDBExecutePreparedStreaming(statement, out result) == DuckDBState.Error)
        {
            string why = NativeMethods.PreparedStatements.DuckDBPrepareError(statement);
            statement.Dispose();
            throw new MarketLoopException($"The event database's columns cannot be read: {why}", isTransient: true);
        }
    }

    /// <summary>The next rows, to be disposed; null at the end, however often it is asked.</summary>
    /// <exception cref="MarketLoopException">The query failed under way.</exception>
    public VectorBlock? Next()
    {
        if (isOver)
        {
            return null; // DuckDB calls it an error to ask a finished result again
        }

        DuckDBDataChunk next = NativeMethods.StreamingResult.DuckDBStreamFetchChunk(result);
        if (!next.IsInvalid && NativeMethods.DataChunks.DuckDBDataChunkGetSize(next) > 0)
        {
            return new VectorBlock(next);
        }

        next.Dispose();
        isOver = true;
        string? why = NativeMethods.Query.DuckDBResultError(ref result);
        return string.IsNullOrEmpty(why) ? null : throw new MarketLoopException($"The event database failed: {why}", isTransient: true);
    }

    public void Dispose()
    {
        NativeMethods.Query.DuckDBDestroyResult(ref result);
        statement.Dispose();
    }
}

/// <summary>Rows of a query, column by column. Valid until it is disposed.</summary>
internal sealed unsafe class VectorBlock(DuckDBDataChunk chunk) : IDisposable
{
    private const int InlineBytes = 12;

    /// <summary>How many rows.</summary>
    public int Rows { get; } = (int)NativeMethods.DataChunks.DuckDBDataChunkGetSize(chunk);

    /// <summary>Values of a column of fixed width; where one is NULL, anything.</summary>
    public ReadOnlySpan<T> Column<T>(int column)
        where T : unmanaged => new(NativeMethods.Vectors.DuckDBVectorGetData(Vector(column)), Rows);

    /// <summary>Whether a value is NULL.</summary>
    public bool IsNull(int column, int row)
    {
        ulong* validity = NativeMethods.Vectors.DuckDBVectorGetValidity(Vector(column));
        return validity is not null && (validity[row / 64] & (1UL << (row % 64))) == 0;
    }

    /// <summary>A text; null for NULL.</summary>
    public string? Text(int column, int row)
    {
        if (IsNull(column, row))
        {
            return null;
        }

        byte* cell = (byte*)NativeMethods.Vectors.DuckDBVectorGetData(Vector(column)) + (16 * row); // length, then the bytes themselves or four of them and where they all lie
        int length = (int)*(uint*)cell;
        return Encoding.UTF8.GetString(length <= InlineBytes ? cell + 4 : *(byte**)(cell + 8), length);
    }

    public void Dispose() => chunk.Dispose();

    private IntPtr Vector(int column) => NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, column);
}
