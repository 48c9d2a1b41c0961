using System.Buffers;
using DuckDB.NET.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>Writes records into the tables of the event database, column by column in the order of the schema; what is personal goes in sealed.</summary>
internal sealed class EventAppender(DuckDBConnection connection, KeyHash keyHash, PersonalSeal seal)
{
    /// <summary>Money beyond this does not fit DECIMAL(18,4).</summary>
    public const decimal MoneyLimit = 100_000_000_000_000m;

    private readonly ArrayBufferWriter<byte> personal = new(1024);
    private readonly ArrayBufferWriter<byte> closed = new(1 << 16);

    /// <summary>Appends the records after a position.</summary>
    /// <param name="records">Records in order of position.</param>
    /// <param name="people">The number of each record's person.</param>
    /// <param name="after">Records at or before it are in the tables already.</param>
    public void Append(IReadOnlyList<LoadedRecord> records, long[] people, long after)
    {
        Range[] parts = Seal(records, people, after);
        ILookup<RecordKind, int> kinds = Enumerable.Range(0, records.Count)
            .Where(i => records[i].Position > after && records[i].Kind != RecordKind.Heartbeat)
            .ToLookup(i => records[i].Kind);
        foreach (IGrouping<RecordKind, int> kind in kinds)
        {
            if (kind.Key == RecordKind.Interaction)
            {
                AppendInteractions(records, people, parts, kind);
                continue;
            }

            using DuckDBAppender appender = connection.CreateAppender(EventDatabase.TableOf(kind.Key));
            foreach (int i in kind)
            {
                byte[]? part = parts[i].Equals(default) ? null : closed.WrittenSpan[parts[i]].ToArray();
                AppendBody(appender.CreateRow(), records[i], records[i].Record, people[i], part);
            }
        }
    }

    /// <summary>Seals person by person: making a cipher costs more than using it.</summary>
    private Range[] Seal(IReadOnlyList<LoadedRecord> records, long[] people, long after)
    {
        Range[] parts = new Range[records.Count];
        int[] order = [.. Enumerable.Range(0, records.Count).Where(i => records[i].Position > after && people[i] != PersonDirectory.Nobody)];
        Array.Sort([.. order.Select(i => people[i])], order);
        foreach (int i in order)
        {
            int begin = closed.WrittenCount;
            if (records[i].Kind == RecordKind.Interaction)
            {
                seal.Close(closed, people[i], records[i].Position, records[i].Row.Personal);
            }
            else
            {
                personal.ResetWrittenCount();
                PersonalPart.Write(personal, records[i].Record);
                seal.Close(closed, people[i], records[i].Position, personal.WrittenSpan);
            }

            parts[i] = begin..closed.WrittenCount;
        }

        return parts;
    }

    private void AppendInteractions(IReadOnlyList<LoadedRecord> records, long[] people, Range[] parts, IEnumerable<int> which)
    {
        using InteractionChunk chunk = new(connection, "interactions");
        foreach (int i in which)
        {
            chunk.Add(records[i], people[i], closed.WrittenSpan[parts[i]]);
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
