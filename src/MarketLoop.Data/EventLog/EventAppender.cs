using DuckDB.NET.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>Writes records into the tables of the event database with DuckDB's appender, column by column in the order of the schema.</summary>
internal static class EventAppender
{
    /// <summary>Money beyond this does not fit DECIMAL(18,4).</summary>
    public const decimal MoneyLimit = 100_000_000_000_000m;

    public static void Append(DuckDBConnection connection, IReadOnlyList<LoadedRecord> records, BrowserLinks links, KeyHash keyHash)
    {
        List<BrowserLink> counting = [];
        foreach (IGrouping<RecordKind, LoadedRecord> group in records.GroupBy(record => RecordCodec.KindOf(record.Record)))
        {
            using DuckDBAppender appender = connection.CreateAppender(group.Key == RecordKind.Interaction ? "interactions" : EventDatabase.TableOf(group.Key));
            foreach (LoadedRecord loaded in group)
            {
                if (loaded.Record is Interaction interaction)
                {
                    AppendInteraction(appender.CreateRow(), loaded, interaction, keyHash);
                    if (BrowserLinks.From(interaction) is BrowserLink link && links.Observe(link))
                    {
                        counting.Add(link);
                    }
                }
                else
                {
                    AppendBody(appender.CreateRow(), loaded);
                }
            }
        }

        if (counting.Count > 0)
        {
            AppendLinks(connection, counting);
        }
    }

    private static void AppendInteraction(IDuckDBAppenderRow row, LoadedRecord loaded, Interaction interaction, KeyHash keyHash) =>
        row.AppendValue(loaded.Position)
            .AppendValue(loaded.KeyHash)
            .AppendValue(keyHash.Of(interaction.Customer))
            .AppendValue((byte)interaction.Kind)
            .AppendValue(interaction.OccurredAt.UtcTicks)
            .AppendValue(interaction.ReceivedAt.UtcTicks)
            .AppendValue(Text(interaction.Source.Value))
            .AppendValue(Text(interaction.MessageId))
            .AppendValue(Text(interaction.Name))
            .AppendValue(Text(interaction.Customer.ToString()))
            .AppendValue(Text(interaction.UserId))
            .AppendValue(Text(interaction.AnonymousId))
            .AppendValue(Text(interaction.SessionId))
            .AppendValue(Text(interaction.OrderId))
            .AppendValue(interaction.Revenue is decimal revenue ? decimal.Round(revenue, 4, MidpointRounding.AwayFromZero) : null)
            .AppendValue(Text(interaction.Currency))
            .AppendValue(Text(interaction.SearchTerm))
            .AppendValue(Text(interaction.TreatmentToken))
            .AppendValue(RecordCodec.WriteLines(interaction.Lines))
            .AppendValue(Text(interaction.PropertiesJson))
            .EndRow();

    private static void AppendBody(IDuckDBAppenderRow row, LoadedRecord loaded)
    {
        (CustomerId customer, TreatmentId? treatment) = loaded.Record switch
        {
            CustomerInsight insight => (insight.Customer, (TreatmentId?)null),
            Treatment decided => (decided.Customer, decided.Id),
            Delivery delivery => (delivery.Customer, delivery.Treatment),
            Outcome outcome => (outcome.Customer, outcome.Treatment),
            _ => throw new ArgumentException("An interaction has columns of its own.", nameof(loaded)),
        };
        row.AppendValue(loaded.Position)
            .AppendValue(loaded.KeyHash)
            .AppendValue(loaded.Record.At.UtcTicks)
            .AppendValue(Text(customer.ToString()))
            .AppendValue(Text(treatment?.Value))
            .AppendValue(RecordCodec.WriteText(loaded.Record))
            .EndRow();
    }

    /// <summary>DuckDB's client ends a text at the first NUL; a visible mark in its place keeps the rest.</summary>
    private static string? Text(string? text) => text is not null && text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\ufffd') : text;

    private static void AppendLinks(DuckDBConnection connection, List<BrowserLink> links)
    {
        using DuckDBAppender appender = connection.CreateAppender("links");
        foreach (BrowserLink link in links)
        {
            appender.CreateRow().AppendValue(Text(link.Browser)).AppendValue(Text(link.User)).AppendValue(link.Ticks).AppendValue(Text(link.MessageId)).EndRow();
        }
    }
}
