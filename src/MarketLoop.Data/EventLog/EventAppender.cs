using System.Buffers;
using DuckDB.NET.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>Writes records into the tables of the event database with DuckDB's appender, column by column in the order of the schema; what is personal goes in sealed.</summary>
internal sealed class EventAppender(DuckDBConnection connection, KeyHash keyHash, PersonalSeal seal)
{
    /// <summary>Money beyond this does not fit DECIMAL(18,4).</summary>
    public const decimal MoneyLimit = 100_000_000_000_000m;

    private readonly ArrayBufferWriter<byte> personal = new(1024);

    /// <summary>Appends the records after a position.</summary>
    /// <param name="records">Records in order of position.</param>
    /// <param name="people">The number of each record's person.</param>
    /// <param name="after">Records at or before it are in the tables already.</param>
    public void Append(IReadOnlyList<LoadedRecord> records, long[] people, long after)
    {
        byte[]?[] closed = Seal(records, people, after);
        IEnumerable<IGrouping<RecordKind, int>> kinds = Enumerable.Range(0, records.Count)
            .Where(i => records[i].Position > after && records[i].Record is not Heartbeat)
            .GroupBy(i => RecordCodec.KindOf(records[i].Record));
        foreach (IGrouping<RecordKind, int> kind in kinds)
        {
            using DuckDBAppender appender = connection.CreateAppender(kind.Key == RecordKind.Interaction ? "interactions" : EventDatabase.TableOf(kind.Key));
            foreach (int i in kind)
            {
                if (records[i].Record is Interaction interaction)
                {
                    AppendInteraction(appender.CreateRow(), records[i], interaction, people[i], closed[i]);
                }
                else
                {
                    AppendBody(appender.CreateRow(), records[i], people[i], closed[i]);
                }
            }
        }
    }

    /// <summary>Seals person by person: making a cipher costs more than using it.</summary>
    private byte[]?[] Seal(IReadOnlyList<LoadedRecord> records, long[] people, long after)
    {
        byte[]?[] closed = new byte[records.Count][];
        int[] order = [.. Enumerable.Range(0, records.Count).Where(i => records[i].Position > after && people[i] != PersonDirectory.Nobody)];
        Array.Sort([.. order.Select(i => people[i])], order);
        foreach (int i in order)
        {
            personal.ResetWrittenCount();
            PersonalPart.Write(personal, records[i].Record);
            closed[i] = seal.Close(people[i], records[i].Position, personal.WrittenSpan);
        }

        return closed;
    }

    private static void AppendInteraction(IDuckDBAppenderRow row, LoadedRecord loaded, Interaction interaction, long person, byte[]? closed) =>
        row.AppendValue(loaded.Position)
            .AppendValue(loaded.KeyHash)
            .AppendValue(person)
            .AppendValue((byte)interaction.Kind)
            .AppendValue(interaction.OccurredAt.UtcTicks)
            .AppendValue(interaction.ReceivedAt.UtcTicks)
            .AppendValue(Text(interaction.Source.Value))
            .AppendValue(Text(interaction.Name))
            .AppendValue(interaction.Revenue is decimal revenue ? decimal.Round(revenue, 4, MidpointRounding.AwayFromZero) : null)
            .AppendValue(Text(interaction.Currency))
            .AppendValue(RecordCodec.WriteLines(interaction.Lines))
            .AppendValue(closed)
            .EndRow();

    /// <summary>The open body names a stand-in for the customer and the treatment; an insight has none, for all of it is personal.</summary>
    private void AppendBody(IDuckDBAppenderRow row, LoadedRecord loaded, long person, byte[]? closed) =>
        row.AppendValue(loaded.Position)
            .AppendValue(loaded.KeyHash)
            .AppendValue(person)
            .AppendValue(loaded.Record.At.UtcTicks)
            .AppendValue(loaded.Record is CustomerInsight ? null : RecordCodec.WriteText(RecordCodec.WithOwner(loaded.Record, StandIn.For(person), StandIn.For(RecordCodec.TreatmentOf(loaded.Record), keyHash))))
            .AppendValue(closed)
            .EndRow();

    /// <summary>DuckDB's client ends a text at the first NUL; a visible mark in its place keeps the rest.</summary>
    private static string? Text(string? text) => text is not null && text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\ufffd') : text;
}
