using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>Appends interactions to the event database 2,048 at a time, column by column, their UTF-8 texts as they are. Not thread-safe; dispose it before the transaction ends.</summary>
/// <remarks>DuckDB's own vectors are filled in place: value by value through the appender of the ADO.NET layer it takes four times as long.
/// The columns stand in the order of the schema.</remarks>
internal sealed unsafe class InteractionChunk : IDisposable
{
    private const int Capacity = 2_048; // DuckDB's vector size

    private static readonly DuckDBType[] Types =
    [
        DuckDBType.BigInt, DuckDBType.UnsignedBigInt, DuckDBType.BigInt, DuckDBType.UnsignedTinyInt, DuckDBType.BigInt, DuckDBType.BigInt,
        DuckDBType.Varchar, DuckDBType.Varchar, DuckDBType.Decimal, DuckDBType.Varchar, DuckDBType.Varchar, DuckDBType.Blob,
    ];

    private readonly DuckDB.NET.Native.DuckDBAppender appender;
    private readonly DuckDBDataChunk chunk;
    private readonly nint[] vectors = new nint[Types.Length];
    private readonly nint[] values = new nint[Types.Length];
    private ulong rows;

    public InteractionChunk(DuckDBConnection connection, string table)
    {
        if (NativeMethods.Appender.DuckDBAppenderCreate(connection.NativeConnection, null!, table, out appender) == DuckDBState.Error) // no schema named
        {
            throw Failed("cannot be opened");
        }

        DuckDBLogicalType[] types = [.. Types.Select(type => type == DuckDBType.Decimal
            ? NativeMethods.LogicalType.DuckDBCreateDecimalType(18, 4)
            : NativeMethods.LogicalType.DuckDBCreateLogicalType(type))];
        chunk = NativeMethods.DataChunks.DuckDBCreateDataChunk([.. types.Select(type => type.DangerousGetHandle())], (ulong)Types.Length);
        Array.ForEach(types, type => type.Dispose());
        Clear();
    }

    /// <summary>Adds a row.</summary>
    /// <param name="record">An interaction.</param>
    /// <param name="person">The person's number.</param>
    /// <param name="sealedPart">The sealed personal part; empty stores none.</param>
    public void Add(in LoadedRecord record, long person, ReadOnlySpan<byte> sealedPart)
    {
        InteractionRow row = record.Row;
        Column<long>(0)[(int)rows] = record.Position;
        Column<ulong>(1)[(int)rows] = record.KeyHash;
        Column<long>(2)[(int)rows] = person;
        Column<byte>(3)[(int)rows] = (byte)row.Kind;
        Column<long>(4)[(int)rows] = row.OccurredAt;
        Column<long>(5)[(int)rows] = row.ReceivedAt;
        SetBytes(6, row.Source);
        SetBytes(7, row.Name);
        Column<long>(8)[(int)rows] = row.Revenue ?? 0;
        SetBytes(9, row.Currency);
        SetBytes(10, row.Lines);
        SetBytes(11, sealedPart);
        SetNull(8, row.Revenue is null);
        SetNull(9, row.Currency.IsEmpty);
        SetNull(10, row.Lines.IsEmpty);
        SetNull(11, sealedPart.IsEmpty);
        if (++rows == Capacity)
        {
            Flush();
        }
    }

    /// <summary>Hands everything to the transaction.</summary>
    public void Complete()
    {
        Flush();
        if (NativeMethods.Appender.DuckDBAppenderClose(appender) == DuckDBState.Error)
        {
            throw Failed("cannot be closed");
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        chunk.Dispose();
        appender.Dispose();
    }

    private void Flush()
    {
        if (rows == 0)
        {
            return;
        }

        NativeMethods.DataChunks.DuckDBDataChunkSetSize(chunk, rows);
        if (NativeMethods.Appender.DuckDBAppendDataChunk(appender, chunk) == DuckDBState.Error)
        {
            throw Failed("cannot be written to");
        }

        NativeMethods.DataChunks.DuckDBDataChunkReset(chunk);
        Clear();
    }

    private void Clear()
    {
        rows = 0;
        for (int i = 0; i < Types.Length; i++)
        {
            vectors[i] = NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, i);
            values[i] = (nint)NativeMethods.Vectors.DuckDBVectorGetData(vectors[i]);
        }
    }

    private Span<T> Column<T>(int column)
        where T : unmanaged => new((void*)values[column], Capacity);

    private void SetBytes(int column, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        fixed (byte* first = bytes)
        {
            NativeMethods.Vectors.DuckDBUnsafeVectorAssignStringElementLength(vectors[column], rows, first, bytes.Length); // whoever wrote the row wrote valid UTF-8
        }
    }

    private void SetNull(int column, bool isNull)
    {
        if (isNull)
        {
            NativeMethods.Vectors.DuckDBVectorEnsureValidityWritable(vectors[column]);
            NativeMethods.ValidityMask.DuckDBValiditySetRowValidity(NativeMethods.Vectors.DuckDBVectorGetValidity(vectors[column]), rows, false);
        }
    }

    private MarketLoopException Failed(string what)
    {
        using DuckDBErrorData error = NativeMethods.Appender.DuckDBAppenderErrorData(appender);
        return new MarketLoopException($"The event database's table of interactions {what}: {error.Message}", isTransient: true);
    }
}
