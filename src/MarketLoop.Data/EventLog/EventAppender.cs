using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>Writes records into the tables of the event database, person by person, column by column in the order of the schema; what is personal goes in sealed.</summary>
/// <remarks>Person by person, because making a cipher costs more than using it, and because a large block is then a sorted run of its own. One thread at a time.</remarks>
internal sealed class EventAppender(KeyHash keyHash, PersonKeys keys)
{
    /// <summary>Money beyond this does not fit DECIMAL(18,4).</summary>
    public const decimal MoneyLimit = 100_000_000_000_000m;

    private const int StretchRecords = 16_384;
    private readonly ArrayBufferWriter<byte> personal = new(1024);
    private readonly ArrayBufferWriter<byte> closed = new(1024);
    private PersonPlace[] order = [];

    /// <summary>Appends the records after a position.</summary>
    /// <param name="connection">Where, inside a transaction.</param>
    /// <param name="table">The table of interactions.</param>
    /// <param name="records">Records in order of position.</param>
    /// <param name="people">The number of each record's person.</param>
    /// <param name="after">Records at or before it are in the tables already.</param>
    public void Append(DuckDBConnection connection, string table, List<LoadedRecord> records, long[] people, long after)
    {
        using PersonalSeal seal = new(keys);
        AppendInteractions(connection, table, records, Arrange(records, people, after, RecordKind.Interaction), seal);
        foreach (RecordKind kind in EventDatabase.KeptKinds)
        {
            if (kind != RecordKind.Interaction && Arrange(records, people, after, kind) is var count and > 0)
            {
                AppendBodies(connection, kind, records, count, seal);
            }
        }
    }

    /// <summary>Keeps no large buffer while there is nothing to append.</summary>
    public void Release() => order = [];

    /// <summary>Puts the records of a kind in order of person and position. Returns how many there are.</summary>
    private int Arrange(List<LoadedRecord> records, long[] people, long after, RecordKind kind)
    {
        if (order.Length < records.Count)
        {
            order = new PersonPlace[records.Count];
        }

        int count = 0;
        ReadOnlySpan<LoadedRecord> all = CollectionsMarshal.AsSpan(records);
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].Kind == kind && all[i].Position > after)
            {
                order[count++] = new PersonPlace(people[i], i);
            }
        }

        order.AsSpan(0, count).Sort(static (one, other) => one.Person != other.Person ? one.Person.CompareTo(other.Person) : one.Index.CompareTo(other.Index));
        return count;
    }

    // While one stretch is handed over, the next one is sealed.
    private void AppendInteractions(DuckDBConnection connection, string table, List<LoadedRecord> records, int count, PersonalSeal seal)
    {
        using InteractionChunk chunk = new(connection, table);
        (SealedStretch present, SealedStretch next) = (new SealedStretch(), new SealedStretch());
        Seal(present, 0);
        for (int later = StretchRecords; later < count; later += StretchRecords)
        {
            try
            {
                Parallel.Invoke(() => present.AddTo(chunk), () => Seal(next, later));
            }
            catch (AggregateException failures)
            {
                ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]); // callers know what can fail here, and how
            }

            (present, next) = (next, present);
        }

        present.AddTo(chunk);
        chunk.Complete();

        void Seal(SealedStretch stretch, int from) => stretch.Seal(seal, records, order.AsSpan(from, Math.Min(StretchRecords, count - from)));
    }

    private void AppendBodies(DuckDBConnection connection, RecordKind kind, List<LoadedRecord> records, int count, PersonalSeal seal)
    {
        using DuckDBAppender appender = connection.CreateAppender(EventDatabase.TableOf(kind));
        foreach (PersonPlace place in order.AsSpan(0, count))
        {
            ILogRecord record = records[place.Index].Record;
            byte[]? part = null;
            if (place.Person != PersonDirectory.Nobody)
            {
                personal.ResetWrittenCount();
                PersonalPart.Write(personal, record);
                closed.ResetWrittenCount();
                seal.Close(closed, place.Person, records[place.Index].Position, personal.WrittenSpan);
                part = closed.WrittenSpan.ToArray();
            }

            AppendBody(appender.CreateRow(), records[place.Index], record, place.Person, part);
        }
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
