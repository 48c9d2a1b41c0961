using System.Buffers;
using DuckDB.NET.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>Writes records into the tables of the event database, column by column in the order of the schema; what is personal goes in sealed.</summary>
/// <remarks>Its buffers serve one block of records after the other: as large objects made anew they would be most of the program's memory. One thread at a time.</remarks>
internal sealed class EventAppender(KeyHash keyHash, PersonKeys keys)
{
    /// <summary>Money beyond this does not fit DECIMAL(18,4).</summary>
    public const decimal MoneyLimit = 100_000_000_000_000m;

    private readonly ArrayBufferWriter<byte> personal = new(1024);
    private ArrayBufferWriter<byte> closed = new(1 << 16);
    private Range[] parts = [];
    private int[] order = [];
    private long[] owners = [];

    /// <summary>Appends the records after a position.</summary>
    /// <param name="connection">Where, inside a transaction.</param>
    /// <param name="records">Records in order of position.</param>
    /// <param name="people">The number of each record's person.</param>
    /// <param name="after">Records at or before it are in the tables already.</param>
    public void Append(DuckDBConnection connection, IReadOnlyList<LoadedRecord> records, long[] people, long after)
    {
        Seal(records, people, after);
        ILookup<RecordKind, int> others = Enumerable.Range(0, records.Count)
            .Where(i => records[i].Position > after && records[i].Kind is not (RecordKind.Interaction or RecordKind.Heartbeat))
            .ToLookup(i => records[i].Kind);
        AppendInteractions(connection, records, people, after);
        foreach (IGrouping<RecordKind, int> kind in others)
        {
            using DuckDBAppender appender = connection.CreateAppender(EventDatabase.TableOf(kind.Key));
            foreach (int i in kind)
            {
                byte[]? part = people[i] == PersonDirectory.Nobody ? null : closed.WrittenSpan[parts[i]].ToArray();
                AppendBody(appender.CreateRow(), records[i], records[i].Record, people[i], part);
            }
        }
    }

    /// <summary>Keeps no large buffer while there is nothing to append.</summary>
    public void Release()
    {
        closed = new ArrayBufferWriter<byte>(1 << 16);
        (parts, order, owners) = ([], [], []);
    }

    /// <summary>Seals person by person: making a cipher costs more than using it.</summary>
    private void Seal(IReadOnlyList<LoadedRecord> records, long[] people, long after)
    {
        if (order.Length < records.Count)
        {
            (parts, order, owners) = (new Range[records.Count], new int[records.Count], new long[records.Count]);
        }

        int count = 0;
        for (int i = 0; i < records.Count; i++)
        {
            parts[i] = default;
            if (records[i].Position > after && people[i] != PersonDirectory.Nobody)
            {
                (order[count], owners[count]) = (i, people[i]);
                count++;
            }
        }

        Array.Sort(owners, order, 0, count);
        closed.ResetWrittenCount();
        using PersonalSeal seal = new(keys);
        for (int at = 0; at < count; at++)
        {
            int i = order[at];
            int begin = closed.WrittenCount;
            seal.Close(closed, people[i], records[i].Position, PersonalOf(records[i]));
            parts[i] = begin..closed.WrittenCount;
        }
    }

    private ReadOnlySpan<byte> PersonalOf(in LoadedRecord record)
    {
        if (record.Kind == RecordKind.Interaction)
        {
            return record.Row.Personal;
        }

        personal.ResetWrittenCount();
        PersonalPart.Write(personal, record.Record);
        return personal.WrittenSpan;
    }

    private void AppendInteractions(DuckDBConnection connection, IReadOnlyList<LoadedRecord> records, long[] people, long after)
    {
        using InteractionChunk chunk = new(connection, "interactions");
        for (int i = 0; i < records.Count; i++)
        {
            if (records[i].Kind == RecordKind.Interaction && records[i].Position > after)
            {
                chunk.Add(records[i], people[i], closed.WrittenSpan[parts[i]]);
            }
        }

        chunk.Complete();
    }

    /// <summary>The open body names a stand-in for the customer and the treatment; an insight has none, for all of it is personal.</summary>
    private void AppendBody(IDuckDBAppenderRow row, in LoadedRecord loaded, ILogRecord record, long person, byte[]? part) =>
        row.AppendValue(loaded.Position)
            .AppendValue(loaded.KeyHash)
            .AppendValue(person)
            .AppendValue(record.At.UtcTicks)
            .AppendValue(record is CustomerInsight ? null : RecordCodec.WriteText(RecordCodec.WithOwner(record, StandIn.For(person), StandIn.For(RecordCodec.TreatmentOf(record), keyHash))))
            .AppendValue(part)
            .EndRow();
}
