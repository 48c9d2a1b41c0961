using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Stores imported events in batches, products before the events that name them.</summary>
internal sealed class EventWriter(ImportTarget target)
{
    private const int BatchSize = 2_000;
    private readonly List<ILogRecord> pending = new(BatchSize);

    /// <summary>Events stored.</summary>
    public long Stored { get; private set; }

    /// <summary>Events that were there already.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Event time of the earliest.</summary>
    public DateTimeOffset? First { get; private set; }

    /// <summary>Event time of the latest.</summary>
    public DateTimeOffset? Last { get; private set; }

    /// <summary>Adds an event; stores when enough are together.</summary>
    public async ValueTask AddAsync(Interaction interaction, ProductNames? products, CancellationToken cancellationToken)
    {
        pending.Add(interaction);
        First = First is { } first && first <= interaction.OccurredAt ? first : interaction.OccurredAt;
        Last = Last is { } last && last >= interaction.OccurredAt ? last : interaction.OccurredAt;
        if (pending.Count >= BatchSize)
        {
            await FlushAsync(products, cancellationToken);
        }
    }

    /// <summary>Stores what is left.</summary>
    public async ValueTask FlushAsync(ProductNames? products, CancellationToken cancellationToken)
    {
        if (pending.Count == 0)
        {
            return;
        }

        // First the products, with their names: an order line without a catalogue entry would make one with a bare id.
        if (products?.MissingFrom(target.Catalog.Current) is { Count: > 0 } missing)
        {
            await target.Catalog.UpsertAsync(missing, cancellationToken);
        }

        AppendReceipt receipt = await target.Log.AppendAsync([.. pending], cancellationToken);
        Stored += receipt.Stored;
        Duplicates += receipt.Duplicates;
        pending.Clear();
    }
}
