using DuckDB.NET.Data;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.Identity;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>Turns rows of the event database into records, opening what is sealed. One thread at a time.</summary>
internal sealed class SealedRows(IdentityGraph links, PersonKeys keys, long linkedBefore) : IDisposable
{
    private const decimal One = 1.0000000000000000000000000000m; // dividing by it takes the column's trailing zeros off
    private readonly PersonalSeal seal = new(keys);
    private readonly HashSet<string> repeated = new(StringComparer.Ordinal); // names, sources and currencies repeat: one string serves all rows
    private byte[] closed = new byte[1024];

    /// <summary>Reads an interaction; null when its person was erased.</summary>
    public Interaction? TryRead(DuckDBDataReader row)
    {
        long position = row.GetInt64(0);
        if (!seal.TryOpen(row.GetInt64(1), position, Closed(row, 10), out ReadOnlySpan<byte> personal))
        {
            return null;
        }

        Interaction whole = PersonalPart.Restore(ReadOpen(row), personal);
        return whole with { Customer = links.Resolve(whole.Customer, linkedBefore) };
    }

    /// <summary>Reads the part of an interaction that is nobody's secret, about a stand-in.</summary>
    public Interaction ReadOpen(DuckDBDataReader row) => new()
    {
        Source = new SourceId(Repeat(row.GetString(2))),
        MessageId = "",
        Kind = (InteractionKind)row.GetByte(3),
        Name = Repeat(row.GetString(4)),
        Customer = StandIn.For(row.GetInt64(1)),
        OccurredAt = new DateTimeOffset(row.GetInt64(5), TimeSpan.Zero),
        ReceivedAt = new DateTimeOffset(row.GetInt64(6), TimeSpan.Zero),
        Lines = RecordCodec.ReadLines(row.IsDBNull(7) ? null : row.GetString(7)),
        Revenue = row.IsDBNull(8) ? null : row.GetDecimal(8) / One,
        Currency = row.IsDBNull(9) ? null : Repeat(row.GetString(9)),
    };

    /// <summary>Reads one of the other four kinds from (position, person, body, personal). An erased person's stand-in takes their place; null when all of the record was personal.</summary>
    public TRecord? TryReadBody<TRecord>(DuckDBDataReader row)
        where TRecord : class, ILogRecord
    {
        string? open = row.IsDBNull(2) ? null : row.GetString(2);
        if (!seal.TryOpen(row.GetInt64(1), row.GetInt64(0), Closed(row, 3), out ReadOnlySpan<byte> personal))
        {
            return open is null ? null : RecordCodec.Read<TRecord>(open);
        }

        (CustomerId customer, TreatmentId? treatment, string? body) = PersonalPart.ReadOwner(personal);
        return body is not null
            ? RecordCodec.Read<TRecord>(body)
            : (TRecord)RecordCodec.WithOwner(RecordCodec.Read<TRecord>(open ?? ""), customer, treatment);
    }

    /// <inheritdoc />
    public void Dispose() => seal.Dispose();

    private ReadOnlySpan<byte> Closed(DuckDBDataReader row, int column)
    {
        if (row.IsDBNull(column))
        {
            return default;
        }

        using Stream stream = row.GetStream(column);
        int length = (int)stream.Length;
        if (closed.Length < length)
        {
            closed = new byte[Math.Max(length, closed.Length * 2)];
        }

        stream.ReadExactly(closed.AsSpan(0, length));
        return closed.AsSpan(0, length);
    }

    private string Repeat(string text)
    {
        if (repeated.TryGetValue(text, out string? same))
        {
            return same;
        }

        if (repeated.Count < 10_000)
        {
            repeated.Add(text);
        }

        return text;
    }
}
